#pragma once

#include "muster/address.hpp"
#include "muster/status.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

struct ares_addrinfo;

namespace muster {

/// What is asked for: A or AAAA records.
enum class dns_family : std::uint8_t { v4, v6 };

/// What a question brought, in the order of the answer.
struct dns_reply {
  muster::reason failure = reason::none;
  std::vector<ip_address> addresses;
  std::chrono::seconds ttl{};  ///< The least of the records used.
  /// When it reached this machine; nothing where there is no answer.
  std::optional<std::chrono::steady_clock::time_point> arrived{};
  bool unasked = false;  ///< It failed before any server could be asked.
};

/// The addresses of an answer, as far as they are of the kind that was asked for: a server may add
/// what it likes.
dns_reply dns_reply_of(const ares_addrinfo& result, dns_family family);

/// Why a question failed, by the status that c-ares ended it with.
reason dns_reason_of(int status);

/// Why a question failed, by the response code of its answer (RFC 1035, 4.1.1).
reason dns_reason_of_rcode(unsigned rcode);

}  // namespace muster
