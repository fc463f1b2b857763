// Strategy: a connection is answered from what stands in each of its packets, as its numbers tell
// all that matters: who begins one gets a first number that is always the same, and who sends
// something gets the whole response and the end of the stream at once. So there is no table of
// connections, and no packet takes longer than another one.
#include "late_answer.hpp"

#include "codec/checksum.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

namespace muster::bench {
namespace {

using view = std::span<const std::uint8_t>;

constexpr std::size_t ip_bytes = 20;
constexpr std::size_t icmp_bytes = 8;
constexpr std::size_t tcp_bytes = 20;
constexpr std::size_t udp_bytes = 8;
constexpr std::size_t dns_bytes = 12;

constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;

constexpr std::uint8_t fin = 1;
constexpr std::uint8_t syn = 2;
constexpr std::uint8_t rst = 4;
constexpr std::uint8_t push = 8;
constexpr std::uint8_t ack = 16;

constexpr std::uint16_t dns_port = 53;
constexpr std::uint32_t first_number = 1000;
constexpr std::string_view response =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    "late\n";

std::uint16_t get16(view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
std::uint32_t get32(view bytes, std::size_t at) {
  return std::uint32_t{get16(bytes, at)} << 16 | get16(bytes, at + 2);
}
bool checksum_is_right(view bytes) { return codec::internet_checksum(std::as_bytes(bytes)) == 0; }

/// What is answered, with its addresses.
struct request {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint8_t protocol = 0;
  view payload;
};

std::optional<request> parse_ip(view packet) {
  if (packet.size() < ip_bytes || packet[0] >> 4 != 4) return std::nullopt;
  const std::size_t header = std::size_t{packet[0] & 0x0fU} * 4;
  const std::size_t total = get16(packet, 2);
  const bool fits = header >= ip_bytes && header <= total && total <= packet.size();
  constexpr unsigned fragment_bits = 0x3fff;
  if (!fits || !checksum_is_right(packet.first(header)) ||
      (get16(packet, 6) & fragment_bits) != 0) {
    return std::nullopt;
  }
  return request{get32(packet, 12), get32(packet, 16), packet[9],
                 packet.subspan(header, total - header)};
}

/// Puts an answer together: what the protocol says first, the header of IP before it at the end.
class writer {
 public:
  writer(late_phase phase, std::uint32_t host) {
    out_.phase = phase;
    out_.host = host;
    out_.size = ip_bytes;
  }
  void put8(unsigned value) { out_.bytes[out_.size++] = static_cast<std::uint8_t>(value); }
  void put16(unsigned value) {
    put8(value >> 8);
    put8(value);
  }
  void put32(std::uint32_t value) {
    put16(value >> 16);
    put16(value);
  }
  void put(view bytes) {
    std::ranges::copy(bytes, &out_.bytes[out_.size]);
    out_.size += bytes.size();
  }
  bool has_room_for(std::size_t bytes) const { return out_.size + bytes <= out_.bytes.size(); }

  /// With the checksum `at` so many bytes behind the header of IP.
  late_answer finish(const request& to, std::size_t checksum_at) {
    put_ip_header(to);
    const view payload{&out_.bytes[ip_bytes], out_.size - ip_bytes};
    const auto sum =
        to.protocol == protocol_icmp ? sum_of(payload) : sum_with_addresses(payload, to);
    std::memcpy(&out_.bytes[ip_bytes + checksum_at], &sum, sizeof sum);
    return out_;
  }

 private:
  static std::uint16_t sum_of(view bytes) { return codec::internet_checksum(std::as_bytes(bytes)); }

  void put_ip_header(const request& to) {
    constexpr unsigned hops = 64;
    const auto size = out_.size;
    out_.size = 0;
    put16(0x4500);
    put16(static_cast<unsigned>(size));
    put32(0x00004000);  // No number, as it may not be fragmented.
    put16(hops << 8 | to.protocol);
    put16(0);
    put32(to.to);
    put32(to.from);
    out_.size = size;
    const auto sum = sum_of(view{out_.bytes}.first(ip_bytes));
    std::memcpy(&out_.bytes[10], &sum, sizeof sum);
  }

  /// TCP and UDP have the addresses in their sum (RFC 9293, 3.1). A sum of 0 says in UDP that there
  /// is none; all ones are the same number.
  static std::uint16_t sum_with_addresses(view payload, const request& to) {
    constexpr std::size_t before = 12;
    std::array<std::uint8_t, before + late_answer::bytes_max> whole{};
    for (std::size_t i = 0; i < 4; ++i) {
      whole[i] = static_cast<std::uint8_t>(to.to >> (24 - 8 * i));
      whole[4 + i] = static_cast<std::uint8_t>(to.from >> (24 - 8 * i));
    }
    whole[9] = to.protocol;
    whole[10] = static_cast<std::uint8_t>(payload.size() >> 8);
    whole[11] = static_cast<std::uint8_t>(payload.size());
    std::ranges::copy(payload, &whole[before]);
    const auto sum = sum_of(view{whole}.first(before + payload.size()));
    return sum == 0 && to.protocol == protocol_udp ? 0xffff : sum;
  }

  late_answer out_;
};

std::optional<late_answer> answer_echo(const request& asked) {
  const view message = asked.payload;
  constexpr std::uint8_t echo_request = 8;
  writer out{late_phase::first, asked.to - late_hosts_address};
  if (message.size() < icmp_bytes || !out.has_room_for(message.size()) ||
      message[0] != echo_request || message[1] != 0 || !checksum_is_right(message)) {
    return std::nullopt;
  }
  out.put32(0);
  out.put(message.subspan(4));
  return out.finish(asked, 2);
}

/// `numbers` are the sequence number and the one that is acknowledged.
late_answer segment(const request& asked, late_phase phase, std::array<std::uint32_t, 2> numbers,
                    unsigned flags, std::string_view data) {
  constexpr unsigned window = 0xffff;
  const bool begins = (flags & syn) != 0;
  writer out{phase, asked.to - late_hosts_address};
  out.put16(get16(asked.payload, 2));
  out.put16(get16(asked.payload, 0));
  out.put32(numbers[0]);
  out.put32(numbers[1]);
  out.put8(begins ? 6U << 4 : 5U << 4);
  out.put8(flags);
  out.put16(window);
  out.put32(0);
  if (begins) out.put32(0x020405b4);  // It takes segments of 1,460 bytes.
  out.put({reinterpret_cast<const std::uint8_t*>(data.data()), data.size()});
  return out.finish(asked, 16);
}

std::optional<late_answer> answer_tcp(const request& asked) {
  const view whole = asked.payload;
  if (whole.size() < tcp_bytes) return std::nullopt;
  const std::size_t header = std::size_t{whole[12]} >> 4 << 2;
  if (header < tcp_bytes || header > whole.size()) return std::nullopt;
  const unsigned flags = whole[13];
  const auto theirs = get32(whole, 4);
  const auto ours = get32(whole, 8);
  const auto data_bytes = static_cast<std::uint32_t>(whole.size() - header);
  if ((flags & rst) != 0) return std::nullopt;
  const bool open = get16(whole, 2) == late_port;
  if ((flags & syn) != 0) {
    if (!open) return segment(asked, late_phase::first, {0, theirs + 1}, rst | ack, {});
    return segment(asked, late_phase::first, {first_number, theirs + 1}, syn | ack, {});
  }
  if (!open || (flags & ack) == 0) return std::nullopt;
  const std::uint32_t end = (flags & fin) != 0 ? 1 : 0;
  if (data_bytes > 0) {
    return segment(asked, late_phase::response, {ours, theirs + data_bytes + end}, fin | push | ack,
                   response);
  }
  if (end == 0) return std::nullopt;
  return segment(asked, late_phase::none, {ours, theirs + 1}, ack, {});
}

/// The number of the host that a question is about, and where the question ends.
struct dns_question {
  std::uint32_t host = 0;
  std::uint16_t type = 0;
  std::size_t end = 0;
};

std::optional<dns_question> parse_question(view message) {
  if (message.size() < dns_bytes || (message[2] & 0x80) != 0 || get16(message, 4) != 1) {
    return std::nullopt;
  }
  constexpr std::size_t label_bytes_max = 63;
  dns_question out;
  std::size_t at = dns_bytes;
  while (at < message.size() && message[at] != 0) {
    const std::size_t length = message[at];
    if (length > label_bytes_max || at + length >= message.size()) return std::nullopt;
    if (at == dns_bytes) {  // `h7`
      const auto* digits = reinterpret_cast<const char*>(&message[at + 1]) + 1;
      const auto [end, error] = std::from_chars(digits, digits + length - 1, out.host);
      if (error != std::errc{} || end != digits + length - 1) return std::nullopt;
    }
    at += length + 1;
  }
  out.end = at + 5;
  if (at == dns_bytes || out.end > message.size()) return std::nullopt;
  out.type = get16(message, at + 1);
  return out;
}

std::optional<late_answer> answer_question(const request& asked) {
  const view datagram = asked.payload;
  if (datagram.size() < udp_bytes || get16(datagram, 4) != datagram.size() ||
      get16(datagram, 2) != dns_port || asked.to != late_names_address) {
    return std::nullopt;
  }
  const view message = datagram.subspan(udp_bytes);
  const auto question = parse_question(message);
  if (!question) return std::nullopt;
  constexpr std::uint16_t type_a = 1;
  constexpr std::size_t record_bytes = 16;
  const std::size_t records = question->type == type_a ? 1 : 0;
  const std::size_t size = udp_bytes + question->end + records * record_bytes;
  writer out{late_phase::lookup, question->host};
  if (!out.has_room_for(size)) return std::nullopt;
  out.put16(dns_port);
  out.put16(get16(datagram, 0));
  out.put16(static_cast<unsigned>(size));
  out.put16(0);
  out.put16(get16(message, 0));
  out.put32(0x81800001);  // A response, with recursion; one question.
  out.put16(static_cast<unsigned>(records));
  out.put32(0);
  out.put(message.subspan(dns_bytes, question->end - dns_bytes));
  if (records > 0) {
    constexpr std::uint32_t ttl_s = 300;
    out.put16(0xc00c);  // The name of the question.
    out.put32(std::uint32_t{type_a} << 16 | 1);
    out.put32(ttl_s);
    out.put16(4);
    out.put32(late_hosts_address + question->host);
  }
  return out.finish(asked, 6);
}

}  // namespace

std::optional<late_answer> answer_late(std::span<const std::uint8_t> packet) {
  const auto asked = parse_ip(packet);
  if (!asked) return std::nullopt;
  switch (asked->protocol) {
    case protocol_icmp:
      return answer_echo(*asked);
    case protocol_tcp:
      return answer_tcp(*asked);
    case protocol_udp:
      return answer_question(*asked);
    default:
      return std::nullopt;
  }
}

}  // namespace muster::bench
