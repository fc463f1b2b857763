#pragma once

#include "targets.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster::bench {

enum class probe_kind {
  icmp,     ///< One echo request.
  tcp,      ///< One connection, closed when it stands.
  http,     ///< `GET /` on a connection of its own.
  task,     ///< Nothing: what starting and ending a task costs.
  program,  ///< `true`: what starting and ending a process costs.
};

/// `icmp`, `task`, `program`, `tcp:PORT`, `http`, `http:PORT`, or `https` in its place.
struct probe {
  probe_kind kind = probe_kind::icmp;
  std::uint16_t port = 0;
  bool tls = false;  ///< HTTP over TLS, whoever the certificate is of.
  /// HTTP on connections that are kept: each target is a page of the first one's host.
  bool kept = false;

  /// Throws std::invalid_argument with what is wrong.
  static probe parse(const std::string& text);
  std::string describe() const;
  friend bool operator==(const probe&, const probe&) = default;
};

/// The same work for every contender.
struct work {
  bench::probe probe = {};
  bench::targets targets = bench::targets::addresses(0, 0);
  std::chrono::milliseconds timeout{3000};
  /// How many may be in flight where the contender lets one say; 0: its default.
  std::uint32_t in_flight = 0;
  /// Targets are not there yet: they arrive on standard input, one each so often.
  std::chrono::microseconds arrival{0};
  /// The first `live` targets are up, the others end as `rest`. Nothing is known of a user's own.
  std::uint32_t live = 0;
  std::string rest = "timeout";
};

}  // namespace muster::bench
