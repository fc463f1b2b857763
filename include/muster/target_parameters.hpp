#pragma once

#include "muster/probe_kind.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

/// Whether two texts name the same column: case makes no difference, and a space or hyphen is an
/// underscore.
constexpr bool is_same_column(std::string_view one, std::string_view other) {
  const auto canonical = [](char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c + ('a' - 'A'));
    return c == ' ' || c == '-' ? '_' : c;
  };
  return std::ranges::equal(one, other, {}, canonical, canonical);
}

/// What a target's own row says about how it is to be probed, in place of the run's options. Shared
/// by all members of a range. What is empty is left to the options.
struct target_parameters {
  std::string label;                ///< For the reports only; any bytes, at most `label_bytes_max`.
  std::string path;                 ///< HTTP: path and query, from the slash on.
  std::string host;                 ///< HTTP: what the Host header says, `host` or `host:port`.
  std::optional<probe_kind> probe;  ///< The only probe that the target gets.
  std::optional<std::chrono::nanoseconds> timeout;
  /// How its probes are made, by the names of columns and as they are written in lists, such as
  /// `{"count", "3"}`; those of kinds that it gets no probe of say nothing.
  std::vector<std::pair<std::string, std::string>> options;
  /// Columns of the row by name, as they are written there: those that are kept for commands.
  std::vector<std::pair<std::string, std::string>> columns;
  /// Values of columns that the row does not have, or has nothing in.
  std::vector<std::pair<std::string, std::string>> defaults;

  /// The shortest timeout and the shortest interval.
  static constexpr std::chrono::milliseconds time_min{1};
  static constexpr std::size_t label_bytes_max = 256;

  /// The value of a column; null when there is none.
  const std::string* column(std::string_view name) const {
    const std::string* const own = value_in(columns, name);
    if (own && !own->empty()) return own;
    const std::string* const other = value_in(defaults, name);
    return other ? other : own;
  }

  bool operator==(const target_parameters&) const = default;

 private:
  static const std::string* value_in(const std::vector<std::pair<std::string, std::string>>& pairs,
                                     std::string_view name) {
    const std::string* alike = nullptr;
    for (const auto& [own, value] : pairs) {
      if (own == name) return &value;
      if (!alike && is_same_column(own, name)) alike = &value;
    }
    return alike;
  }
};

}  // namespace muster
