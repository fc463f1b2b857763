#pragma once

#include "core/parsed.hpp"
#include "muster/target.hpp"

#include <string_view>

namespace muster {

/// Parses a `ws://` or `wss://` URL (RFC 6455, 3): one of http or https, by which its connection
/// begins, with another scheme.
parsed<target> parse_websocket_url(std::string_view text);

}  // namespace muster
