// How processes begin: what goes wrong between their start and their program, and what it does to
// others.
#include "process_world.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>

#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace muster;
using namespace std::chrono_literals;

namespace {

/// A program whose start hangs, as from a file server that is gone, as long as this lives.
class hanging_program {
 public:
  hanging_program()
      : path_{std::filesystem::temp_directory_path() /
              ("muster-hanging-" + std::to_string(::getpid()))},
        watch_{::fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY)} {
    std::filesystem::copy_file("/bin/true", path_,
                               std::filesystem::copy_options::overwrite_existing);
    hangs_ = watch_ >= 0 && ::fanotify_mark(watch_, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD,
                                            path_.c_str()) == 0;
  }
  hanging_program(const hanging_program&) = delete;
  hanging_program& operator=(const hanging_program&) = delete;
  ~hanging_program() {
    release();
    std::filesystem::remove(path_);
  }
  bool hangs() const { return hangs_; }
  const std::string& path() const { return path_; }
  void release() {
    if (watch_ >= 0) ::close(watch_);
    watch_ = -1;
  }

 private:
  std::string path_;
  int watch_;
  bool hangs_ = false;
};

/// What comes of many programs on one loop.
struct several {
  asio::io_context context{1};
  std::vector<process_result> results;

  void add(std::vector<std::string> arguments, process_options options = {}) {
    asio::co_spawn(
        context, run_process(std::move(arguments), std::move(options)),
        [this](std::exception_ptr, process_result value) { results.push_back(std::move(value)); });
  }
  auto count(status wanted) const {
    return std::ranges::count(results, wanted, &process_result::status);
  }
};

std::string script_with(const std::string& first_line) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("muster-script-" + std::to_string(::getpid()));
  std::ofstream{path} << first_line << '\n';
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

}  // namespace

TEST_CASE("a program that hangs at its start holds nobody else up") {
  hanging_program slow;
  if (!slow.hangs()) MUSTER_SKIP("no right to hold up programs (fanotify)");
  several all;
  all.add({slow.path()});
  for (int i = 0; i < 20; ++i)
    all.add({"true"});
  while (all.results.size() < 20)
    all.context.run_one();
  CHECK(all.count(status::up) == 20);  // the other one can't be among them: it still hangs
  slow.release();
  all.context.run();
  CHECK(all.count(status::up) == 21);
}

TEST_CASE("a program that hangs at its start is timed out") {
  hanging_program slow;
  if (!slow.hangs()) MUSTER_SKIP("no right to hold up programs (fanotify)");
  several all;
  process_options options;
  options.timeout = 50ms;
  options.grace = 10ms;
  all.add({slow.path()}, options);
  all.context.run();
  REQUIRE(all.results.size() == 1);
  CHECK(all.results.back().status == status::timeout);
  CHECK(all.results.back().output.empty());
}

TEST_CASE("when all room for starts is taken by programs that hang, others wait and then run") {
  hanging_program slow;
  if (!slow.hangs()) MUSTER_SKIP("no right to hold up programs (fanotify)");
  several all;
  process_options options;
  options.timeout = 50ms;
  options.grace = 10ms;
  for (int i = 0; i < 40; ++i)
    all.add({slow.path()}, options);
  for (int i = 0; i < 5; ++i)
    all.add({"true"});
  all.context.run();
  CHECK(all.count(status::up) == 5);
  CHECK(all.count(status::timeout) == 40);
}

TEST_CASE("a loop that ends while programs hang at their start takes them with it") {
  hanging_program slow;
  if (!slow.hangs()) MUSTER_SKIP("no right to hold up programs (fanotify)");
  {
    several all;
    for (int i = 0; i < 3; ++i)
      all.add({slow.path()});
    all.context.poll();
  }
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("what hung at its start and then goes on is up like any other") {
  hanging_program slow;
  if (!slow.hangs()) MUSTER_SKIP("no right to hold up programs (fanotify)");
  several all;
  all.add({slow.path()});
  all.context.run_for(50ms);
  CHECK(all.results.empty());
  slow.release();
  all.context.run();
  CHECK(all.count(status::up) == 1);
}

TEST_CASE("a process can be stopped while its program hangs at its start") {
  hanging_program slow;
  if (!slow.hangs()) MUSTER_SKIP("no right to hold up programs (fanotify)");
  several all;
  asio::cancellation_signal signal;
  asio::co_spawn(
      all.context, run_process({slow.path()}),
      asio::bind_cancellation_slot(signal.slot(), [&all](std::exception_ptr, process_result value) {
        all.results.push_back(std::move(value));
      }));
  all.context.poll();
  signal.emit(asio::cancellation_type::terminal);
  all.context.run();
  CHECK(all.count(status::cancelled) == 1);
}

TEST_CASE("a script whose interpreter is not there says which, however many there are") {
  const std::string path = script_with("#!/no/such/interpreter");
  several all;
  for (int i = 0; i < 100; ++i)
    all.add({path});
  all.context.run();
  std::filesystem::remove(path);
  CHECK(all.count(status::local_error) == 100);
  for (const process_result& result : all.results) {
    CHECK(result.reason == reason::bad_interpreter);
    CHECK(result.detail == "/no/such/interpreter");
    CHECK_FALSE(result.started);
    CHECK(result.exit_code == -1);
  }
}

TEST_CASE("an interpreter that can't be run is told from a script that can't") {
  const auto run_script = [](const std::string& first_line, process_options options = {}) {
    const std::string path = script_with(first_line);
    process_result result = run_one({path}, std::move(options));
    std::filesystem::remove(path);
    return result;
  };
  for (const std::string name :
       {"/etc/passwd", "/tmp", "/etc/passwd/x", "/bin/sh\r", "nowhere/sh"}) {
    const process_result result = run_script("#! \t" + name + " -x");
    CAPTURE(name);
    CHECK(result.reason == reason::bad_interpreter);
    CHECK(result.detail == name);
  }
  process_options elsewhere;
  elsewhere.directory = "/bin";
  CHECK(run_script("#!sh", elsewhere).status == status::up);
  CHECK(run_script("#!").status == status::up);  // then the shell runs it
}

TEST_CASE("a script that is run by a script without an interpreter says which is missing") {
  const std::string inner = script_with("#!/no/such/interpreter");
  const std::string outer = inner + "-outer";
  std::ofstream{outer} << "#!" << inner << '\n';
  std::filesystem::permissions(outer, std::filesystem::perms::owner_all);
  const process_result result = run_one({outer});
  std::filesystem::remove(inner);
  std::filesystem::remove(outer);
  CHECK(result.reason == reason::bad_interpreter);
  CHECK(result.detail == "/no/such/interpreter");
}

TEST_CASE("a binary without its loader is there, but not what runs it") {
  // /bin/true, made to ask for a loader that is not there.
  std::ifstream original{"/bin/true", std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{original}, {}};
  const std::size_t loader = bytes.find("/ld-linux");
  if (loader == bytes.npos) MUSTER_SKIP("/bin/true does not ask for a loader");
  bytes[loader + 1] = 'X';
  const std::string path = script_with(bytes);
  const process_result result = run_one({path});
  std::filesystem::remove(path);
  CHECK(result.status == status::local_error);
  CHECK(result.reason == reason::bad_interpreter);
  CHECK(result.detail.empty());
}

TEST_CASE("programs that can't be run and programs that can don't get mixed up") {
  const std::string path = script_with("#!/no/such/interpreter");
  several all;
  for (int i = 0; i < 200; ++i) {
    if (i % 2 == 0) {
      all.add({path});
    } else {
      all.add(shell("exit 127"));
    }
  }
  all.context.run();
  std::filesystem::remove(path);
  CHECK(all.count(status::local_error) == 100);
  CHECK(all.count(status::mismatch) == 100);
}

TEST_CASE("starts leave no descriptor behind, whether they succeed or not") {
  several all;
  all.add({"true"});
  all.context.run();  // what is kept for the next ones is there now
  const auto open_now = [] {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
  };
  all.context.restart();
  const auto before = open_now();
  for (int i = 0; i < 50; ++i)
    all.add(shell("exit 3"));
  for (int i = 0; i < 50; ++i)
    all.add({"/etc"});
  all.context.run();
  CHECK(all.results.size() == 101);
  // Room for starts is made when it is first needed: three descriptors each.
  constexpr int rooms_max = 32;
  CHECK(open_now() <= before + 3 * rooms_max);
  CHECK((open_now() - before) % 3 == 0);
}
