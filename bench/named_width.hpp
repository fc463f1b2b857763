#pragma once

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace muster::bench {

/// `pool:64` as its parts; a width of 0 is none.
struct named_width {
  std::string name;
  std::uint32_t width = 0;

  static constexpr std::uint32_t width_max = 1'000'000;

  static std::string name_of(const std::string& text) { return text.substr(0, text.find(':')); }

  /// `unit` is what there are N of at once, null for a name that takes no width. Throws
  /// std::invalid_argument with what is wrong.
  static named_width parse(const std::string& text, const char* unit) {
    named_width out{name_of(text), 0};
    const bool has_width = out.name.size() != text.size();
    if (!unit && has_width) {
      throw std::invalid_argument{fmt::format("'{}': {} takes no number", text, out.name)};
    }
    if (!unit) return out;
    const char* begin = text.data() + out.name.size() + (has_width ? 1 : 0);
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(begin, end, out.width);
    if (error != std::errc{} || stopped != end || out.width == 0 || out.width > width_max) {
      throw std::invalid_argument{
          fmt::format("'{}': say how many {} at once, as in {}:64", text, unit, out.name)};
    }
    return out;
  }
};

}  // namespace muster::bench
