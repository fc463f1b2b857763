#pragma once

#include "core/parsed.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

/// The index of the network interface that the IPv6 zone `name` means (RFC 4007, 11): the name of
/// an interface of this machine, or its index.
parsed<std::uint32_t> resolve_zone(std::string_view name);
/// The name of the interface with this index, or the index where it has gone.
std::string zone_name(std::uint32_t index);

}  // namespace muster
