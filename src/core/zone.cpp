#include "core/zone.hpp"

#include "core/whole_number.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

#include <net/if.h>

namespace muster {

parsed<std::uint32_t> resolve_zone(std::string_view name) {
  if (name.empty()) return parse_error{"the zone after % is missing: write fe80::1%eth0"};
  if (name.size() < IF_NAMESIZE) {
    if (const std::uint32_t index = ::if_nametoindex(std::string{name}.c_str())) return index;
  }
  std::uint32_t index = 0;
  std::array<char, IF_NAMESIZE> interface;
  if (read_whole(name, index) && ::if_indextoname(index, interface.data())) return index;
  return parse_error{fmt::format("this machine has no interface '{}' (ip link lists those it has)",
                                 excerpt(name))};
}

std::string zone_name(std::uint32_t index) {
  std::array<char, IF_NAMESIZE> name;
  return ::if_indextoname(index, name.data()) ? std::string{name.data()} : std::to_string(index);
}

}  // namespace muster
