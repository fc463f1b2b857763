#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace muster::codec {

/// Where the data of a record lies in its message.
struct dns_data {
  std::uint16_t type = 0;
  std::uint16_t record_class = 0;
  std::size_t at = 0;     ///< Of the first byte.
  std::size_t bytes = 0;  ///< All of them lie in the message.
};

/// Appends the data of a record as people write it in a zone (RFC 1035, 5.1, and the RFC of each
/// type), in printable ASCII; that of other types and classes as RFC 3597, 5 does, `\# 2 00ff`.
/// False when it is not what its type asks for.
bool append_dns_data(std::string& out, std::span<const std::byte> message, const dns_data& data);
/// The latter form, whatever the type.
void append_dns_bytes(std::string& out, std::span<const std::byte> message, const dns_data& data);

}  // namespace muster::codec
