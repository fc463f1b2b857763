// Whoever reads what the command writes may be slow, or take nothing: no probe and no task is late
// for that.
#include "cli/run.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// A pipe that takes nothing: full, with a reader that does not read.
class full_pipe {
 public:
  explicit full_pipe(const std::string& path) {
    if (::mkfifo(path.c_str(), 0600) == 0) ends_ = ::open(path.c_str(), O_RDWR | O_NONBLOCK);
    const std::string piece(4096, 'x');
    while (::write(ends_, piece.data(), piece.size()) > 0) {
    }
  }
  full_pipe(const full_pipe&) = delete;
  full_pipe& operator=(const full_pipe&) = delete;
  ~full_pipe() { ::close(ends_); }
  bool is_there() const { return ends_ >= 0; }

 private:
  int ends_ = -1;
};

double longest_rtt_ms(const std::string& json_lines) {
  const std::string key = R"("rtt_ms":)";
  double longest = -1;
  for (std::size_t at = 0; (at = json_lines.find(key, at)) != json_lines.npos;) {
    at += key.size();
    longest = std::max(longest, std::stod(json_lines.substr(at, 20)));
  }
  return longest;
}

}  // namespace

TEST_CASE("while the reader of a sweep takes nothing, what is in flight is measured as ever") {
  const std::string command = std::string{MUSTER_BINARY} +
                              " sweep 127.0.0.0/18 --tcp 1 --rate 0 --timeout 1s --json"
                              " | { sleep 3; cat; }";
  const auto result = run({"sh", "-c", command});
  CHECK(lines_with(result.out, R"("status":"refused")") == 16'382);
  CHECK(longest_rtt_ms(result.out) >= 0);
  CHECK(longest_rtt_ms(result.out) < 1500);
}

TEST_CASE("while the reader of a run takes nothing, a task ends when its time is up") {
  temporary_directory directory;
  const std::string record = directory.file("record.jsonl");
  const std::string command = std::string{MUSTER_BINARY} + " run a b --lines -P 2 -t 1s -o " +
                              record +
                              " -- sh -c 'if [ {} = a ]; then head -c 3000000 /dev/zero; else exec "
                              "sleep 60; fi' | { sleep 5; wc -c; }";
  const auto result = run({"sh", "-c", command});
  CHECK(contains(result.out, "3000000"));
  const std::string records = read_whole_file(record);
  const std::string stopped =
      records.substr(std::min(records.find(R"("target":"b")"), records.size()));
  CHECK(contains(stopped, R"("reason":"command_timeout")"));
  const std::size_t at = stopped.find(R"("took_ms":)");
  REQUIRE(at != stopped.npos);
  CHECK(std::stod(stopped.substr(at + 10, 20)) < 4000);
}

TEST_CASE("no task is started while the reader is behind, and none is lost") {
  temporary_directory directory;
  const std::string started = directory.file("started");
  const std::string command =
      std::string{MUSTER_BINARY} + " run --lines -P 2 -- sh -c 'echo {} >> " + started +
      "; head -c 1000000 /dev/zero' | { sleep 2; wc -l < " + started + "; wc -c; }";
  const auto result = run({"sh", "-c", command}, input(numbers(40)));
  std::istringstream numbers_read{result.out};
  int started_meanwhile = 0;
  long bytes = 0;
  numbers_read >> started_meanwhile >> bytes;
  CHECK(started_meanwhile >= 1);
  CHECK(started_meanwhile < 10);
  CHECK(bytes == 40'000'000);
}

TEST_CASE("standard error that nobody reads holds up neither the deadline nor Ctrl-C") {
  temporary_directory directory;
  const std::string path = directory.file("errors");
  const full_pipe errors{path};
  REQUIRE(errors.is_there());
  const std::string begin = std::string{"exec "} + MUSTER_BINARY + " ";
  SECTION("of a sweep") {
    const auto result = run(
        {"sh", "-c", begin + "sweep 127.0.0.1 no:such:target --json 2>" + path + " --deadline 1s"},
        {}, 30s);
    CHECK(contains(result.out, R"("status":"up")"));
    CHECK(result.exit_code >= 1);
  }
  SECTION("of a run, by the deadline") {
    const auto result = run({"sh", "-c",
                             begin + "run 1 2 3 --lines --deadline 1s 2>" + path +
                                 " -- sh -c 'echo bad >&2; echo good; sleep {}00'"},
                            {}, 30s);
    CHECK(result.out == "good\ngood\ngood\n");
    CHECK(result.exit_code == 3);
  }
  SECTION("of a run, by Ctrl-C") {
    process child{{"sh", "-c",
                   begin + "run 1 2 --lines --tag 2>" + path +
                       " -- sh -c 'echo bad >&2; echo good; sleep {}00'"}};
    CHECK(child.wait_for_output("2\tgood\n", 20s));
    child.send_signal(SIGINT);
    CHECK(child.wait(20s).exit_code >= 3);
  }
}
