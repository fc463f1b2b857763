#include "net/address_order.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace muster {

std::vector<ip_address> each_once(const std::vector<ip_address>& addresses) {
  std::vector<ip_address> once;
  for (const ip_address& one : addresses) {
    if (std::ranges::find(once, one) == once.end()) once.push_back(one);
  }
  return once;
}

std::vector<ip_address> in_turns_by_family(const std::vector<ip_address>& addresses) {
  std::array<std::vector<ip_address>, 2> families;
  for (const ip_address& one : each_once(addresses))
    families[one.is_v4() == addresses.front().is_v4() ? 0 : 1].push_back(one);
  std::vector<ip_address> turns;
  turns.reserve(addresses.size());
  for (std::size_t i = 0; turns.size() < families[0].size() + families[1].size(); ++i) {
    for (const auto& family : families) {
      if (i < family.size()) turns.push_back(family[i]);
    }
  }
  return turns;
}

}  // namespace muster
