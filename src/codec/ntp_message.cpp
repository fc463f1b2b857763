#include "codec/ntp_message.hpp"

#include "codec/wire.hpp"
#include "muster/address.hpp"

#include <algorithm>
#include <array>

namespace muster::codec {
namespace {

constexpr std::size_t message_bytes = 48;
constexpr std::size_t transmit_at = 40;
constexpr std::int64_t ns_per_s = 1'000'000'000;

/// A fraction of 32 bits in nanoseconds, rounded.
constexpr std::int64_t fraction_ns(std::uint64_t fraction) {
  return static_cast<std::int64_t>((fraction * ns_per_s + (1U << 31U)) >> 32U);
}

/// NTP's short format: seconds in 16 bits and a fraction in as many.
std::chrono::nanoseconds read_short(std::span<const std::byte> bytes, std::size_t at) {
  const std::uint64_t value = read_u32(bytes, at);
  return std::chrono::seconds{value >> 16U} +
         std::chrono::nanoseconds{fraction_ns((value & 0xffffU) << 16U)};
}

int read_power(std::span<const std::byte> bytes, std::size_t at) {
  return static_cast<std::int8_t>(read_u8(bytes, at));
}

}  // namespace

ntp_timestamp to_ntp_timestamp(std::chrono::system_clock::time_point when) {
  constexpr std::int64_t seconds_from_1900_to_1970 = 2'208'988'800;
  const auto second = std::chrono::floor<std::chrono::seconds>(when);
  const std::chrono::nanoseconds rest = when - second;
  const auto seconds =
      static_cast<std::uint64_t>(second.time_since_epoch().count() + seconds_from_1900_to_1970);
  return seconds << 32U | (static_cast<std::uint64_t>(rest.count()) << 32U) / ns_per_s;
}

std::chrono::nanoseconds ntp_interval(ntp_timestamp from, ntp_timestamp to) {
  const auto difference = static_cast<std::int64_t>(to - from);
  return std::chrono::nanoseconds{(difference >> 32) * ns_per_s +
                                  fraction_ns(static_cast<std::uint32_t>(difference))};
}

std::string ntp_question(std::uint64_t random) {
  std::array<std::byte, message_bytes> bytes{};
  constexpr std::uint8_t version_4_client = 4U << 3U | 3U;
  write_u8(bytes, 0, version_4_client);
  write_u64(bytes, transmit_at, random);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<ntp_message> read_ntp_message(std::span<const std::byte> bytes) {
  if (bytes.size() < message_bytes) return std::nullopt;
  const unsigned first = read_u8(bytes, 0);
  ntp_message out;
  out.leap = first >> 6U;
  out.version = first >> 3U & 7U;
  out.mode = first & 7U;
  out.stratum = read_u8(bytes, 1);
  out.poll = read_power(bytes, 2);
  out.precision = read_power(bytes, 3);
  out.root_delay = read_short(bytes, 4);
  out.root_dispersion = read_short(bytes, 8);
  out.reference = read_u32(bytes, 12);
  out.reference_time = read_u64(bytes, 16);
  out.origin = read_u64(bytes, 24);
  out.receive = read_u64(bytes, 32);
  out.transmit = read_u64(bytes, transmit_at);
  return out;
}

std::string ntp_reference_text(const ntp_message& message) {
  if (message.stratum > 1) return ip_address::from_v4(message.reference).to_string();
  std::string text;
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    text += static_cast<char>(message.reference >> shift);
  text.resize(text.find_last_not_of(std::string_view{" \0", 2}) + 1);
  return text;
}

ntp_condition ntp_condition_of(const ntp_message& message) {
  if (message.stratum == 0) {
    const std::string code = ntp_reference_text(message);
    const bool is_beginning = code.empty() || code == "INIT" || code == "STEP";
    return is_beginning ? ntp_condition::unsynchronized : ntp_condition::kissed;
  }
  const bool is_lost = message.leap == ntp_leap_unsynchronized || message.stratum > ntp_stratum_max;
  return is_lost ? ntp_condition::unsynchronized : ntp_condition::synchronized;
}

std::optional<ntp_measurement> measure_ntp(const ntp_message& answer,
                                           std::chrono::system_clock::time_point sent,
                                           std::chrono::system_clock::time_point arrived) {
  if (answer.receive == 0 || answer.transmit == 0) return std::nullopt;
  const auto there = ntp_interval(to_ntp_timestamp(sent), answer.receive);
  const auto back = ntp_interval(to_ntp_timestamp(arrived), answer.transmit);
  const auto taken = ntp_interval(answer.receive, answer.transmit);
  return ntp_measurement{.offset = there / 2 + back / 2,
                         .delay = std::max(arrived - sent - taken, std::chrono::nanoseconds{0})};
}

}  // namespace muster::codec
