#pragma once

#include <string>
#include <string_view>

namespace muster::codec {

/// Base64 (RFC 4648, 4) of these bytes, in one line.
std::string to_base64(std::string_view bytes);

}  // namespace muster::codec
