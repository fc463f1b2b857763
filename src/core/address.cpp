#include "muster/address.hpp"

#include "core/ascii.hpp"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace muster {
namespace {

/// A leading zero is refused: some programs read it as octal. One pass, as long lists are made of
/// these.
std::optional<ip_address> parse_v4(std::string_view text) {
  std::uint32_t value = 0;
  std::uint32_t octet = 0;
  int digits = 0;
  int dots = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      if (digits > 0 && octet == 0) return std::nullopt;
      octet = octet * 10 + static_cast<std::uint32_t>(c - '0');
      if (octet > 255) return std::nullopt;
      ++digits;
    } else {
      if (c != '.' || digits == 0 || dots == 3) return std::nullopt;
      value = value << 8 | octet;
      octet = 0;
      digits = 0;
      ++dots;
    }
  }
  if (dots != 3 || digits == 0) return std::nullopt;
  return ip_address::from_v4(value << 8 | octet);
}

std::uint64_t load_big_endian(const unsigned char* bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i)
    value = value << 8 | bytes[i];
  return value;
}

void store_big_endian(std::uint64_t value, unsigned char* bytes) {
  for (int i = 7; i >= 0; --i, value >>= 8)
    bytes[i] = static_cast<unsigned char>(value & 0xff);
}

std::optional<ip_address> parse_v6(std::string_view text) {
  // inet_pton wants a NUL at the end, and would take one in the middle for the end.
  std::array<char, ip_address::text_bytes_max + 1> terminated;
  if (text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
  std::memcpy(terminated.data(), text.data(), text.size());
  terminated[text.size()] = '\0';
  in6_addr parsed;
  if (::inet_pton(AF_INET6, terminated.data(), &parsed) != 1) return std::nullopt;
  return ip_address::from_bits(load_big_endian(parsed.s6_addr),
                               load_big_endian(parsed.s6_addr + 8));
}

char* write_octet(char* out, std::uint32_t octet) {
  if (octet >= 100) {
    *out++ = static_cast<char>('0' + octet / 100);
    octet %= 100;
    *out++ = static_cast<char>('0' + octet / 10);
  } else if (octet >= 10) {
    *out++ = static_cast<char>('0' + octet / 10);
  }
  *out++ = static_cast<char>('0' + octet % 10);
  return out;
}

char* write_v4(char* out, std::uint32_t value) {
  out = write_octet(out, value >> 24);
  *out++ = '.';
  out = write_octet(out, (value >> 16) & 0xff);
  *out++ = '.';
  out = write_octet(out, (value >> 8) & 0xff);
  *out++ = '.';
  return write_octet(out, value & 0xff);
}

}  // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) {
  if (text.find(':') == text.npos) return parse_v4(text);
  return parse_v6(text);
}

char* ip_address::write(char* out) const {
  // On the path of every result written, hence by hand.
  if (is_v4()) return write_v4(out, v4());
  in6_addr binary;
  store_big_endian(high_, binary.s6_addr);
  store_big_endian(low_, binary.s6_addr + 8);
  std::array<char, INET6_ADDRSTRLEN> text;
  static_assert(text.size() == text_bytes_max + 1);
  if (::inet_ntop(AF_INET6, &binary, text.data(), text.size()) == nullptr) return out;
  const std::size_t length = std::strlen(text.data());
  std::memcpy(out, text.data(), length);
  return out + length;
}

std::string ip_address::to_string() const {
  std::array<char, text_bytes_max> text;
  return std::string(text.data(), write(text.data()));
}

}  // namespace muster
