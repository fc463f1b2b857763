#pragma once

#include "muster/address.hpp"

#include <cstdint>

#include <netinet/in.h>
#include <sys/socket.h>

namespace muster {

/// An address as the kernel's socket calls want it.
struct socket_address {
  union {
    sockaddr base;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  socklen_t size = 0;

  socket_address() : v6{} {}
  socket_address(const ip_address& address, std::uint16_t port, std::uint32_t scope = 0);
};

/// The address in a sockaddr_in or sockaddr_in6; the unspecified address for any other family.
ip_address address_of(const sockaddr& from);

}  // namespace muster
