#include "net/icmp_ancillary.hpp"

#include "net/socket_address.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <netinet/in.h>

namespace muster {

ancillary read_ancillary(msghdr& header) {
  ancillary found;
  for (cmsghdr* one = CMSG_FIRSTHDR(&header); one != nullptr; one = CMSG_NXTHDR(&header, one)) {
    const void* data = CMSG_DATA(one);
    const std::size_t size = one->cmsg_len - CMSG_LEN(0);
    const int level = one->cmsg_level;
    const int type = one->cmsg_type;
    if (level == SOL_SOCKET && type == SCM_TIMESTAMPNS && size >= sizeof(timespec)) {
      std::memcpy(&found.stamp.emplace(), data, sizeof(timespec));
    } else if ((level == IPPROTO_IP && type == IP_TTL) ||
               (level == IPPROTO_IPV6 && type == IPV6_HOPLIMIT)) {
      int ttl = 0;
      std::memcpy(&ttl, data, std::min(size, sizeof ttl));
      found.ttl = static_cast<std::uint8_t>(ttl);
    } else if (((level == IPPROTO_IP && type == IP_RECVERR) ||
                (level == IPPROTO_IPV6 && type == IPV6_RECVERR)) &&
               size >= sizeof(sock_extended_err)) {
      std::memcpy(&found.error.emplace(), data, sizeof(sock_extended_err));
      if (size >= sizeof(sock_extended_err) + sizeof(sockaddr_in)) {
        socket_address offender;
        std::memcpy(&offender.v6, static_cast<const std::byte*>(data) + sizeof(sock_extended_err),
                    std::min(size - sizeof(sock_extended_err), sizeof offender.v6));
        found.offender = address_of(offender.base);
      }
    }
  }
  return found;
}

codec::icmp_message message_of_error(const sock_extended_err& error,
                                     std::span<const std::byte> request, ip_address destination) {
  codec::icmp_message message;
  message.kind = codec::icmp_kind::other;
  if (request.size() < codec::icmp_header_bytes) return message;
  if (error.ee_origin == SO_EE_ORIGIN_ICMP) {
    message.error = codec::reason_of_v4(error.ee_type, error.ee_code);
  } else if (error.ee_origin == SO_EE_ORIGIN_ICMP6) {
    message.error = codec::reason_of_v6(error.ee_type, error.ee_code);
  } else if (error.ee_errno == EMSGSIZE) {
    message.error = reason::icmp_fragmentation_needed;
  }
  if (message.error == reason::none) return message;
  const auto at = [&request](std::size_t i) { return std::to_integer<unsigned>(request[i]); };
  message.kind = codec::icmp_kind::error;
  message.checksum = static_cast<std::uint16_t>(at(2) << 8 | at(3));
  message.id = static_cast<std::uint16_t>(at(4) << 8 | at(5));
  message.seq = static_cast<std::uint16_t>(at(6) << 8 | at(7));
  message.quoted_destination = destination;
  return message;
}

}  // namespace muster
