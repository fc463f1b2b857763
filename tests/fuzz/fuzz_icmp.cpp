#include "codec/icmp_message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

using namespace muster;
using namespace muster::codec;

namespace {

constexpr std::uint64_t secret = 0x0123'4567'89ab'cdef;

void require(bool condition) {
  if (!condition) std::abort();
}

/// What must hold of any message, whatever was received.
void check(const icmp_message& message, std::size_t received_bytes) {
  require(!(message.has_number && message.foreign_payload));
  require(message.has_number || message.number == 0);
  require(message.bytes <= received_bytes);
  require((message.kind == icmp_kind::error) == (message.error != reason::none));
  if (message.kind == icmp_kind::echo_reply) require(message.bytes >= icmp_header_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto received = std::as_bytes(std::span{data, size});
  check(parse_raw_v4(received, secret), size);
  check(parse_datagram_v4(received, secret), size);
  check(parse_v6(received, secret), size);
  return 0;
}
