#pragma once

#include "core/parsed.hpp"

#include <cstdint>
#include <string_view>

namespace muster {

/// Reads a number of bytes: a whole number with or without a unit, as in 64k, 64KiB or 1M, where 1k
/// are 1024.
parsed<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace muster
