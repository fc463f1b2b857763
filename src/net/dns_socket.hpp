#pragma once

struct ares_channeldata;

namespace muster {

/// Has c-ares do its socket calls by way of muster's.
void use_dns_sockets(ares_channeldata* ares);

}  // namespace muster
