#pragma once

#include <functional>
#include <string>

struct ares_channeldata;

namespace muster {

/// Told of each truncated answer that arrives, before c-ares reads it, by the name it is about.
using truncation_handler = std::function<void(std::string name)>;

/// Has c-ares do its socket calls by way of muster's. The handler outlives the channel.
void use_dns_sockets(ares_channeldata* ares, truncation_handler& on_truncated);

}  // namespace muster
