#include "net/dns_reply.hpp"

#include "codec/dns_answer.hpp"
#include "muster/resolver.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include <ares.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace muster {
namespace {

constexpr int ttl_max = std::numeric_limits<int>::max();

/// A TTL with its top bit set counts as 0 (RFC 2181, 8): c-ares 1.18 makes a negative number of it,
/// 1.34 the greatest.
int ttl_of(int given) { return given == ttl_max ? 0 : std::max(given, 0); }

std::optional<ip_address> address_of(const ares_addrinfo_node& node) {
  if (node.ai_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, node.ai_addr, sizeof v4);
    return ip_address::from_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (node.ai_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6;
  std::memcpy(&v6, node.ai_addr, sizeof v6);
  std::uint64_t half[2] = {0, 0};
  for (std::size_t i = 0; i < 16; ++i)
    half[i / 8] = half[i / 8] << 8 | v6.sin6_addr.s6_addr[i];
  const auto address = ip_address::from_bits(half[0], half[1]);
  // An IPv4-mapped address is IPv4, whatever the record's type says; it has no place in an AAAA.
  if (address.is_v4()) return std::nullopt;
  return address;
}

}  // namespace

dns_reply dns_reply_of(const ares_addrinfo& result, dns_family family) {
  dns_reply reply;
  int ttl = ttl_max;
  for (const auto* node = result.nodes; node; node = node->ai_next) {
    const auto address = address_of(*node);
    if (!address || address->is_v4() != (family == dns_family::v4)) continue;
    if (reply.addresses.size() >= resolver::addresses_max) continue;
    reply.addresses.push_back(*address);
    ttl = std::min(ttl, ttl_of(node->ai_ttl));
  }
  for (const auto* alias = result.cnames; alias; alias = alias->next)
    ttl = std::min(ttl, ttl_of(alias->ttl));
  reply.ttl = std::chrono::seconds{ttl};
  if (reply.addresses.empty()) reply.failure = reason::no_address;
  return reply;
}

reason dns_reason_of(int status) {
  switch (status) {
    case ARES_ENOTFOUND:
      return reason::name_not_found;
    case ARES_ENODATA:
      return reason::no_address;
    case ARES_ESERVFAIL:
      return reason::name_server_failure;
    case ARES_EREFUSED:
      return reason::name_server_refused;
    case ARES_EFORMERR:
      return reason::name_server_format_error;
    case ARES_ENOTIMP:
      return reason::name_server_not_implemented;
    case ARES_EBADRESP:
      return reason::name_server_malformed;
    case ARES_ETIMEOUT:
      return reason::resolve_timeout;
    case ARES_ENOMEM:
      return reason::out_of_memory;
    case ARES_EBADNAME:
      return reason::invalid_name;
    default:
      return reason::socket_error;
  }
}

reason dns_reason_of_rcode(unsigned rcode) {
  switch (rcode) {
    case codec::rcode_format_error:
      return reason::name_server_format_error;
    case codec::rcode_server_failure:
      return reason::name_server_failure;
    case codec::rcode_not_implemented:
      return reason::name_server_not_implemented;
    case codec::rcode_refused:
      return reason::name_server_refused;
    default:
      return reason::name_server_error;
  }
}

}  // namespace muster
