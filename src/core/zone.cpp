#include "core/zone.hpp"

#include <array>
#include <charconv>
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
  const char* const name_end = name.data() + name.size();
  const auto [end, error] = std::from_chars(name.data(), name_end, index);
  std::array<char, IF_NAMESIZE> interface;
  if (error == std::errc{} && end == name_end && ::if_indextoname(index, interface.data())) {
    return index;
  }
  return parse_error{fmt::format("this machine has no interface '{}' (ip link lists those it has)",
                                 excerpt(name))};
}

}  // namespace muster
