#pragma once

#include "muster/probe_spec.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace muster {

/// A question for the time to each target, which is an NTP server (RFC 5905).
struct ntp_spec final : spec_of_kind<ntp_spec, probe_kind::ntp> {
  bool is_asked = false;
  /// The port of targets that name none.
  std::uint16_t server_port = 123;
  /// How far a server's clock may be ahead of this machine's, or behind; nothing for any distance.
  std::optional<std::chrono::nanoseconds> offset_max;
  /// How many steps it may be away from a reference clock, 1 to 15.
  std::uint8_t stratum_max = 15;

  std::size_t size() const override { return is_asked ? 1 : 0; }
  std::uint16_t port(const target& subject, std::uint32_t index) const override;
  option_values asked() const override;
};

/// What only NTP probes have, once they were answered.
struct ntp_details {
  std::uint8_t version = 0;
  std::uint8_t stratum = 0;
  std::uint8_t leap = 0;  ///< 0 for none, 1 or 2 for a second more or less, 3: unsynchronized.
  int poll = 0;           ///< The interval between questions, as a power of 2 s.
  int precision = 0;      ///< Of the server's clock, as a power of 2 s.
  std::string reference;  ///< A source or kiss code, as raw bytes from the network; an address.
  std::chrono::nanoseconds root_delay{0};
  std::chrono::nanoseconds root_dispersion{0};
  // Not known where the answer lacks a timestamp, or the server's clock is not to be relied on.
  std::optional<std::chrono::nanoseconds> offset;  ///< Of the server's clock from this one.
  std::optional<std::chrono::nanoseconds> delay;   ///< The round trip without the server's time.
  /// How long ago its clock was set, by itself.
  std::optional<std::chrono::nanoseconds> reference_age;

  std::size_t text_bytes() const { return reference.size(); }
};

}  // namespace muster
