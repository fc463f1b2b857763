// Strategy: the bytes are a payload as people write it. What is read of it is written in such a way
// that it is read as the same bytes.
#include "muster/probe/udp.hpp"
#include "probe/udp/payload_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = muster::parse_payload({reinterpret_cast<const char*>(data), size});
  if (!bytes) return bytes.error().message.empty() ? std::abort(), 0 : 0;
  if (bytes->size() > muster::udp_spec::payload_bytes_max) std::abort();
  const auto again = muster::parse_payload(muster::payload_text(*bytes));
  if (!again || *again != *bytes) std::abort();
  return 0;
}
