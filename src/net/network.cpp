#include "net/network.hpp"

#include "net/kernel_icmp.hpp"
#include "net/kernel_sockets.hpp"

#include <random>

namespace muster {

std::uint64_t system_network::random() {
  static std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::unique_ptr<icmp_transport> system_network::open_icmp(codec::ip_family family,
                                                          const echo_options& options) {
  // The upper half of the ids, as many a simpler tool begins with 0 or its process id.
  const auto id = static_cast<std::uint16_t>(random() | 0x8000);
  return std::make_unique<kernel_icmp>(context_, family, options, id);
}

std::unique_ptr<sockets> system_network::open_sockets() {
  return std::make_unique<kernel_sockets>(context_);
}

std::unique_ptr<lookup_source> system_network::open_names(const resolver_options& options) {
  return std::make_unique<resolver>(context_, options);
}

}  // namespace muster
