#pragma once

#include "muster/address.hpp"

#include <vector>

namespace muster {

/// The order in which the addresses of a host are tried (RFC 8305, 4): one of each family in turns,
/// beginning with the family of the first; those of one family as they were, each once.
std::vector<ip_address> in_turns_by_family(const std::vector<ip_address>& addresses);
/// The same addresses in their order, each once.
std::vector<ip_address> each_once(const std::vector<ip_address>& addresses);

}  // namespace muster
