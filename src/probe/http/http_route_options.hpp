#pragma once

#include "muster/probe/http_route.hpp"
#include "muster/target.hpp"
#include "probe/spec_option.hpp"

#include <optional>
#include <vector>

namespace muster {

/// The proxy of a route, as a URL; nothing where it has none. Throws std::invalid_argument when it
/// is none that can be asked, or the route contradicts itself, which the options don't let pass.
std::optional<target> proxy_of(const http_route& route);

/// The options that say how an HTTP request gets to its server.
std::vector<spec_option> http_route_options();

}  // namespace muster
