// A real NTP server, and peers that answer with anything at all.
#include "cli/sweep.hpp"
#include "support/chrony_server.hpp"
#include "support/loopback.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

/// A port of 127.0.0.1 where each question is answered with the datagrams that a script makes of
/// it.
class ntp_peer {
 public:
  struct datagram {
    std::string bytes;
    bool is_from_elsewhere = false;  ///< From another port.
  };
  using script = std::function<std::vector<datagram>(const std::string& question)>;

  explicit ntp_peer(script answer) : answer_{std::move(answer)} {
    port_ = bind(socket_);
    bind(elsewhere_);
    worker_ = std::thread{[this] { serve(); }};
  }
  ~ntp_peer() {
    ::shutdown(socket_, SHUT_RD);
    worker_.join();
    ::close(socket_);
    ::close(elsewhere_);
  }

  std::string target() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  static std::uint16_t bind(int socket) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    auto* const base = reinterpret_cast<sockaddr*>(&own);
    REQUIRE(::bind(socket, base, size) == 0);
    REQUIRE(::getsockname(socket, base, &size) == 0);
    return ntohs(own.sin_port);
  }
  void serve() {
    std::array<char, 2048> bytes{};
    for (;;) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      auto* const base = reinterpret_cast<sockaddr*>(&from);
      const auto got = ::recvfrom(socket_, bytes.data(), bytes.size(), 0, base, &size);
      // A socket that was shut down reads nothing, from nobody.
      if (got < 0 || size == 0 || from.sin_port == 0) return;
      for (const datagram& one : answer_({bytes.data(), static_cast<std::size_t>(got)})) {
        ::sendto(one.is_from_elsewhere ? elsewhere_ : socket_, one.bytes.data(), one.bytes.size(),
                 0, base, size);
      }
    }
  }

  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int elsewhere_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  script answer_;
  std::uint16_t port_ = 0;
  std::thread worker_;
};

std::string big_endian(std::uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string now_and(std::chrono::nanoseconds ahead) {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch() + ahead;
  const auto second = std::chrono::floor<std::chrono::seconds>(since_1970);
  const auto rest = static_cast<std::uint64_t>((since_1970 - second).count());
  return big_endian((static_cast<std::uint64_t>(second.count()) + 2'208'988'800U) << 32U |
                    (rest << 32U) / 1'000'000'000U);
}

/// What a server says of itself, and how far its clock is ahead.
struct server_state {
  char first = '\x24';  ///< Leap indicator, version and mode.
  char stratum = '\1';
  std::string reference = "GPS\0"s;
  std::chrono::nanoseconds ahead{0};
};

std::string answer_to(const std::string& question, const server_state& state = {}) {
  const std::string now = now_and(state.ahead);
  return std::string{state.first, state.stratum, '\6', '\xec'} + "\0\0\0\0\0\0\x01\0"s +
         state.reference + now_and(state.ahead - 16s) + question.substr(40, 8) + now + now;
}

process_result ask(const std::string& target, std::vector<std::string> options = {}) {
  options.insert(options.begin(), {target, "--ntp", "--json"});
  return sweep(std::move(options));
}

/// The record of a server in this state.
std::string told_of(const server_state& state, std::vector<std::string> options = {}) {
  const ntp_peer peer{[&](const std::string& question) -> std::vector<ntp_peer::datagram> {
    return {{answer_to(question, state)}};
  }};
  return ask(peer.target(), std::move(options)).out;
}

/// The number behind a name.
double number_in(const std::string& text, const std::string& name) {
  const auto at = text.find('"' + name + "\":");
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + name.size() + 3));
}

}  // namespace

TEST_CASE("chrony tells the time of this machine, which is not off itself") {
  if (!has_program("chronyd")) MUSTER_SKIP("chrony is not installed");
  chrony_server server{"local stratum 10"};
  REQUIRE(server.started());
  const auto result =
      ask(server.address(), {"--ntp-offset", "1s", "--ntp-stratum", "10", "--timeout", "5s"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("probe":"ntp","address":"127.0.0.1")"));
  CHECK(contains(result.out, R"("status":"up","rtt_ms":)"));
  CHECK(contains(result.out, R"("ntp":{"version":4,"stratum":10,"leap":"none")"));
  CHECK(contains(result.out, R"("reference":"127.127.1.1","offset_ms":)"));
  CHECK(std::abs(number_in(result.out, "offset_ms")) < 1000);
  CHECK(number_in(result.out, "delay_ms") <= number_in(result.out, "rtt_ms") + 0.001);
  const auto far = ask(server.address(), {"--ntp-stratum", "9"});
  CHECK(contains(far.out, R"("status":"mismatch","reason":"stratum_not_expected")"));
}

TEST_CASE("chrony that has no time to tell says so") {
  if (!has_program("chronyd")) MUSTER_SKIP("chrony is not installed");
  chrony_server server{""};
  REQUIRE(server.started());
  const auto result = ask(server.address());
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.out, R"("status":"mismatch","reason":"clock_unsynchronized","rtt_ms":)"));
  CHECK(contains(result.out, R"("leap":"unsynchronized")"));
  CHECK_FALSE(contains(result.out, "offset_ms"));
}

TEST_CASE("a clock that is ahead or behind is so by its offset, which may be too much") {
  for (const auto ahead : {40s, -40s}) {
    const std::string told = told_of({.ahead = ahead}, {"--ntp-offset", "60s"});
    CAPTURE(told);
    CHECK(contains(told, R"("status":"up")"));
    CHECK(std::abs(number_in(told, "offset_ms") - 1000.0 * static_cast<double>(ahead.count())) <
          1000);
    CHECK(contains(told, R"("reference":"GPS")"));
    CHECK(std::abs(number_in(told, "reference_age_ms") - 16'000) < 1000);
    CHECK(number_in(told, "precision") == -20);
    CHECK(contains(told_of({.ahead = ahead}, {"--ntp-offset", "20s"}),
                   R"("status":"mismatch","reason":"offset_not_expected")"));
  }
}

TEST_CASE("an answer from the next era is as near as it is") {
  // 2^31 s are the most that can be told; the era ends within them.
  const std::string told = told_of({.ahead = std::chrono::hours{24 * 365 * 20}});
  CAPTURE(told);
  CHECK(contains(told, R"("status":"up")"));
  CHECK(number_in(told, "offset_ms") > 1000.0 * 3600 * 24 * 365 * 20 - 10'000);
}

TEST_CASE("a server that is not synchronized, or asks to be left alone, is a mismatch with that") {
  CHECK(contains(told_of({.first = '\xe4'}), "clock_unsynchronized"));
  CHECK(contains(told_of({.stratum = '\x10'}), "clock_unsynchronized"));
  CHECK(contains(told_of({.first = '\xe4', .stratum = '\0', .reference = "INIT"}),
                 "clock_unsynchronized"));
  for (const char* const code : {"DENY", "RATE", "RSTR"}) {
    const std::string told = told_of({.first = '\xe4', .stratum = '\0', .reference = code});
    CAPTURE(told);
    CHECK(contains(told, R"("status":"mismatch","reason":"kiss_of_death")"));
    CHECK(contains(told, R"("stratum":0,"leap":"unsynchronized","reference":")"s + code + '"'));
    CHECK_FALSE(contains(told, "offset_ms"));
  }
}

TEST_CASE("an answer that lacks the time it is about is malformed") {
  for (const std::size_t at : {std::size_t{32}, std::size_t{40}}) {
    const ntp_peer peer{[at](const std::string& question) -> std::vector<ntp_peer::datagram> {
      return {{answer_to(question).replace(at, 8, std::string(8, '\0'))}};
    }};
    const auto result = ask(peer.target());
    CAPTURE(at, result.out);
    CHECK(contains(result.out, R"("status":"protocol_error","reason":"malformed_response")"));
  }
}

TEST_CASE("only an answer to our own question counts, from whom it was asked") {
  const ntp_peer peer{[](const std::string& question) -> std::vector<ntp_peer::datagram> {
    std::string guessed = answer_to(question, {.ahead = 1h});
    guessed[24] = static_cast<char>(guessed[24] ^ 1);
    std::string of_zeros = answer_to(question, {.ahead = 1h});
    of_zeros.replace(24, 8, std::string(8, '\0'));
    return {{guessed},
            {of_zeros},
            {question},                                             // a client's
            {answer_to(question, {.first = '\x25', .ahead = 1h})},  // a broadcast
            {answer_to(question, {.ahead = 1h}).substr(0, 47)},
            {""},
            {answer_to(question, {.ahead = 1h}), true},
            {answer_to(question) + std::string(20, 'k')}};
  }};
  const auto result = ask(peer.target(), {"--ntp-offset", "30s", "--timeout", "5s"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("status":"up")"));
}

TEST_CASE("a question has nothing but a random number in it, another each time") {
  std::vector<std::string> questions;
  {
    const ntp_peer peer{[&](const std::string& question) -> std::vector<ntp_peer::datagram> {
      questions.push_back(question);
      return {{answer_to(question)}};
    }};
    ask(peer.target());
    ask(peer.target());
  }
  REQUIRE(questions.size() == 2);
  for (const std::string& one : questions) {
    CHECK(one.substr(0, 40) == "\x23"s + std::string(39, '\0'));
    CHECK(one.size() == 48);
  }
  CHECK(questions[0] != questions[1]);
}

TEST_CASE("whoever answers with nothing that counts is a timeout, and nobody is refused") {
  const ntp_peer peer{[](const std::string&) -> std::vector<ntp_peer::datagram> {
    return {{std::string(48, '\x24')}};
  }};
  const auto silent = ask(peer.target(), {"--timeout", "200ms"});
  CHECK(contains(silent.out, R"("status":"timeout","reason":"no_reply")"));
  const closed_port closed;
  const auto refused = sweep({"127.0.0.1", "--ntp=" + closed.text(), "--csv"});
  CAPTURE(refused.out);
  CHECK(lines_with(refused.out, ",refused,icmp_port_unreachable,") == 1);
}

TEST_CASE("what an NTP server says is harmless on a terminal") {
  const ntp_peer peer{[](const std::string& question) -> std::vector<ntp_peer::datagram> {
    return {{answer_to(question, {.reference = "\x1b[2J"})}};
  }};
  const auto text = sweep({peer.target(), "--ntp"});
  CAPTURE(text.out);
  CHECK(contains(text.out, R"(stratum 1 \x1b[2J offset )"));
  CHECK(text.out.find('\x1b') == std::string::npos);
}

TEST_CASE("a row says how far off its own NTP server may be") {
  const ntp_peer peer{[](const std::string& question) -> std::vector<ntp_peer::datagram> {
    return {{answer_to(question, {.ahead = 40s})}};
  }};
  process_options list;
  list.input = "target,ntp_offset\n" + peer.target() + ",1m\n" + peer.target() + ",\n";
  const auto result =
      sweep({"--ntp", "--ntp-offset", "1s", "--ordered", "--csv", "--input-format", "csv"}, list);
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, ",up,,") == 1);
  CHECK(lines_with(result.out, ",mismatch,offset_not_expected,") == 1);
}

TEST_CASE("options of NTP that make no sense are refused") {
  const std::vector<std::vector<std::string>> wrong{{"--ntp=0"},
                                                    {"--ntp=x"},
                                                    {"--ntp", "--ntp-offset", "far"},
                                                    {"--ntp", "--ntp-stratum", "0"},
                                                    {"--ntp", "--ntp-stratum", "16"}};
  for (std::vector<std::string> options : wrong) {
    options.emplace_back("127.0.0.1");
    const auto result = sweep(options);
    CAPTURE(options, result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "--ntp"));
  }
}
