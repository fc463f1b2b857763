#include "cli/sweep.hpp"
#include "support/loopback.hpp"

#include <array>
#include <functional>
#include <optional>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace muster::test;

namespace {

/// Answers each datagram to a port of 127.0.0.1 with what `answer` makes of it; nothing for
/// nothing.
class udp_responder {
 public:
  using answer_to = std::function<std::optional<std::string>(const std::string&)>;

  explicit udp_responder(answer_to answer)
      : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}, answer_{std::move(answer)} {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    auto* const base = reinterpret_cast<sockaddr*>(&own);
    REQUIRE(::bind(socket_, base, size) == 0);
    REQUIRE(::getsockname(socket_, base, &size) == 0);
    port_ = ntohs(own.sin_port);
    worker_ = std::thread{[this] { serve(); }};
  }
  ~udp_responder() {
    ::shutdown(socket_, SHUT_RD);
    worker_.join();
    ::close(socket_);
  }

  std::string port() const { return std::to_string(port_); }

 private:
  void serve() {
    std::array<char, 65536> bytes{};
    for (;;) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      auto* const base = reinterpret_cast<sockaddr*>(&from);
      const auto got = ::recvfrom(socket_, bytes.data(), bytes.size(), 0, base, &size);
      // A socket that was shut down reads nothing, from nobody.
      if (got < 0 || size == 0 || from.sin_port == 0) return;
      const auto reply = answer_({bytes.data(), static_cast<std::size_t>(got)});
      if (reply) ::sendto(socket_, reply->data(), reply->size(), 0, base, size);
    }
  }

  int socket_;
  answer_to answer_;
  std::uint16_t port_ = 0;
  std::thread worker_;
};

std::optional<std::string> echo(const std::string& text) { return "got " + text; }

}  // namespace

TEST_CASE("a port that answers a datagram is up, with its round trip and what it said") {
  udp_responder server{echo};
  const auto result = sweep({"127.0.0.1", "--udp", server.port() + R"(=a\x00\x7f\\b)", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("probe":"udp","address":"127.0.0.1","port":)" + server.port() +
                                 R"(,"status":"up","rtt_ms":)"));
  CHECK(contains(result.out, R"("bytes":9,"answer":"got a\u0000\u007f\\b")"));
}

TEST_CASE("an empty datagram may be asked with, and an empty one is an answer") {
  udp_responder server{[](const std::string& text) { return text; }};
  const auto result = sweep({"127.0.0.1", "--udp", server.port(), "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.out, R"("bytes":0)"));
}

TEST_CASE("a port that nobody has is refused by the host itself, over both families") {
  const closed_port closed;
  const auto result =
      sweep({"127.0.0.1", "::1", "--udp", closed.text() + "=x", "--timeout", "5s", "--csv"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, ",refused,icmp_port_unreachable,") == 2);
}

TEST_CASE("silence is a timeout, and Ctrl-C or the deadline cuts it short") {
  udp_responder server{[](const std::string&) { return std::nullopt; }};
  const auto silent = sweep({"127.0.0.1", "--udp", server.port(), "--timeout", "100ms", "--csv"});
  CHECK(lines_with(silent.out, ",timeout,no_reply,") == 1);
  const auto cut = sweep({"127.0.0.1", "--udp", server.port(), "--deadline", "100ms", "--csv"});
  CHECK(lines_with(cut.out, ",cancelled,run_deadline,") == 1);
}

TEST_CASE("an answer that is not what was expected is a mismatch that shows it") {
  udp_responder server{echo};
  const auto good =
      sweep({"127.0.0.1", "--udp", server.port() + "=ping", "--udp-expect", "^got p.ng$"});
  CHECK(good.exit_code == 0);
  const auto bad = sweep({"127.0.0.1", "--udp", server.port() + "=ping", "--udp-expect", "pong"});
  CAPTURE(bad.out);
  CHECK(bad.exit_code == 1);
  CHECK(contains(bad.out, "mismatch"));
  CHECK(contains(bad.out, "answer_not_expected"));
  CHECK(contains(bad.out, "\"got ping\""));
}

TEST_CASE(
    "several questions are asked of each target, and retries, limits and rows hold for them") {
  int asked = 0;
  udp_responder server{[&asked](const std::string& text) -> std::optional<std::string> {
    if (text == "second" && ++asked == 1) return std::nullopt;
    return text;
  }};
  const auto result = sweep({"127.0.0.1", "127.0.0.2", "--udp", server.port() + "=first", "--udp",
                             server.port() + "=second", "--exclude", "127.0.0.2", "--retries", "1",
                             "--backoff", "1ms", "--timeout", "300ms", "--ordered", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("probe":"udp")") == 2);
  CHECK(contains(result.out, R"("attempts":[{"status":"timeout","reason":"no_reply"})"));
}

TEST_CASE("a question that can't be asked is refused with the way to write it") {
  const std::array wrong{"0", "x", "53=\\x0", "53=\\q", "65536=a"};
  for (const char* text : wrong) {
    const auto result = sweep({"127.0.0.1", "--udp", text});
    CAPTURE(text, result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "--udp: "));
  }
  const auto pattern = sweep({"127.0.0.1", "--udp", "53", "--udp-expect", "("});
  CHECK(pattern.exit_code == 2);
  CHECK(contains(pattern.err, "no regular expression"));
}

TEST_CASE("a name server answers a question that is written as bytes") {
  udp_responder server{[](const std::string& query) -> std::optional<std::string> {
    if (query.size() < 12) return std::nullopt;
    return query.substr(0, 2) + "\x81\x80" + query.substr(4);
  }};
  const auto result = sweep(
      {"127.0.0.1", "--udp",
       server.port() + R"(=\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01)",
       "--udp-expect", R"(^\x12\x34\x81)"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
}

TEST_CASE("a broadcast address is not sent to, and that is said") {
  const auto result = sweep({"127.255.255.255", "--udp", "9", "--csv"});
  CAPTURE(result.out);
  CHECK(lines_with(result.out, ",local_error,broadcast_address,") == 1);
}

TEST_CASE(
    "results of datagrams are a list of targets, in JSON and CSV; what to ask is said again") {
  temporary_directory directory;
  udp_responder server{echo};
  for (const char* name : {"first.jsonl", "first.csv"}) {
    const std::string first = directory.file(name);
    REQUIRE(sweep({"127.0.0.1", "--udp", server.port(), "-o", first, "-q"}).exit_code == 0);
    const auto again = sweep({"-iL", first, "--udp", server.port(), "--strict", "--json"});
    CAPTURE(name, again.out, again.err);
    CHECK(again.exit_code == 0);
    CHECK(lines_with(again.out, R"("probe":"udp")") == 1);
  }
}
