#pragma once

#include "muster/status.hpp"
#include "muster/target.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace muster {

/// A target and which of its probes are still to be started, from `next` up to `end`: what a busy
/// host parks, and what waits for another try.
struct probe_cursor {
  target subject;
  std::uint64_t ordinal = 0;  ///< The target's number in the run, from 0.
  std::uint32_t next = 0;
  std::uint32_t end = 0;
  bool begun = false;  ///< Some probe of the target was started before.
  bool retry = false;  ///< One probe, which was started before.
};

/// The host that a target's probes go to, for the limit per host. Neighbours have neighbouring
/// keys.
inline std::uint64_t host_key(const target& subject) {
  if (subject.needs_lookup()) return std::hash<std::string_view>{}(subject.host());
  return subject.address().high() * 0x9e37'79b9'7f4a'7c15ULL + subject.address().low();
}

/// Why the other probes of a host are not started when its first one has come to this; none when
/// the host is there: it, and not some router or this machine, has answered.
reason reason_to_skip(status first);

}  // namespace muster
