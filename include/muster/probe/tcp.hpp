#pragma once

#include "muster/probe_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {

/// A connect to each of some ports.
struct tcp_spec final : spec_of_kind<tcp_spec, probe_kind::tcp> {
  std::vector<std::uint16_t> ports;
  /// Those of them that were named in ranges only, sorted: that one of them is not open is what
  /// whoever named them expects.
  std::vector<std::uint16_t> swept_ports;

  std::size_t size() const override { return ports.size(); }
  std::uint16_t port(const target& subject, std::uint32_t index) const override;
  bool is_swept(std::uint32_t index) const override;
  option_values asked() const override;
};

}  // namespace muster
