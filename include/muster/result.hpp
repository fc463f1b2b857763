#pragma once

#include "muster/address.hpp"
#include "muster/probe_details.hpp"
#include "muster/probe_kind.hpp"
#include "muster/status.hpp"
#include "muster/target.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace muster {

/// How one try of a probe ended.
struct probe_attempt {
  muster::status status = status::skipped;
  muster::reason reason = reason::none;
  std::chrono::nanoseconds rtt{-1};  ///< As in `probe_result`.
};

/// How the probe of one of a name's addresses ended.
struct address_outcome {
  ip_address address;
  muster::status status = status::skipped;
  muster::reason reason = reason::none;
  std::chrono::nanoseconds rtt{-1};  ///< As in `probe_result`.
};

/// One probe's outcome. Every probe that was asked for ends in exactly one of these.
struct probe_result {
  target subject;  ///< What was asked about.
  /// Its place in input order: with P probes to each target, that of probe p of target t is
  /// t * P + p, all counted from 0.
  std::uint64_t sequence = 0;
  std::chrono::system_clock::time_point finished;  ///< When the outcome was known.
  ip_address address;       ///< The address probed; meaningless if !has_address.
  ip_address error_source;  ///< Who sent the ICMP error that ended it; unspecified if none did.
  std::chrono::nanoseconds rtt{-1};  ///< Round trip, connect, whole-request or run time; < 0: none.
  std::uint16_t port = 0;            ///< 0 for ICMP and exec.
  probe_kind kind{};
  muster::status status = status::skipped;
  muster::reason reason = reason::none;
  bool has_address = false;  ///< False when a name did not resolve.
  /// The port was named in a range, by somebody who asks which of them are open.
  bool is_swept = false;
  /// What only its kind has, as `details.get<icmp_details>()`: see `muster/probe/`.
  probe_details details;
  /// Every try, in order, when there was more than one or when another was still being waited for;
  /// the rest of this is about the last one. At most 1 + `sweep_options::retries_max`.
  std::unique_ptr<std::vector<probe_attempt>> attempts;
  /// Every address of its name that was asked, in order, when there was more than one; the rest of
  /// this is about one of them. At most `resolver::addresses_max`.
  std::unique_ptr<std::vector<address_outcome>> addresses;
};

}  // namespace muster
