#include "net/local_names.hpp"

#include "core/ascii.hpp"
#include "net/name_lookup.hpp"

#include <algorithm>

namespace muster {
namespace {

constexpr ip_address loopback_v4 = ip_address::from_v4(0x7f00'0001);
constexpr ip_address loopback_v6 = ip_address::from_bits(0, 1);

std::string_view without_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

bool is_localhost(std::string_view name) {
  constexpr std::string_view localhost = "localhost";
  name = without_dot(name);
  if (!name.ends_with(localhost)) return false;
  name.remove_suffix(localhost.size());
  return name.empty() || name.back() == '.';
}

}  // namespace

local_names::local_names(const std::vector<std::pair<std::string, ip_address>>& fixed,
                         std::string hosts_file, address_preference preference)
    : hosts_{std::move(hosts_file)}, preference_{preference} {
  for (const auto& [name, address] : fixed)
    fixed_[lowered(without_dot(name))].push_back(address);
}

std::vector<ip_address> local_names::find(std::string_view name) {
  const bool v4 = allows_v4(preference_);
  const bool v6 = allows_v6(preference_);
  std::vector<ip_address> found;
  if (const auto own = fixed_.find(without_dot(name)); own != fixed_.end()) {
    found = own->second;
  } else if (is_localhost(name)) {
    found = {loopback_v4, loopback_v6};
  } else {
    found = hosts_.table(std::chrono::steady_clock::now()).find(name);
  }
  // Where IPv6 is not wanted, glibc takes `::1` of the hosts file for 127.0.0.1.
  const bool has_v4 = std::ranges::find(found, loopback_v4) != found.end();
  if (!v6 && !has_v4) std::ranges::replace(found, loopback_v6, loopback_v4);
  std::erase_if(found, [&](ip_address address) { return !(address.is_v4() ? v4 : v6); });
  return found;
}

}  // namespace muster
