#pragma once

#include "core/parsed.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace muster {

/// Parses a length of time: a number, with a fraction or not, and a unit: `ns`, `us`, `ms`, `s`,
/// `m` or `h`; `3s`, `250ms`, `1.5m`. A bare number means seconds. Up to about a year.
parsed<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// A length of time for people: `0.41 s`, `2 min 05 s`, `3 h 07 min`.
std::string duration_text(std::chrono::nanoseconds value);

}  // namespace muster
