#include "net/own_addresses.hpp"

#include "net/socket_address.hpp"

#include <algorithm>
#include <memory>

#include <ifaddrs.h>
#include <net/if.h>
#include <sys/utsname.h>

namespace muster {
namespace {

bool is_told(const ip_address& address) {
  constexpr unsigned link_local_v4 = 0xa9fe;  // 169.254.0.0/16, RFC 3927
  if (address.is_v4()) return address.v4() >> 16 != link_local_v4;
  return !address.is_link_local_v6();
}

}  // namespace

std::string own_name() {
  utsname names{};
  return ::uname(&names) == 0 ? std::string{names.nodename} : std::string{};
}

std::vector<ip_address> own_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner{first, &::freeifaddrs};
  std::vector<ip_address> all;
  for (const ifaddrs* one = first; one && all.size() < own_addresses_max; one = one->ifa_next) {
    const bool is_up = (one->ifa_flags & IFF_UP) != 0 && (one->ifa_flags & IFF_LOOPBACK) == 0;
    if (!is_up || !one->ifa_addr) continue;
    const int family = one->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    const ip_address address = address_of(*one->ifa_addr);
    if (is_told(address) && std::ranges::find(all, address) == all.end()) all.push_back(address);
  }
  return all;
}

}  // namespace muster
