// Lists that are long, never end or never begin hold up nothing that is in flight.
#include "cli/run.hpp"

#include <chrono>
#include <csignal>

#include <sys/stat.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("bad lines without number after a target delay what becomes of it by nothing") {
  std::uint16_t port = 0;
  const int listener = listen_on_loopback(port);
  temporary_directory directory;
  std::string list = "127.0.0.1\n";
  for (int i = 0; i < 1'000'000; ++i)
    list += "!!\n";
  write_whole_file(directory.file("list"), list);
  const auto result = sweep({"-iL", directory.file("list"), "--tcp", std::to_string(port),
                             "--timeout", "300ms", "--json"});
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.err, "1,000,000 lines were not targets"));
  ::close(listener);
}

TEST_CASE("a list that never ends is left by Ctrl-C and by the deadline") {
  for (const bool by_signal : {false, true}) {
    std::vector<std::string> words{"sweep", "127.0.0.1", "-iL", "/dev/zero", "--json"};
    if (!by_signal) words.insert(words.end(), {"--deadline", "300ms"});
    process child{muster_command(words)};
    CHECK(child.wait_for_output(R"("status":"up")", 20s));
    if (by_signal) child.send_signal(SIGINT);
    CHECK(child.wait(20s).exit_code == (by_signal ? 130 : 1));
  }
}

TEST_CASE("a list of bad lines without end holds up neither a run's tasks nor its deadline") {
  const auto result = run({"sh", "-c",
                           std::string{"yes 'a b' | "} + MUSTER_BINARY +
                               " run x -iL - --deadline 1s -- sh -c 'echo {}; sleep 100'"},
                          {}, 30s);
  CHECK(contains(result.out, "x\n"));
}

TEST_CASE("a pipe that nobody opens holds up no deadline, and no target before it") {
  temporary_directory directory;
  const std::string pipe = directory.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto result = sweep({"127.0.0.1", "-iL", pipe, "--deadline", "500ms", "--json"});
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.err, "stopped early"));
}

TEST_CASE("a list of what is to be excluded that has no line is refused") {
  const auto result = sweep({"127.0.0.1", "--exclude-file", "/dev/zero"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.err, "/dev/zero:1: "));
  CHECK(contains(result.err, "the line is longer than 8192 bytes"));
}

TEST_CASE("who waits for a process holds up no echo request") {
  MUSTER_NEED_ICMP();
  const auto result = sweep(
      {"127.0.0.1-127.0.0.20", "--icmp", "--exec", "sleep 0.2", "--max-processes", "1", "--json"});
  CHECK(lines_with(result.out, R"("probe":"icmp")") == 20);
  CHECK(lines_with(result.out, R"("probe":"exec")") == 20);
  // All of them are there before the second plugin is.
  std::size_t at = result.out.find(R"("probe":"exec")");
  at = result.out.find(R"("probe":"exec")", at + 1);
  CHECK(lines_with(result.out.substr(0, at), R"("probe":"icmp")") == 20);
}

TEST_CASE("what waits for a process when a sweep is stopped was never asked for") {
  process child{muster_command({"sweep", "127.0.0.1-127.0.0.100", "--exec",
                                "sh -c 'echo begun; exec sleep 100'", "--max-processes", "2",
                                "--json", "--tcp", "1"})};
  CHECK(child.wait_for_output("127.0.0.100", 20s));
  child.send_signal(SIGINT);
  const auto result = child.wait(20s);
  CHECK(result.exit_code == 130);
  CHECK(lines_with(result.out, R"("probe":"tcp")") == 100);
  CHECK(lines_with(result.out, R"("probe":"exec")") == 2);
  CHECK(lines_with(result.out, R"("status":"cancelled")") == 2);
}
