#pragma once

#include "muster/target.hpp"

#include <string>
#include <string_view>

namespace muster {

/// A text of any bytes as printable text, and different texts as different ones.
std::string printable_key(std::string_view text);

/// What tells a target of one run from the others in another run: its text and, if it has a row,
/// the row's columns; any bytes, as printable text.
std::string task_key(const target& subject);

/// How much longer than a text its key may be, at the most, and once more in JSON.
constexpr std::size_t key_growth_max = 12;

}  // namespace muster
