#pragma once

#include "core/parsed.hpp"
#include "muster/status_codes.hpp"

#include <string_view>

namespace muster {

/// Reads a list of status codes, of ranges and of classes of them: 200,204,300-399,4xx; or `any`.
parsed<status_codes> parse_status_codes(std::string_view text);

}  // namespace muster
