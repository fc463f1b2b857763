#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace muster::codec {

/// A point in time on the wire (RFC 5905, 6): seconds since 1900 and a fraction of 32 bits. The
/// seconds begin anew every 2^32, first in February 2036; 0 is no time.
using ntp_timestamp = std::uint64_t;

ntp_timestamp to_ntp_timestamp(std::chrono::system_clock::time_point when);

/// How long after `from` `to` is, negative if it is before: the shorter of the ways there, of at
/// most 68 years, so that it does not matter in which era either is.
std::chrono::nanoseconds ntp_interval(ntp_timestamp from, ntp_timestamp to);

/// The message of a client that tells nothing of itself: all is zero but version 4, the mode and
/// the transmit timestamp, in whose place stands a number that nobody can guess. The server sends
/// it back as the origin timestamp.
std::string ntp_question(std::uint64_t random);

/// What a message says (RFC 5905, 7.3), without what may follow its header.
struct ntp_message {
  unsigned leap = 0;  ///< 0 to 3; see `ntp_leap_unsynchronized`.
  unsigned version = 0;
  unsigned mode = 0;
  unsigned stratum = 0;
  int poll = 0;       ///< The interval between messages as a power of 2 s.
  int precision = 0;  ///< Of the clock, as a power of 2 s.
  std::chrono::nanoseconds root_delay{0};
  std::chrono::nanoseconds root_dispersion{0};
  std::uint32_t reference = 0;  ///< See `ntp_reference_text`.
  ntp_timestamp reference_time = 0;
  ntp_timestamp origin = 0;
  ntp_timestamp receive = 0;
  ntp_timestamp transmit = 0;
};

inline constexpr unsigned ntp_mode_server = 4;
inline constexpr unsigned ntp_leap_unsynchronized = 3;
/// The highest stratum of a clock that is synchronized.
inline constexpr unsigned ntp_stratum_max = 15;

/// Nothing when the bytes are too few.
std::optional<ntp_message> read_ntp_message(std::span<const std::byte> bytes);

/// Where a clock has its time from: of stratum 0 and 1 four characters at most, raw bytes from the
/// network, which are the kiss code or name the source, such as GPS; of the others an IPv4 address,
/// which stands for something else where the server has its time over IPv6.
std::string ntp_reference_text(const ntp_message& message);

/// What a server says of itself.
enum class ntp_condition : std::uint8_t {
  synchronized,
  unsynchronized,  ///< By leap indicator or stratum, or it is still about it (INIT, STEP).
  kissed,          ///< A kiss-o'-death (RFC 5905, 7.4), such as DENY or RATE.
};
ntp_condition ntp_condition_of(const ntp_message& message);

/// What an answer comes to (RFC 5905, 8).
struct ntp_measurement {
  std::chrono::nanoseconds offset{0};  ///< How far the server's clock is ahead of this one.
  /// The round trip without the time that the server took; a server can't take longer than it all.
  std::chrono::nanoseconds delay{0};
};
/// `sent` and `arrived` are when the question left and the answer came, by this machine's clock.
/// Nothing when the answer lacks a timestamp.
std::optional<ntp_measurement> measure_ntp(const ntp_message& answer,
                                           std::chrono::system_clock::time_point sent,
                                           std::chrono::system_clock::time_point arrived);

}  // namespace muster::codec
