// Strategy: the bytes are two times of this machine and a message. Whatever that is, its numbers
// are in their ranges, and what it comes to is no longer than an era.
#include "codec/ntp_message.hpp"
#include "codec/wire.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

using namespace muster::codec;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

std::chrono::system_clock::time_point time_at(std::span<const std::byte> bytes, std::size_t at) {
  // Within 68 years of 1970.
  constexpr std::int64_t seconds_max = std::int64_t{1} << 31;
  const auto seconds = static_cast<std::int64_t>(read_u64(bytes, at)) % seconds_max;
  return std::chrono::system_clock::time_point{std::chrono::seconds{seconds}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t times_bytes = 16;
  constexpr std::chrono::seconds half_era{std::int64_t{1} << 31};
  if (size < times_bytes) return 0;
  const auto bytes = std::as_bytes(std::span{data, size});
  const auto message = read_ntp_message(bytes.subspan(times_bytes));
  require(message.has_value() == (size - times_bytes >= 48));
  if (!message) return 0;
  require(message->leap <= 3 && message->version <= 7 && message->mode <= 7);
  require(message->root_delay.count() >= 0 && message->root_delay < std::chrono::seconds{65'536});
  require(ntp_reference_text(*message).size() <= 15);
  const auto sent = time_at(bytes, 0);
  const auto arrived = std::max(sent, time_at(bytes, 8));
  const auto measured = measure_ntp(*message, sent, arrived);
  require(measured.has_value() == (message->receive != 0 && message->transmit != 0));
  if (measured) require(std::chrono::abs(measured->offset) <= half_era);
  if (measured) require(measured->delay.count() >= 0);
  ntp_condition_of(*message);
  return 0;
}
