#include "net/socket_address.hpp"

#include <cstring>

#include <arpa/inet.h>

namespace muster {
namespace {

std::uint64_t load_be64(const unsigned char* bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i)
    value = value << 8 | bytes[i];
  return value;
}

void store_be64(unsigned char* bytes, std::uint64_t value) {
  for (int i = 7; i >= 0; --i, value >>= 8)
    bytes[i] = static_cast<unsigned char>(value);
}

}  // namespace

socket_address::socket_address(const ip_address& address, std::uint16_t port, std::uint32_t scope)
    : v6{} {
  if (address.is_v4()) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(address.v4());
    size = sizeof v4;
  } else {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    store_be64(v6.sin6_addr.s6_addr, address.high());
    store_be64(v6.sin6_addr.s6_addr + 8, address.low());
    v6.sin6_scope_id = scope;
    size = sizeof v6;
  }
}

ip_address address_of(const sockaddr& from) {
  if (from.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &from, sizeof v4);
    return ip_address::from_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (from.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &from, sizeof v6);
    return ip_address::from_bits(load_be64(v6.sin6_addr.s6_addr),
                                 load_be64(v6.sin6_addr.s6_addr + 8));
  }
  return {};
}

}  // namespace muster
