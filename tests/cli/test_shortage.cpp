// What becomes of a sweep when this machine runs out of descriptors, ports or memory.
#include "cli/sweep.hpp"
#include "support/hostile_server.hpp"

#include <cerrno>
#include <csignal>
#include <string>

using namespace muster::test;

namespace {

/// The environment in which the first `count` calls of that kind fail.
process_options with_fault(const std::string& call, int error, int count) {
  process_options options;
  options.environment = {std::string{"LD_PRELOAD="} + MUSTER_FAULT_SHIM,
                         "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0",
                         "MUSTER_FAULT_CALL=" + call, "MUSTER_FAULT_ERRNO=" + std::to_string(error),
                         "MUSTER_FAULT_COUNT=" + std::to_string(count)};
  return options;
}

/// So many times the same port, a line each.
std::string lines_of(std::uint16_t port, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += "127.0.0.1:" + std::to_string(port) + "\n";
  return lines;
}

/// Answers in about 80 ms, and meanwhile holds a port of whoever asks.
hostile_script slow_answer() {
  return {.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
          .pace = std::chrono::milliseconds{2}};
}

/// How many probes the summary's first line tells of: "12,345 probes in 2.1 s: …".
std::size_t probes_in_summary(const std::string& text) {
  const std::size_t end = text.find(" probe");
  std::size_t count = 0;
  const std::size_t begin = text.rfind('\n', end) + 1;
  for (std::size_t i = begin; end != text.npos && i < end; ++i) {
    if (text[i] >= '0' && text[i] <= '9')
      count = count * 10 + static_cast<std::size_t>(text[i] - '0');
  }
  return count;
}

}  // namespace

TEST_CASE("a sweep that gets no more memory accounts for every probe, and ends with code 3") {
  MUSTER_NEED_TRUE_MEMORY();
  MUSTER_NEED_LAB();
  lab::route_local("10.0.0.0/8");
  lab::drop_echo_requests("10.0.0.0/8");
  lab::drop_syns("10.0.0.0/8");
  const temporary_directory directory;
  const std::string results = directory.file("results.jsonl");
  const std::vector<std::vector<std::string>> kinds{
      {"10.0.0.0/14", "--icmp"},
      {"10.0.0.0/14", "--tcp", "80"},
      {"10.0.0.0/14", "--http"},
      {"10.0.0.0/14", "--icmp", "--randomize", "--seed", "1"}};
  for (const auto& kind : kinds) {
    int ran_out = 0;
    for (const int kib : {24'000, 29'000, 34'000, 40'000}) {
      std::vector<std::string> words{
          "sh", "-c",          "ulimit -v " + std::to_string(kib) + "; exec \"$@\"",
          "sh", MUSTER_BINARY, "sweep"};
      words.insert(words.end(), kind.begin(), kind.end());
      words.insert(words.end(), {"--rate", "0", "--max-in-flight", "400000", "--timeout", "3s",
                                 "--deadline", "4s", "-q", "-o", results});
      ::unlink(results.c_str());
      const auto result = run(words, {}, std::chrono::seconds{60});
      const std::size_t records = lines_with(read_whole_file(results), "\"target\"");
      CAPTURE(kind, kib, records, result.err);
      if (records == 0 || result.exit_code == 1) continue;  // it did not begin, or had enough
      CHECK(result.exit_code == 3);
      CHECK(contains(result.err, "muster: out of memory"));
      CHECK(contains(result.err, "stopped early by a want of memory"));
      CHECK_FALSE(contains(result.err, "have no record"));
      CHECK(records == probes_in_summary(result.err));
      CHECK(lines_with(read_whole_file(results),
                       R"("status":"cancelled","reason":"out_of_memory")") > 0);
      ++ran_out;
    }
    CAPTURE(kind);
    CHECK(ran_out > 0);
  }
}

TEST_CASE("ten thousand connects with 256 file descriptors lose nothing") {
  hostile_server server{hostile_script::closes_at_once()};
  process_options options;
  options.input = lines_of(server.port(), 10'000);
  const std::string command =
      std::string{MUSTER_BINARY} + " sweep - --rate 0 --max-per-host 0 --timeout 20s --json";
  const auto result =
      run({"sh", "-c", "ulimit -n 256; exec " + command}, options, std::chrono::seconds{60});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status":"up")") == 10'000);
  CHECK(contains(result.err, "10,000 probes in"));
}

TEST_CASE("probes that wait for a file descriptor are counted, and none is timed out for it") {
  hostile_server server{slow_answer()};
  process_options options;
  for (int i = 0; i < 600; ++i)
    options.input += server.url() + std::to_string(i) + "\n";
  const std::string command =
      std::string{MUSTER_BINARY} + " sweep - --rate 0 --max-per-host 0 --timeout 5s --json";
  const auto result = run({"sh", "-c", "ulimit -n 96; exec " + command}, options);
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status":"up")") == 600);
  CHECK(contains(result.err, " for file descriptors\n"));
}

TEST_CASE("a connect that this machine is short of something for is made later") {
  hostile_server server{hostile_script::closes_at_once()};
  struct fault {
    const char* call;
    int error;
    const char* told;
  };
  for (const auto& [call, error, told] : {
           fault{"socket", EMFILE, " for file descriptors\n"},
           fault{"socket", ENFILE, " for file descriptors\n"},
           fault{"socket", ENOBUFS, " for kernel memory\n"},
           fault{"socket", ENOMEM, " for kernel memory\n"},
           fault{"connect", EADDRNOTAVAIL, " for local ports\n"},
           fault{"connect", EAGAIN, " for kernel memory\n"},
           fault{"connect", ENOBUFS, " for kernel memory\n"},
           fault{"epoll_ctl", ENOSPC, " for kernel memory\n"},
           fault{"epoll_ctl", ENOMEM, " for kernel memory\n"},
       }) {
    // Ten pauses of up to 100 ms: far more than the timeout, which does not run meanwhile.
    process_options options = with_fault(call, error, 30);
    options.input = lines_of(server.port(), 20);
    const auto result =
        sweep({"-", "--rate", "0", "--max-per-host", "0", "--timeout", "200ms", "--json"}, options);
    CAPTURE(call, error, result.out, result.err);
    CHECK(result.exit_code == 0);
    CHECK(lines_with(result.out, R"("status":"up")") == 20);
    CHECK(contains(result.err, told));
    CHECK(result.wall > std::chrono::milliseconds{200});
  }
}

TEST_CASE("a request that could not be sent for want of memory is sent later") {
  hostile_server server{hostile_script::control_title()};
  const auto result = sweep({server.url(), "--json"}, with_fault("send", ENOBUFS, 5));
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status_code":200)") == 1);
  CHECK(contains(result.err, "1 wait of a probe for this machine: 1 for kernel memory\n"));
}

TEST_CASE("a run that waits for descriptors ends by its deadline, and by a signal") {
  const auto late = sweep({"127.0.0.1-127.0.0.9", "--tcp", "1", "--json", "--deadline", "300ms"},
                          with_fault("socket", EMFILE, 1'000'000));
  CAPTURE(late.out, late.err);
  CHECK(late.exit_code == 1);
  CHECK(lines_with(late.out, R"("status":"cancelled","reason":"run_deadline")") == 9);

  process child{muster_command({"sweep", "127.0.0.1:1", "10.0.0.0/33", "--json"}),
                with_fault("socket", EMFILE, 1'000'000)};
  REQUIRE(child.wait_for_error_output("10.0.0.0/33", std::chrono::seconds{20}));
  child.send_signal(SIGINT);
  const auto result = child.wait();
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 130);
  CHECK(lines_with(result.out, R"("reason":"interrupted")") == 1);
}

TEST_CASE("a rule of this machine that forbids a connect is not the target's fault") {
  for (const int error : {EPERM, EACCES}) {
    const auto result = sweep({"127.0.0.1:1", "--json"}, with_fault("connect", error, 1'000));
    CAPTURE(error, result.out);
    CHECK(lines_with(result.out, R"("status":"local_error","reason":"firewall_denied")") == 1);
  }
}

TEST_CASE("a route that prohibits a connect is a rule of this machine") {
  MUSTER_NEED_LAB();
  lab::route_refused("prohibit", "198.51.100.0/24");
  const auto result = sweep({"198.51.100.1:80", "http://198.51.100.2/", "--json"});
  CAPTURE(result.out);
  CHECK(lines_with(result.out, R"("status":"local_error","reason":"firewall_denied")") == 2);
}

TEST_CASE("more connects to one address than there are local ports lose nothing") {
  MUSTER_NEED_LAB();
  // A server that answers late holds each port for a while.
  lab::set_system_control("net.ipv4.ip_local_port_range", "40000 40031");
  hostile_server server{slow_answer()};
  std::string urls;
  for (int i = 0; i < 200; ++i)
    urls += server.url() + std::to_string(i) + "\n";
  process_options options;
  options.input = urls;
  const auto result =
      sweep({"-", "--rate", "0", "--max-per-host", "0", "--timeout", "3s", "--json"}, options);
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status":"up")") == 200);
  CHECK(contains(result.err, " for local ports\n"));
}

TEST_CASE("a machine without an address of the family says so at once") {
  MUSTER_NEED_LAB();
  lab::set_system_control("net.ipv6.conf.lo.disable_ipv6", "1");
  const auto result = sweep({"[::1]:80", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"local_error")") == 1);
  CHECK_FALSE(contains(result.err, "local ports"));
  CHECK(result.wall < std::chrono::seconds{10});
}

TEST_CASE("a source address that is not this machine's is said so at once") {
  const auto result = sweep({"127.0.0.1:1", "--source", "203.0.113.77", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out + result.err, "address_not_available"));
}
