#pragma once

#include "muster/address.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace muster {

/// What this machine calls itself; empty when it can't be told.
std::string own_name();

/// The addresses by which others know this machine, each once: of interfaces that are up, neither
/// loopback nor link-local ones, at most `own_addresses_max`. Empty when they can't be told.
std::vector<ip_address> own_addresses();
inline constexpr std::size_t own_addresses_max = 8;

}  // namespace muster
