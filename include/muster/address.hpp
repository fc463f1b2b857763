#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

/// An IPv4 or IPv6 address: 16 bytes, trivially copyable, ordered.
///
/// IPv4 is held in its IPv4-mapped form (RFC 4291, 2.5.5.2), so `::ffff:10.0.0.1` and `10.0.0.1`
/// are the same address, and all IPv4 addresses sort together in numeric order.
class ip_address {
 public:
  /// The unspecified IPv6 address, `::`.
  constexpr ip_address() = default;

  /// The IPv4 address whose numeric value is `value` (host byte order: 0x7f000001 is 127.0.0.1).
  static constexpr ip_address from_v4(std::uint32_t value) {
    return ip_address{0, v4_mapped | value};
  }

  /// The address whose 128 bits, most significant first, are `high` then `low`.
  static constexpr ip_address from_bits(std::uint64_t high, std::uint64_t low) {
    return ip_address{high, low};
  }

  /// Parses dotted-quad IPv4 or RFC 4291 IPv6 text, without brackets, zone or port.
  static std::optional<ip_address> parse(std::string_view text);

  constexpr bool is_v4() const { return high_ == 0 && (low_ >> 32) == 0xffff; }
  constexpr bool is_v6() const { return !is_v4(); }
  /// The IPv4 value in host byte order. Only meaningful when `is_v4()`.
  constexpr std::uint32_t v4() const { return static_cast<std::uint32_t>(low_); }
  constexpr std::uint64_t high() const { return high_; }
  constexpr std::uint64_t low() const { return low_; }
  /// True for 0.0.0.0 and `::`, which are no host's: the kernel takes them for this machine.
  constexpr bool is_unspecified() const { return high_ == 0 && (low_ == 0 || low_ == v4_mapped); }
  /// True for fe80::/10, which needs a zone (an interface) to be reached.
  constexpr bool is_link_local_v6() const { return is_v6() && (high_ >> 54) == (0xfe80u >> 6); }
  /// True for 224.0.0.0/4 and ff00::/8.
  constexpr bool is_multicast() const {
    return is_v4() ? (v4() >> 28) == 0xe : (high_ >> 56) == 0xff;
  }

  /// The address `count` places further. Wraps at the end of the IPv6 space.
  constexpr ip_address plus(std::uint64_t count) const {
    const std::uint64_t low = low_ + count;
    return ip_address{high_ + (low < low_ ? 1 : 0), low};
  }

  /// The address before this one. Wraps at the start of the IPv6 space.
  constexpr ip_address minus_one() const {
    return ip_address{high_ - (low_ == 0 ? 1 : 0), low_ - 1};
  }

  /// Writes the RFC 5952 (IPv6) or dotted-quad (IPv4) text to `out`, which has room for
  /// `text_bytes_max` characters; returns the end of what was written. No terminating NUL.
  char* write(char* out) const;
  std::string to_string() const;

  // NOLINTNEXTLINE(modernize-use-nullptr): sees the 0 that such an operator compares with.
  friend constexpr auto operator<=>(const ip_address&, const ip_address&) = default;

  /// The longest text `write` produces.
  static constexpr std::size_t text_bytes_max = 45;

 private:
  static constexpr std::uint64_t v4_mapped = 0xffff'0000'0000ULL;
  constexpr ip_address(std::uint64_t high, std::uint64_t low) : high_{high}, low_{low} {}

  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace muster

template <>
struct std::hash<muster::ip_address> {
  std::size_t operator()(const muster::ip_address& address) const noexcept {
    // Two rounds of a multiply-xorshift mix: neighbouring addresses must not share buckets.
    std::uint64_t x = address.high() * 0x9e3779b97f4a7c15ULL ^ address.low();
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
    return static_cast<std::size_t>(x ^ (x >> 32));
  }
};
