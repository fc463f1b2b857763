#pragma once

#include "muster/probe_spec.hpp"
#include "muster/tls_details.hpp"
#include "muster/tls_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace muster {

/// A connect and a TLS handshake (RFC 8446, RFC 5246) at each of some ports, and nothing after it.
struct tls_spec final : spec_of_kind<tls_spec, probe_kind::tls> {
  std::vector<std::uint16_t> ports;
  /// Those of them that were named in ranges only, sorted: that one of them is not open is what
  /// whoever named them expects.
  std::vector<std::uint16_t> swept_ports;
  /// And each port that an earlier stage found open.
  bool open_ports = false;
  tls_options tls;

  std::size_t size() const override { return ports.size() + (open_ports ? 1 : 0); }
  bool takes_open_ports(std::uint32_t index) const override { return index == ports.size(); }
  bool needs_open_ports(std::uint32_t index) const override { return index == ports.size(); }
  std::uint16_t port(const target& subject, std::uint32_t index) const override;
  bool is_swept(std::uint32_t index) const override;
  option_values asked() const override;
};

/// What only TLS probes have, once they are connected.
struct tls_probe_details {
  std::unique_ptr<tls_details> tls;  ///< Null until the peer answered.
  // Negative when the phase was not reached, or did not end.
  std::chrono::nanoseconds connect{-1};
  std::chrono::nanoseconds handshake{-1};

  std::size_t text_bytes() const { return tls ? tls->text_bytes() : 0; }
};

}  // namespace muster
