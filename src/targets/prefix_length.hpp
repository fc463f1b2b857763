#pragma once

#include "core/parsed.hpp"

#include <string_view>

namespace muster {

/// Parses the number after the slash of `block`, from 0 to `bits_max` (32 or 128).
parsed<unsigned> parse_prefix_length(std::string_view block, unsigned bits_max);

}  // namespace muster
