#include "targets/prefix_length.hpp"

#include "muster/address.hpp"

#include <bit>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace muster {
namespace {

/// 24 for 255.255.255.0; nothing for what is not a netmask.
std::optional<int> prefix_of_netmask(std::string_view text) {
  const auto mask = ip_address::parse(text);
  if (!mask || !mask->is_v4()) return std::nullopt;
  const int ones = std::countl_one(mask->v4());
  if (ones + std::countr_zero(mask->v4()) < 32) return std::nullopt;
  return ones;
}

}  // namespace

parsed<unsigned> parse_prefix_length(std::string_view block, unsigned bits_max) {
  const std::size_t slash = block.find('/');
  const std::string_view base = block.substr(0, slash);
  const std::string_view length = block.substr(slash + 1);
  if (length.empty()) {
    return parse_error{fmt::format("the prefix length after / is missing: write {}/{}",
                                   excerpt(base), bits_max == 32 ? 24 : 64)};
  }
  if (const auto ones = prefix_of_netmask(length)) {
    return parse_error{fmt::format("write the netmask {} as a prefix length: {}/{}",
                                   excerpt(length), excerpt(base), *ones)};
  }
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  const bool whole = end == length.data() + length.size();
  const bool has_leading_zero = length.size() > 1 && length.front() == '0';
  if (error == std::errc::invalid_argument || !whole || has_leading_zero) {
    return parse_error{fmt::format("'{}' is not a prefix length: write a number from 0 to {}",
                                   excerpt(length), bits_max)};
  }
  if (error != std::errc{} || bits > bits_max) {
    return parse_error{fmt::format("the prefix length of an {} block is 0 to {}, not {}",
                                   bits_max == 32 ? "IPv4" : "IPv6", bits_max, excerpt(length))};
  }
  return bits;
}

}  // namespace muster
