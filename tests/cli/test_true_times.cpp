// What is reported is the network's time, whatever this machine and this process are busy with.
#include "cli/run.hpp"
#include "support/hostile_server.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <string>
#include <vector>

#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

std::vector<double> numbers_after(const std::string& text, const std::string& key) {
  std::vector<double> all;
  for (std::size_t at = 0; (at = text.find(key, at)) != text.npos;) {
    at += key.size();
    all.push_back(std::stod(text.substr(at, 20)));
  }
  return all;
}

}  // namespace

TEST_CASE("a connect's round trip is the kernel's, however many are in flight") {
  const hostile_server server{hostile_script::closes_at_once()};
  std::string list;
  for (int i = 0; i < 800; ++i)
    list += "127.0.0.1\n";
  const auto result = sweep({"-iL", "-", "--tcp", std::to_string(server.port()), "--rate", "0",
                             "--max-per-host", "0", "--json"},
                            input(list));
  std::vector<double> rtts = numbers_after(result.out, R"("rtt_ms":)");
  REQUIRE(rtts.size() >= 700);
  std::ranges::sort(rtts);
  CHECK(rtts[rtts.size() / 2] > 0);
  CHECK(rtts[rtts.size() / 2] < 0.5);
}

TEST_CASE("a sweep that is stopped for longer than the timeout goes on where it was") {
  const hostile_server server{
      {.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .pace = 15ms}};
  process child{muster_command({"sweep", server.url(), "--timeout", "2s", "--json"})};
  ::usleep(200'000);
  child.send_signal(SIGSTOP);
  ::usleep(4'000'000);
  child.send_signal(SIGCONT);
  const auto result = child.wait();
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"up")"));
}

TEST_CASE("a response that ends with its connection is not charged with a standstill") {
  const hostile_server server{{.head = "HTTP/1.1 200 OK\r\n\r\n", .pace = 15ms}};
  process child{muster_command({"sweep", server.url(), "--timeout", "2s", "--json"})};
  ::usleep(200'000);
  child.send_signal(SIGSTOP);
  ::usleep(3'000'000);
  child.send_signal(SIGCONT);
  const auto result = child.wait();
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"up")"));
  const auto whole = numbers_after(result.out, R"("rtt_ms":)");
  REQUIRE(whole.size() == 1);
  CHECK(whole[0] < 1500);
}

TEST_CASE("the phases of HTTP requests add up to the whole, with many in flight as with one") {
  const hostile_server server{hostile_script::control_title()};
  std::string list;
  for (int i = 0; i < 300; ++i)
    list += "http://127.0.0.1:" + std::to_string(server.port()) + "/\n";
  const auto result =
      sweep({"-iL", "-", "--rate", "0", "--max-per-host", "0", "--json"}, input(list));
  const auto whole = numbers_after(result.out, R"("rtt_ms":)");
  const auto connect = numbers_after(result.out, R"("connect_ms":)");
  const auto first = numbers_after(result.out, R"("first_byte_ms":)");
  const auto transfer = numbers_after(result.out, R"("transfer_ms":)");
  REQUIRE(whole.size() == 300);
  REQUIRE(connect.size() == whole.size());
  REQUIRE(first.size() == whole.size());
  REQUIRE(transfer.size() == whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    // Each is rounded to a microsecond.
    CHECK(std::abs(whole[i] - connect[i] - first[i] - transfer[i]) < 0.0021);
  }
}
