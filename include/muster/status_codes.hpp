#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace muster {

/// A set of status codes of HTTP responses (RFC 9110, section 15).
class status_codes {
 public:
  struct range {
    std::uint16_t first;
    std::uint16_t last;
    bool operator==(const range&) const = default;
  };

  /// Those that say that all is well: 200 to 399, redirects included.
  status_codes() : ranges_{{200, 399}} {}
  /// Those in any of the ranges, whose bounds belong to them.
  explicit status_codes(std::vector<range> ranges) : ranges_{std::move(ranges)} {}
  /// Every one.
  static status_codes any() { return status_codes{{{0, UINT16_MAX}}}; }

  bool contains(int code) const {
    return std::ranges::any_of(
        ranges_, [code](const range& one) { return one.first <= code && code <= one.last; });
  }
  bool operator==(const status_codes&) const = default;

 private:
  std::vector<range> ranges_;
};

}  // namespace muster
