#include "bench/late_answer.hpp"
#include "codec/checksum.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace muster::bench;

namespace {

using bytes_type = std::vector<std::uint8_t>;

constexpr std::uint32_t here = 0xc0000201;
constexpr std::uint32_t host_7 = late_hosts_address + 7;
constexpr std::uint8_t icmp = 1;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;

void put(bytes_type& out, std::uint64_t value, int bytes) {
  while (bytes-- > 0)
    out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}
std::uint32_t get(std::span<const std::uint8_t> bytes, std::size_t at, int count) {
  std::uint32_t out = 0;
  for (int i = 0; i < count; ++i)
    out = out << 8 | bytes[at + static_cast<std::size_t>(i)];
  return out;
}
std::uint16_t sum_of(std::span<const std::uint8_t> bytes) {
  return muster::codec::internet_checksum(std::as_bytes(bytes));
}
void complete(bytes_type& bytes, std::size_t at) {
  const auto sum = sum_of(bytes);
  std::memcpy(&bytes[at], &sum, sizeof sum);
}

bytes_type packet(std::uint8_t protocol, std::uint32_t to, const bytes_type& payload) {
  bytes_type out;
  put(out, 0x4500, 2);
  put(out, 20 + payload.size(), 2);
  put(out, 0x12344000, 4);
  put(out, 64, 1);
  put(out, protocol, 1);
  put(out, 0, 2);
  put(out, here, 4);
  put(out, to, 4);
  complete(out, 10);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

bytes_type echo(std::size_t more) {
  bytes_type out;
  put(out, 0x0800, 2);
  put(out, 0, 2);
  put(out, 0xabcd0001, 4);
  for (std::size_t i = 0; i < more; ++i)
    put(out, i, 1);
  complete(out, 2);
  return packet(icmp, host_7, out);
}

constexpr unsigned fin = 1, syn = 2, rst = 4, push = 8, ack = 16;

bytes_type segment(std::uint16_t port, std::uint32_t acknowledged, unsigned flags,
                   std::string_view data = {}) {
  bytes_type out;
  put(out, 40'000, 2);
  put(out, port, 2);
  put(out, 77, 4);
  put(out, acknowledged, 4);
  put(out, 0x50, 1);
  put(out, flags, 1);
  put(out, 0xffff0000'0000, 6);
  out.insert(out.end(), data.begin(), data.end());
  return packet(tcp, host_7, out);
}

bytes_type question(std::string_view label, std::uint16_t type) {
  bytes_type message;
  put(message, 0x77770100, 4);
  put(message, 0x0001'0000'0000'0000, 8);
  for (const std::string_view one : {label, std::string_view{"bench"}, std::string_view{"test"}}) {
    put(message, one.size(), 1);
    message.insert(message.end(), one.begin(), one.end());
  }
  put(message, 0, 1);
  put(message, type, 2);
  put(message, 1, 2);
  bytes_type out;
  put(out, 5353, 2);
  put(out, 53, 2);
  put(out, message.size() + 8, 2);
  put(out, 0, 2);
  out.insert(out.end(), message.begin(), message.end());
  return packet(udp, late_names_address, out);
}

/// What follows the header of IP, after the checks that every answer has to pass.
bytes_type checked(const std::optional<late_answer>& answer, std::uint8_t protocol,
                   std::uint32_t from = host_7) {
  REQUIRE(answer);
  const std::span<const std::uint8_t> whole{answer->bytes.data(), answer->size};
  REQUIRE(whole.size() >= 20);
  CHECK(get(whole, 2, 2) == whole.size());
  CHECK(sum_of(whole.first(20)) == 0);
  CHECK(get(whole, 9, 1) == protocol);
  CHECK(get(whole, 12, 4) == from);
  CHECK(get(whole, 16, 4) == here);
  bytes_type summed;
  if (protocol != icmp) {
    put(summed, get(whole, 12, 4), 4);
    put(summed, get(whole, 16, 4), 4);
    put(summed, protocol, 2);
    put(summed, whole.size() - 20, 2);
  }
  summed.insert(summed.end(), whole.begin() + 20, whole.end());
  CHECK(sum_of(summed) == 0);
  return {whole.begin() + 20, whole.end()};
}

}  // namespace

TEST_CASE("an echo request gets its own bytes back") {
  for (const std::size_t more : {std::size_t{0}, std::size_t{56}, std::size_t{57}}) {
    const auto asked = echo(more);
    const auto answer = answer_late(asked);
    const auto message = checked(answer, icmp);
    CHECK(answer->phase == late_phase::first);
    CHECK(answer->host == 7);
    CHECK(get(message, 0, 2) == 0);
    CHECK(bytes_type{message.begin() + 4, message.end()} ==
          bytes_type{asked.begin() + 24, asked.end()});
  }
  CHECK_FALSE(answer_late(echo(late_answer::bytes_max)));
}

TEST_CASE("a connection is accepted at one port and refused at all others") {
  const auto accepted = checked(answer_late(segment(late_port, 0, syn)), tcp);
  CHECK(get(accepted, 0, 2) == late_port);
  CHECK(get(accepted, 2, 2) == 40'000);
  CHECK(get(accepted, 8, 4) == 78);
  CHECK(accepted[13] == (syn | ack));
  const auto refused = checked(answer_late(segment(late_port + 1, 0, syn)), tcp);
  CHECK(get(refused, 8, 4) == 78);
  CHECK(refused[13] == (rst | ack));
}

TEST_CASE("a request on a connection gets a response and the end of the stream") {
  const auto answer = answer_late(segment(late_port, 1001, push | ack, "GET / HTTP/1.1\r\n\r\n"));
  const auto message = checked(answer, tcp);
  CHECK(answer->phase == late_phase::response);
  CHECK(get(message, 4, 4) == 1001);
  CHECK(get(message, 8, 4) == 77 + 18);
  CHECK(message[13] == (fin | push | ack));
  const std::string text{message.begin() + 20, message.end()};
  CHECK(text.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(text.ends_with("Content-Length: 5\r\nConnection: close\r\n\r\nlate\n"));
}

TEST_CASE("the end of a connection is acknowledged, and nothing else of it answered") {
  const auto answer = answer_late(segment(late_port, 1100, fin | ack));
  const auto message = checked(answer, tcp);
  CHECK(answer->phase == late_phase::none);
  CHECK(get(message, 8, 4) == 78);
  CHECK(message[13] == ack);
  CHECK_FALSE(answer_late(segment(late_port, 1100, ack)));
  CHECK_FALSE(answer_late(segment(late_port, 1100, rst | ack)));
  CHECK_FALSE(answer_late(segment(late_port + 1, 1100, ack, "data")));
}

TEST_CASE("a question about the name of a host that answers late gets its address") {
  const auto answer = answer_late(question("h7", 1));
  const auto datagram = checked(answer, udp, late_names_address);
  CHECK(answer->phase == late_phase::lookup);
  CHECK(answer->host == 7);
  CHECK(get(datagram, 4, 2) == datagram.size());
  CHECK(get(datagram, 8, 2) == 0x7777);
  CHECK(get(datagram, 14, 2) == 1);
  CHECK(get(datagram, datagram.size() - 4, 4) == host_7);
  const auto none = checked(answer_late(question("h7", 28)), udp, late_names_address);
  CHECK(get(none, 14, 2) == 0);
  for (const auto* wrong : {"h", "hx", "h7x", "h99999999999"}) {
    CAPTURE(wrong);
    CHECK_FALSE(answer_late(question(wrong, 1)));
  }
}

TEST_CASE("what is cut off or has a wrong checksum is not answered") {
  for (const auto& whole : {echo(56), segment(late_port, 0, syn), question("h7", 1)}) {
    REQUIRE(answer_late(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK_FALSE(answer_late(std::span{whole}.first(size)));
    auto spoilt = whole;
    spoilt[12] ^= 1;
    CHECK_FALSE(answer_late(spoilt));
    auto followed = whole;
    followed.push_back(0);
    CHECK(answer_late(followed));
  }
  auto spoilt = echo(56);
  spoilt.back() ^= 1;
  CHECK_FALSE(answer_late(spoilt));
}

TEST_CASE("a message that ends within its packet is not answered") {
  const auto asked = question("h7", 1);
  for (std::size_t size = 28; size < asked.size(); ++size) {
    bytes_type datagram{asked.begin() + 20, asked.begin() + static_cast<std::ptrdiff_t>(size)};
    datagram[4] = 0;
    datagram[5] = static_cast<std::uint8_t>(datagram.size());
    CHECK_FALSE(answer_late(packet(udp, late_names_address, datagram)));
  }
  const auto begun = segment(late_port, 0, syn);
  for (std::size_t size = 20; size < begun.size(); ++size) {
    const bytes_type cut{begun.begin() + 20, begun.begin() + static_cast<std::ptrdiff_t>(size)};
    CHECK_FALSE(answer_late(packet(tcp, host_7, cut)));
  }
}
