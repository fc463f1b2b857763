#include "store/job_store.hpp"

#include "store_samples.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"
#include "targets/target_parts.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>

#include <sqlite3.h>
#include <sys/stat.h>

using namespace muster;
using namespace std::chrono_literals;
using test::sample_task;

namespace {

constexpr std::chrono::system_clock::time_point noon{std::chrono::seconds{1'800'000'000}};

job_description sample_job() {
  return {{"run", "--detach", "--name", "x", "a b", "", "--", "echo"}, "/some where", "echo {}"};
}

task_result task(std::string text, status what = status::up) {
  task_result result;
  result.targets = {test::line(std::move(text))};
  result.status = what;
  result.finished = noon;
  return result;
}

std::string why_not(const std::string& path) {
  try {
    job_store::look_at(path);
    return "it was opened";
  } catch (const store_error& error) {
    CHECK(error.damaged());
    return error.what();
  }
}

}  // namespace

TEST_CASE("a job remembers how it was asked for") {
  const test::temporary_directory directory;
  { job_store::create(directory.file("x.db"), sample_job()); }
  job_store store = job_store::open(directory.file("x.db"));
  const job_description about = store.description();
  CHECK(about.arguments == sample_job().arguments);
  CHECK(about.directory == "/some where");
  CHECK(about.command == "echo {}");
}

TEST_CASE("a result comes back from the database as it went in") {
  const test::temporary_directory directory;
  job_store store = job_store::create(directory.file("x.db"), sample_job());
  store.note(sample_task(), {"one", "two"}, {});
  const auto results = store.results(0, 1);
  REQUIRE(results.size() == 1);
  const task_result& back = results[0].result;
  const task_result sample = sample_task();
  CHECK(back.sequence == sample.sequence);
  REQUIRE(back.targets.size() == 2);
  CHECK(text_of(back.targets[0]) == "host 1");
  CHECK(back.group == sample.group);
  CHECK(back.status == sample.status);
  CHECK(back.reason == sample.reason);
  CHECK(back.detail == sample.detail);
  CHECK(back.finished == sample.finished);
  CHECK(back.process.started);
  CHECK(back.process.left_open);
  CHECK(back.process.exit_code == 3);
  CHECK(back.process.output == sample.process.output);
  CHECK(back.process.output_bytes == 600);
  CHECK(back.process.output_truncated());
  CHECK(back.process.errors == "err");
  CHECK_FALSE(back.process.errors_truncated());
  CHECK(back.process.began == sample.process.began);
  CHECK(back.process.took == sample.process.took);
  CHECK(back.process.cpu_time == sample.process.cpu_time);
  REQUIRE(back.attempts);
  CHECK(back.attempts->size() == 2);
}

TEST_CASE("the numbers of a job's tasks go on where they were") {
  const test::temporary_directory directory;
  {
    job_store store = job_store::create(directory.file("x.db"), sample_job());
    CHECK(store.next_sequence() == 0);
    store.set_next_sequence(12);
  }
  job_store store = job_store::open(directory.file("x.db"));
  store.begin(5, noon);
  CHECK(store.next_sequence() == 12);
}

TEST_CASE("counts are of targets that came to an end, and keys of those that succeeded") {
  const test::temporary_directory directory;
  job_store store = job_store::create(directory.file("x.db"), sample_job());
  store.begin(5, noon);
  store.note(task("a"), {"a"}, {});
  store.note(task("a"), {"a"}, {});
  store.note(task("b", status::mismatch), {"b"}, {"found", "found"});
  task_result cut = task("c", status::cancelled);
  cut.reason = reason::interrupted;
  store.note(cut, {"c"}, {"never"});
  const job_state now = store.state();
  CHECK(now.word == "running");
  CHECK(now.expected == 5U);
  CHECK(now.finished == 3);
  CHECK(now.failed == 1);
  CHECK(now.kept == 4);
  CHECK(store.done() == std::unordered_map<std::string, std::uint32_t>{{"a", 2}});
  CHECK(store.refills() == std::vector<std::string>{"found"});
}

TEST_CASE("a job that is gone on with has only the results of targets that succeeded") {
  const test::temporary_directory directory;
  job_store store = job_store::create(directory.file("x.db"), sample_job());
  store.begin({}, noon);
  store.note(task("a"), {"a"}, {});
  task_result cut = task("b", status::cancelled);
  cut.reason = reason::interrupted;
  store.note(cut, {"b"}, {});
  store.note(task("c", status::mismatch), {"c"}, {});
  CHECK(store.state().finished == 2);
  CHECK(store.state().failed == 1);
  store.end({"stopped", 130, "no space", noon + 1s});
  CHECK(store.state().problem == "no space");
  CHECK(store.state().word == "stopped");
  CHECK(store.state().exit_code == 130);
  CHECK(store.state().ended == noon + 1s);
  store.begin({}, noon + 2s);
  CHECK(store.state().word == "running");
  CHECK_FALSE(store.state().exit_code);
  CHECK(store.state().problem.empty());
  CHECK(store.state().finished == 1);
  CHECK(store.state().failed == 0);
  const auto results = store.results(0, 1 << 20);
  REQUIRE(results.size() == 1);
  CHECK(text_of(results[0].result.targets[0]) == "a");
}

TEST_CASE("results are given piece by piece, and forgotten without their keys") {
  const test::temporary_directory directory;
  job_store store = job_store::create(directory.file("x.db"), sample_job());
  for (const char* text : {"a", "b", "c"})
    store.note(task(text), {text}, {});
  const auto first = store.results(0, 1);
  REQUIRE(first.size() == 1);
  store.forget(first);
  const auto rest = store.results(0, 1 << 20);
  REQUIRE(rest.size() == 2);
  CHECK(text_of(rest[0].result.targets[0]) == "b");
  store.forget(rest);
  CHECK(store.results(0, 1).empty());
  // A new one is not taken for one that was received.
  store.note(task("d"), {"d"}, {});
  CHECK(store.results(rest.back().number, 1).size() == 1);
  CHECK(store.done().size() == 4);
  CHECK(store.state().finished == 4);
}

TEST_CASE(
    "results are given in the order of their tasks, and a later one is not forgotten with them") {
  const test::temporary_directory directory;
  job_store store = job_store::create(directory.file("x.db"), sample_job());
  for (const std::uint64_t sequence : {3U, 0U, 2U}) {
    task_result one = task(std::to_string(sequence));
    one.sequence = sequence;
    store.note(one, {std::to_string(sequence)}, {});
  }
  const std::vector<std::int64_t> numbers = store.numbers_in_order();
  CHECK(numbers == std::vector<std::int64_t>{2, 3, 1});
  task_result late = task("1");
  late.sequence = 1;
  store.note(late, {"1"}, {});
  std::span<const std::int64_t> left{numbers};
  const auto first = store.results(left, 1);
  REQUIRE(first.size() == 1);
  CHECK(first[0].result.sequence == 0);
  CHECK(left.size() == 2);
  const auto rest = store.results(left, 1 << 20);
  REQUIRE(rest.size() == 2);
  CHECK(rest[0].result.sequence == 2);
  CHECK(rest[1].result.sequence == 3);
  CHECK(left.empty());
  store.forget(first);
  store.forget(rest);
  REQUIRE(store.results(0, 1 << 20).size() == 1);
  CHECK(store.results(0, 1)[0].result.sequence == 1);
}

TEST_CASE("only its user can read a job's database, and it is none that a link leads to") {
  const test::temporary_directory directory;
  const job_store store = job_store::create(directory.file("x.db"), sample_job());
  for (const char* name : {"x.db", "x.db-wal", "x.db-shm"}) {
    struct stat about {};
    REQUIRE(::stat(directory.file(name).c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
  }
  std::filesystem::create_symlink(directory.file("new.db"), directory.file("link.db"));
  CHECK_THROWS_AS(job_store::create(directory.file("link.db"), sample_job()), store_error);
  CHECK_FALSE(std::filesystem::exists(directory.file("new.db")));
  std::filesystem::create_symlink(directory.file("x.db"), directory.file("y.db"));
  CHECK_THROWS_WITH(job_store::look_at(directory.file("y.db")),
                    Catch::Matchers::ContainsSubstring("symbolic link"));
  // A directory may be found through one, as many a home is.
  std::filesystem::create_directory_symlink(directory.path(), directory.file("home"));
  CHECK(job_store::look_at(directory.file("home/x.db")).state().word == "running");
}

TEST_CASE("a second connection sees what was noted, at once") {
  const test::temporary_directory directory;
  job_store store = job_store::create(directory.file("x.db"), sample_job());
  store.note(task("a"), {"a"}, {});
  job_store other = job_store::look_at(directory.file("x.db"));
  CHECK(other.state().finished == 1);
  store.note(task("b"), {"b"}, {});
  CHECK(other.state().finished == 2);
}

TEST_CASE("a file that is no database, was cut, or is of another program, is damaged") {
  const test::temporary_directory directory;
  const std::string path = directory.file("x.db");
  test::write_whole_file(path, std::string(4096, 'x'));
  CHECK(why_not(path).find("damaged") != std::string::npos);
  test::write_whole_file(path, "");
  CHECK(why_not(path).find("another version") != std::string::npos);
}

TEST_CASE("a file that is damaged within is told when it is read") {
  const test::temporary_directory directory;
  const std::string path = directory.file("x.db");
  {
    job_store store = job_store::create(path, sample_job());
    for (int i = 0; i < 200; ++i)
      store.note(sample_task(std::string(500, 'x')), {std::to_string(i)}, {});
    store.sync();
  }
  std::string bytes = test::read_whole_file(path);
  REQUIRE(bytes.size() > 64 * 1024);
  std::fill(bytes.begin() + 4096, bytes.end(), '\x7f');
  test::write_whole_file(path, bytes);
  job_store store = job_store::look_at(path);
  CHECK_THROWS_AS(store.results(0, 1 << 20), store_error);
}

TEST_CASE("a database that another program keeps locked is an error after a while") {
  const test::temporary_directory directory;
  const std::string path = directory.file("x.db");
  job_store store = job_store::create(path, sample_job());
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  std::string message;
  try {
    store.note(task("a"), {"a"}, {});
  } catch (const store_error& error) {
    message = error.what();
    CHECK_FALSE(error.damaged());
  }
  CHECK(message.find("in use by another program") != std::string::npos);
  sqlite3_close(other);
  store.note(task("a"), {"a"}, {});
  CHECK(store.state().finished == 1);
}
