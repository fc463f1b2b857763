#pragma once

#include "muster/latency_histogram.hpp"
#include "muster/outcome_counts.hpp"
#include "muster/resource_waits.hpp"
#include "muster/result.hpp"
#include "muster/status.hpp"
#include "muster/stray_replies.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace muster {

struct packet_counts;

/// The running totals of a sweep. Constant memory, whatever the number of probes.
class statistics {
 public:
  /// Counts the result's status and ICMP packets, and its round trip if anything answered it. Of a
  /// probe that several packets answered, only their mean is known here: these are counted one by
  /// one with `add_reply` as they come.
  void add(const probe_result& result);
  /// Counts the round trip of one of several packets that answered one probe.
  void add_reply(probe_kind kind, std::chrono::nanoseconds rtt) { of_kind(kind).rtt.add(rtt); }
  /// Counts so many outcomes that are not of probes.
  void add(status value, std::uint64_t count) {
    by_status_[static_cast<std::size_t>(value)] += count;
  }
  /// Counts the ICMP packets of a try that is not the probe's last.
  void add_try(const probe_result& failed);

  std::uint64_t of(status value) const { return by_status_[static_cast<std::size_t>(value)]; }
  /// The sum over all status words.
  std::uint64_t total() const;
  /// How many of the probes of one kind ended so.
  std::uint64_t of(probe_kind kind, status value) const {
    return of_kind(kind).by_status[static_cast<std::size_t>(value)];
  }
  /// Round trips of what answered probes of one kind: of each packet, each connect, each request.
  const latency_histogram& rtt(probe_kind kind) const { return of_kind(kind).rtt; }
  /// Those of all kinds together.
  latency_histogram rtt() const;
  /// Packets that are counted one by one, as echo requests are, over all probes.
  std::uint64_t packets_sent() const;
  /// How many of them were answered in time.
  std::uint64_t packets_received() const;
  /// Those of one kind.
  std::uint64_t packets_sent(probe_kind kind) const { return of_kind(kind).sent; }
  std::uint64_t packets_received(probe_kind kind) const { return of_kind(kind).received; }

 private:
  struct kind_totals {
    std::array<std::uint64_t, status_count> by_status{};
    latency_histogram rtt;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    void add(const packet_counts& packets);
  };
  kind_totals& of_kind(probe_kind kind) { return kinds_[static_cast<std::size_t>(kind)]; }
  const kind_totals& of_kind(probe_kind kind) const {
    return kinds_[static_cast<std::size_t>(kind)];
  }

  std::array<std::uint64_t, status_count> by_status_{};
  std::array<kind_totals, all_probe_kinds.size()> kinds_;
};

/// What a sweep reports at its end.
struct sweep_summary {
  statistics totals;
  stray_replies strays;
  resource_waits waits;
  std::uint64_t asked = 0;  ///< Probes asked for. Equals totals.total(), or it is a bug.
  std::uint64_t hosts_not_started = 0;  ///< Targets known but never begun, after an early stop.
  /// False when an unread rest of the targets could not be counted.
  bool hosts_not_started_known = true;
  std::uint64_t bad_targets = 0;        ///< Lines that were not targets.
  std::uint64_t duplicate_targets = 0;  ///< Targets left out because they had come before.
  std::uint64_t in_flight_peak = 0;     ///< The most probes in flight at once.
  std::chrono::nanoseconds elapsed{};
  bool stopped_early = false;
  /// interrupted, run_deadline, output_failed, enough_up, bad_target or out_of_memory.
  reason stop_reason = reason::none;
  /// Targets one of whose probes was up, earlier runs included; counted with `min_up` only.
  std::uint64_t targets_up = 0;
};

}  // namespace muster
