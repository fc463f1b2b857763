#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace muster::codec {

/// The longest URL that is followed.
inline constexpr std::size_t url_bytes_max = 8 * 1024;

/// The absolute URL, without fragment, that a Location header means in the answer to `base_url`
/// (RFC 3986, 5.2). Bytes that no URL may hold, but servers send, such as blanks and UTF-8, are
/// percent-encoded first. Nothing if it can't be followed: empty, over `url_bytes_max`, control
/// characters, no URL, neither http nor https, or without a host.
std::optional<std::string> resolve_location(std::string_view base_url, std::string_view location);

}  // namespace muster::codec
