#pragma once

#include "core/parsed.hpp"

#include <cstdint>
#include <string_view>

namespace muster {

/// The index of the network interface that the IPv6 zone `name` means (RFC 4007, 11): the name of
/// an interface of this machine, or its index.
parsed<std::uint32_t> resolve_zone(std::string_view name);

}  // namespace muster
