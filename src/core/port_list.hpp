#pragma once

#include "core/parsed.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace muster {

struct port_list {
  std::vector<std::uint16_t> ports;      ///< In the order written, repetitions dropped.
  std::vector<std::uint16_t> of_ranges;  ///< Those that are named in ranges only, sorted.
};

/// Parses a list of ports and ranges of ports, such as `22,80,8000-8010`: each 1 to 65535.
parsed<port_list> parse_port_list(std::string_view text);

}  // namespace muster
