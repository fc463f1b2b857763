#include "store/job_directory.hpp"

#include "support/catch.hpp"
#include "support/loopback.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace muster;

namespace {

/// Sets or unsets an environment variable until the end of the test.
class variable {
 public:
  variable(const char* name, const char* value) : name_{name} {
    if (const char* old = std::getenv(name)) old_ = old;
    set(value);
  }
  ~variable() { set(old_ ? old_->c_str() : nullptr); }
  void set(const char* value) {
    if (value) {
      ::setenv(name_, value, 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

/// The exit code of a process that is forked to do something.
template <typename Work>
int in_a_child(Work work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a job's name is a part of a path and an argument, and nothing else") {
  for (const char* name : {"a", "scan-1", "A.b_c", "0"})
    CHECK(job_directory::is_name(name));
  for (const char* name : {"", ".", "..", ".hidden", "-x", "a/b", "../x", "a b", "a\n", "ä"})
    CHECK_FALSE(job_directory::is_name(name));
  CHECK(job_directory::is_name(std::string(job_directory::name_bytes_max, 'a')));
  CHECK_FALSE(job_directory::is_name(std::string(job_directory::name_bytes_max + 1, 'a')));
}

TEST_CASE("jobs are kept where the XDG specification says, else nowhere") {
  variable state{"XDG_STATE_HOME", "/var/state"};
  variable home{"HOME", "/home/me"};
  CHECK(job_directory::default_path() == "/var/state/muster");
  state.set("relative");
  CHECK(job_directory::default_path() == "/home/me/.local/state/muster");
  state.set(nullptr);
  CHECK(job_directory::default_path() == "/home/me/.local/state/muster");
  home.set(nullptr);
  CHECK(job_directory::default_path().empty());
}

TEST_CASE("the directory is made for its user alone, and lists only jobs") {
  const test::temporary_directory place;
  const job_directory jobs{place.file("a/b")};
  CHECK(jobs.names().empty());
  jobs.make();
  jobs.make();
  struct stat about {};
  REQUIRE(::stat(place.file("a/b/jobs").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0700);
  for (const char* file : {"b.db", "a.db", "a.log", "c.lock", ".x.db", "d.db-wal"})
    test::write_whole_file(place.file(std::string{"a/b/jobs/"} + file), "");
  CHECK(jobs.names() == std::vector<std::string>{"a", "b"});
  CHECK(jobs.has("a"));
  CHECK_FALSE(jobs.has("c"));
}

TEST_CASE("a directory that can't be made or read is an error that names it") {
  const test::temporary_directory place;
  test::write_whole_file(place.file("file"), "");
  const job_directory jobs{place.file("file")};
  CHECK_THROWS_AS(jobs.make(), std::system_error);
  CHECK_THROWS_AS(jobs.try_lock("a"), std::system_error);
}

TEST_CASE("a directory that others can change is refused, with the remedy") {
  const test::temporary_directory place;
  const job_directory jobs{place.file("state")};
  jobs.check();
  jobs.make();
  const std::string path = place.file("state/jobs");
  for (const mode_t mode : {0720U, 0702U, 0777U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK_THROWS_WITH(jobs.check(), Catch::Matchers::ContainsSubstring("say chmod go-w " + path));
    CHECK_THROWS_AS(jobs.make(), std::runtime_error);
  }
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
  jobs.make();
  std::filesystem::create_directory_symlink(place.file("state"), place.file("link"));
  job_directory{place.file("link")}.make();
  if (::chown(path.c_str(), 12345, 12345) != 0) MUSTER_SKIP("needs to give a directory away");
  CHECK_THROWS_WITH(jobs.check(), Catch::Matchers::ContainsSubstring("another user (12345)") &&
                                      Catch::Matchers::ContainsSubstring("--state-dir"));
}

TEST_CASE("a lock that is a link is not followed") {
  const test::temporary_directory place;
  const job_directory jobs{place.file("state")};
  jobs.make();
  std::filesystem::create_symlink(place.file("elsewhere"), place.file("state/jobs/a.lock"));
  CHECK_THROWS_AS(jobs.try_lock("a"), std::system_error);
  CHECK_THROWS_AS(jobs.holder("a"), std::system_error);
  CHECK_FALSE(std::filesystem::exists(place.file("elsewhere")));
}

TEST_CASE("a lock is had once, passed on by fork, and let go with its last holder") {
  const test::temporary_directory place;
  const job_directory jobs{place.file("state")};
  jobs.make();
  CHECK_FALSE(jobs.holder("a").running);
  {
    std::optional<job_lock> lock = jobs.try_lock("a");
    REQUIRE(lock);
    CHECK_FALSE(jobs.try_lock("a"));
    CHECK(jobs.try_lock("b"));
    CHECK(in_a_child([&] { return jobs.holder("a").running && !jobs.try_lock("a") ? 0 : 1; }) == 0);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      lock->sign();
      char word = 'x';
      ::write(ends[1], &word, 1) == 1 ? ::pause() : 0;
      ::_exit(0);
    }
    char word = 0;
    REQUIRE(::read(ends[0], &word, 1) == 1);
    lock.reset();
    CHECK(jobs.holder("a").running);
    CHECK(jobs.holder("a").process == child);
    CHECK_FALSE(jobs.try_lock("a"));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  CHECK_FALSE(jobs.holder("a").running);
  CHECK(jobs.try_lock("a"));
}

TEST_CASE("removing a job removes all its files, and its name is free") {
  const test::temporary_directory place;
  const job_directory jobs{place.file("state")};
  jobs.make();
  const std::optional<job_lock> lock = jobs.try_lock("a");
  test::write_whole_file(jobs.database_of("a"), "");
  test::write_whole_file(jobs.log_of("a"), "");
  test::write_whole_file(jobs.input_of("a"), "");
  jobs.remove("a");
  CHECK(std::filesystem::is_empty(place.file("state/jobs")));
  // The old lock is that of a file which is no more.
  CHECK(jobs.try_lock("a"));
}

TEST_CASE("a note that is left with a lock is there for all, until there is another") {
  const test::temporary_directory place;
  const job_directory jobs{place.file("state")};
  jobs.make();
  CHECK(jobs.note("a").empty());
  {
    const std::optional<job_lock> lock = jobs.try_lock("a");
    REQUIRE(lock);
    CHECK(jobs.note("a").empty());
    lock->leave_note("a long one");
    lock->leave_note("short");
  }
  CHECK(jobs.note("a") == "short");
  CHECK_FALSE(jobs.holder("a").running);
  jobs.try_lock("a")->leave_note({});
  CHECK(jobs.note("a").empty());
}
