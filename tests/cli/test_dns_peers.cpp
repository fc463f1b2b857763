// Peers that answer a question of DNS with anything at all.
#include "cli/dns_answers.hpp"
#include "support/unbound_server.hpp"

#include <string>
#include <vector>

using namespace muster::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

std::string framed(const std::string& message) { return u16(message.size()) + message; }

}  // namespace

TEST_CASE("an answer that is too long for a datagram is asked for again over TCP") {
  if (!has_program("unbound")) MUSTER_SKIP("unbound is not installed");
  unbound_server server;
  REQUIRE(server.started());
  const auto result = ask(server.address(), {"--dns", "longer.lab.test", "--json", "--dns-answer",
                                             R"(^192\.0\.2\.100$)"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("over":"tcp","rcode":"NOERROR")"));
  CHECK(contains(result.out, R"("answer_count":100)"));
  std::size_t records = 0;
  for (auto at = result.out.find(R"("ttl":)"); at != std::string::npos;
       at = result.out.find(R"("ttl":)", at + 1)) {
    ++records;
  }
  CHECK(records == 50);
  const auto text = ask(server.address(), {"--dns", "longer.lab.test"});
  CHECK(contains(text.out, "dns longer.lab.test A NOERROR aa 192.0.2."));
  CHECK(contains(text.out, "and 97 more"));
}

TEST_CASE("datagrams under another id, or to another question, are not taken for the answer") {
  const dns_peer peer{[](const std::string& question, bool) -> std::vector<std::string> {
    std::string other_id = answer_to(question, 0x8183, 0);
    other_id[0] = static_cast<char>(other_id[0] ^ 1);
    std::string other_name = answer_to(question, 0x8183, 0);
    other_name[13] = 'b';
    return {other_id,
            other_name,
            question,
            "",
            "noise",
            std::string(600, '\xff'),
            address_answer(question)};
  }};
  const auto result = ask_json(peer);
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("data":"192.0.2.7")"));
  CHECK(contains(result.out, R"("flags":"rd ra")"));
}

TEST_CASE("whoever sends nothing but other datagrams is a timeout, or broken where they are many") {
  for (const std::size_t count : {std::size_t{3}, std::size_t{1500}}) {
    // Some at a time, so that the socket's buffer has room for them.
    const dns_peer peer{
        [count](const std::string&, bool) { return std::vector<std::string>(count, "noise"); }};
    const auto result = ask(peer.target(), {"--dns", "a.test", "--csv", "--timeout", "500ms"});
    CAPTURE(count, result.out);
    const bool is_some = lines_with(result.out, ",timeout,no_reply,") == 1;
    const bool is_many = lines_with(result.out, ",protocol_error,malformed_response,") == 1;
    CHECK(is_some != is_many);
    if (count == 3) CHECK(is_some);
  }
}

TEST_CASE("an answer to the question that can't be read is told from silence") {
  const std::array<std::string, 4> broken{record(2, u16(0xc000 | 36U)),  // a name that is itself
                                          record(2, "\xff\xff"sv),       // a name beyond the end
                                          record(1, "\1\2\3"sv),         // no address
                                          record(1, "\1\2\3\4"sv).substr(0, 14)};  // cut off
  for (const std::string& one : broken) {
    for (const char* const over : {"udp", "tcp"}) {
      const dns_peer peer{[&one](const std::string& question, bool over_tcp) {
        const std::string message = answer_to(question, 0x8180, 1) + one;
        return std::vector{over_tcp ? framed(message) : message};
      }};
      const auto result = ask_json(peer, {"--dns-over", over});
      CAPTURE(over, result.out);
      CHECK(result.exit_code == 1);
      CHECK(contains(result.out, R"("status":"protocol_error","reason":"malformed_response")"));
      CHECK_FALSE(contains(result.out, "rcode"));
    }
  }
}

TEST_CASE("counts that lie are noticed, over UDP and TCP") {
  for (const char* const over : {"udp", "tcp"}) {
    const dns_peer peer{[](const std::string& question, bool over_tcp) {
      const std::string message = answer_to(question, 0x8180, 0xffff) + record(1, "\1\2\3\4"sv);
      return std::vector{over_tcp ? framed(message) : message};
    }};
    CHECK(contains(ask_json(peer, {"--dns-over", over}).out, "malformed_response"));
  }
}

TEST_CASE("over TCP an answer may come in any pieces, and what is none is malformed") {
  const auto outcome = [](const dns_peer::script& script) {
    const dns_peer peer{script};
    return ask_json(peer, {"--dns-over", "tcp"}).out;
  };
  CHECK(contains(outcome([](const std::string& question, bool) {
                   std::vector<std::string> bytes;
                   for (const char c : framed(address_answer(question)) + "more")
                     bytes.emplace_back(1, c);
                   return bytes;
                 }),
                 R"("data":"192.0.2.7")"));
  CHECK(contains(outcome([](const std::string& question, bool) {
                   std::string other = address_answer(question);
                   other[1] = static_cast<char>(other[1] ^ 1);
                   return std::vector{framed(other)};
                 }),
                 "malformed_response"));
  CHECK(contains(outcome([](const std::string&, bool) { return std::vector{"\0\0"s}; }),
                 "malformed_response"));
  CHECK(contains(outcome([](const std::string& question, bool) {
                   return std::vector{framed(address_answer(question)).substr(0, 20)};
                 }),
                 R"("status":"reset","reason":"closed_early")"));
  CHECK(contains(outcome([](const std::string&, bool) { return std::vector<std::string>{}; }),
                 R"("status":"reset","reason":"closed_early")"));
}

TEST_CASE("64 KiB of records over TCP are counted whole and shown in part") {
  const dns_peer peer{[](const std::string& question, bool) {
    std::string records;
    std::size_t count = 0;
    const std::string one = record(16, "\xff" + std::string(255, '\x1b'));
    const std::size_t head = answer_to(question, 0x8180, 0).size();
    for (; head + records.size() + one.size() <= 0xffff; ++count)
      records += one;
    return std::vector{framed(answer_to(question, 0x8580, count) + records)};
  }};
  const auto result = ask_json(peer, {"--dns-over", "tcp"});
  CAPTURE(result.out.size(), result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("answer_count":244)"));
  CHECK(result.out.size() < 64 * 1024);
  const auto table = ask(peer.target(), {"--dns", "a.test", "--dns-over", "tcp", "--csv"});
  CHECK(table.out.find('\x1b') == std::string::npos);
}

TEST_CASE("bytes of a name are harmless on a terminal, and told as a zone has them") {
  const dns_peer peer{[](const std::string& question, bool) {
    return std::vector{answer_to(question, 0x8180, 1) + record(12, "\6a\0\x1b[2J\1.\0"sv)};
  }};
  const auto result = ask_json(peer);
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("data":"a\\000\\027[2J.\\..")"));
  const auto text = ask(peer.target(), {"--dns", "a.test"});
  CHECK(contains(text.out, R"(a\000\027[2J.\..)"));
  CHECK(text.out.find('\x1b') == std::string::npos);
}

TEST_CASE("a truncated answer whose server does not take TCP is what became of that") {
  const dns_peer peer{[](const std::string& question, bool over_tcp) {
    return over_tcp ? std::vector<std::string>{} : std::vector{answer_to(question, 0x8380, 0)};
  }};
  const auto result = ask_json(peer);
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"reset","reason":"closed_early")"));
  CHECK(contains(result.out, R"("over":"tcp")"));
}

TEST_CASE("a port that nobody has is refused, over UDP and TCP") {
  const closed_port closed;
  const auto udp = ask("127.0.0.1:" + closed.text(), {"--dns", "a.test", "--csv"});
  CHECK(lines_with(udp.out, ",refused,icmp_port_unreachable,") == 1);
  const auto tcp = ask(
      "127.0.0.1", {"--dns", "a.test", "--dns-port", closed.text(), "--dns-over", "tcp", "--json"});
  CAPTURE(tcp.out);
  CHECK(contains(tcp.out, R"("status":"refused","reason":"connection_refused","rtt_ms":)"));
  CHECK(contains(tcp.out, R"("name":"a.test","type":"A","over":"tcp")"));
}
