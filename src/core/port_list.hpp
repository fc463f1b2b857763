#pragma once

#include "core/parsed.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace muster {

/// Parses a list of ports and ranges of ports, such as `22,80,8000-8010`: each 1 to 65535, in the
/// order written, repetitions dropped.
parsed<std::vector<std::uint16_t>> parse_port_list(std::string_view text);

}  // namespace muster
