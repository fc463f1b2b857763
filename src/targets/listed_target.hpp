#pragma once

#include "targets/target_parser.hpp"

#include <string_view>

namespace muster {

/// As `parse_target`, for a line or a cell of a list. There, a whole host, a comma and a number are
/// what scanners write for `host:port`, and so is masscan's `open tcp 22 10.0.0.1 1390380064`. More
/// numbers after a whole address may be ports or octets and are refused: nobody is probed who was
/// not listed.
parsed<target_range> parse_listed_target(std::string_view text,
                                         const target_parser_options& options);

}  // namespace muster
