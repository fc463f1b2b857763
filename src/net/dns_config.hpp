#pragma once

#include "muster/resolver.hpp"
#include "net/dns_channel.hpp"

namespace muster {

/// Checks the options, and takes from them what the channel needs to know. Throws
/// std::invalid_argument, naming the server or the option that makes no sense.
dns_channel_options channel_options(const resolver_options& options);

}  // namespace muster
