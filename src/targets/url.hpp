#pragma once

#include "core/parsed.hpp"
#include "muster/target.hpp"

#include <string_view>

namespace muster {

/// True when `text` is meant as a URL: it starts with a scheme, a colon and a slash.
bool looks_like_url(std::string_view text);

/// Where the path or the query of a URL begins; its end if it has neither.
std::size_t end_of_authority(std::string_view url);

/// Parses an `http://` or `https://` URL (RFC 3986) into a target of the form `url`. Characters of
/// its path and query that no URL may hold are percent-encoded. The fragment is dropped, the port
/// defaults to 80 or 443; user information and other schemes are refused. An IPv6 address may have
/// a zone (RFC 6874), `http://[fe80::1%25eth0]/`, which is no part of `authority()`.
parsed<target> parse_url(std::string_view text);

/// The same of a URL with any scheme, for commands, which may speak it. The port defaults to that
/// of http or https; of any other scheme it is 0 where none is written.
parsed<target> parse_url_of_any_scheme(std::string_view text);

}  // namespace muster
