#pragma once

#include <cstdint>

namespace muster {

/// Replies on the ICMP sockets that were credited to nobody, and what else was odd about them.
struct stray_replies {
  std::uint64_t duplicate = 0;  ///< Answered before.
  std::uint64_t late = 0;       ///< After the probe had timed out.
  std::uint64_t foreign = 0;    ///< From another address than the one asked, or not ours.
  std::uint64_t corrupt = 0;    ///< Truncated, bad checksum or wrong payload.
  std::uint64_t total() const { return duplicate + late + foreign + corrupt; }

  std::uint64_t dropped = 0;      ///< By this machine, unread: its receive buffer was full.
  std::uint64_t asked_again = 0;  ///< Requests repeated as their reply may have been dropped.
  std::uint64_t send_waits = 0;   ///< Times that sending had to wait, as the system was short.

  stray_replies& operator+=(const stray_replies& other);
};

}  // namespace muster
