#pragma once

#include <cstdint>

namespace muster {

/// How many probes or tasks had to wait for something that this machine had run out of. Their
/// timeouts did not run meanwhile.
struct resource_waits {
  std::uint64_t descriptors = 0;  ///< File descriptors, of the process or of the system.
  std::uint64_t ports = 0;        ///< Local ports towards a destination.
  std::uint64_t memory = 0;       ///< Kernel memory for sockets, or epoll watches.
  std::uint64_t processes = 0;    ///< As many as this user, or the system, may have.
  std::uint64_t total() const { return descriptors + ports + memory + processes; }
  resource_waits& operator+=(const resource_waits& other);
};

}  // namespace muster
