#pragma once

#include "muster/target.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

/// Puts a target into a URL: each `{}` becomes its host, IPv6 in brackets, with the target's own
/// port unless the template goes on with one. `open_port`: the port instead, if it is not 0; where
/// that is one for HTTP over TLS by custom, 443 or 8443, an `http://` URL becomes `https://`.
std::string fill_url_template(std::string_view form, const target& subject,
                              std::uint16_t open_port = 0);
/// Whether a template leaves it to the target which port is asked.
bool leaves_port_open(std::string_view form);
/// An `http://` URL with another path and query.
std::string with_path(std::string_view url, std::string_view path);

}  // namespace muster
