#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace muster {

/// A dialogue that need not be written down, since it is the same with all servers of a protocol.
struct ready_talk {
  std::string_view name;
  std::uint16_t port = 0;
  std::uint16_t tls_port = 0;  ///< Where it is spoken in TLS from the first byte; 0 for nowhere.
  std::string_view steps;      ///< One per line.
  std::string_view starttls_steps;  ///< Of the one that goes over to TLS; empty where none does.
};

std::span<const ready_talk> ready_talks();

}  // namespace muster
