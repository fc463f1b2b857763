#pragma once

#include "muster/probe_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace re2 {
class RE2;
}

namespace muster {

/// A datagram to each of some ports.
struct udp_spec final : spec_of_kind<udp_spec, probe_kind::udp> {
  struct question {
    std::uint16_t port = 0;
    std::string payload;  ///< The bytes to send; may be empty.
  };
  std::vector<question> questions;
  /// What an answer is to match somewhere (RE2, on bytes); nullptr takes any.
  std::shared_ptr<const re2::RE2> expected;

  std::size_t size() const override { return questions.size(); }
  std::uint16_t port(const target& subject, std::uint32_t index) const override;
  option_values asked() const override;

  /// The largest payload of a datagram over IPv4.
  static constexpr std::size_t payload_bytes_max = 65'507;
};

/// What only UDP probes have, once they were answered.
struct udp_details {
  std::string answer;              ///< The first bytes of the answer; raw bytes from the network.
  std::uint32_t answer_bytes = 0;  ///< The size of the answer.

  static constexpr std::size_t answer_bytes_kept = 256;

  std::size_t text_bytes() const { return answer.size(); }
};

}  // namespace muster
