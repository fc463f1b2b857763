#pragma once

#include "muster/target.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

/// Puts a target into a URL: each `{}` becomes its host, IPv6 in brackets, with the target's own
/// port unless the template goes on with one. `open_port`: the port instead, if it is not 0; where
/// that is one for HTTP over TLS by custom, 443 or 8443, `http://` and `ws://` go over TLS, too.
std::string fill_url_template(std::string_view form, const target& subject,
                              std::uint16_t open_port = 0);
/// Whether a template leaves it to the target which port is asked.
bool leaves_port_open(std::string_view form);
/// Gives a URL of the target what the target says of its place: the zone, and which address the
/// host is meant by.
void place_url(target& url, const target& subject);
/// An `http://` URL with another path and query.
std::string with_path(std::string_view url, std::string_view path);

/// What a target's row says that the host of its URL is called, with the URL's port where that is
/// not the usual one and the row names none; empty when it says nothing.
std::string named_authority(const target& subject, const target& url);

}  // namespace muster
