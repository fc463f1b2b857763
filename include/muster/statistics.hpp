#pragma once

#include "muster/result.hpp"
#include "muster/status.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace muster {

/// A histogram of durations in constant memory: 0 ns to about 18 minutes, each value kept within
/// 1/32 (3.2 %) of itself; longer ones count as the maximum. Exact minimum, maximum and mean.
class latency_histogram {
 public:
  /// A negative value, which only a broken clock yields, counts as 0.
  void add(std::chrono::nanoseconds value);
  latency_histogram& operator+=(const latency_histogram& other);
  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds min() const { return count_ ? min_ : std::chrono::nanoseconds{0}; }
  std::chrono::nanoseconds max() const { return max_; }
  /// 0 when empty.
  std::chrono::nanoseconds mean() const;
  /// The value below or at which `fraction` (0 to 1) of the values lie; 0 when empty. Never below
  /// `min()` nor above `max()`.
  std::chrono::nanoseconds quantile(double fraction) const;
  /// How many values are at or below `bound`, where values within 1/32 below it may be missing.
  std::uint64_t count_up_to(std::chrono::nanoseconds bound) const;

  static constexpr unsigned sub_bucket_bits = 5;
  static constexpr unsigned magnitudes = 35;
  static constexpr std::size_t bucket_count = (magnitudes + 1) << sub_bucket_bits;

 private:
  std::array<std::uint64_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds min_{std::chrono::nanoseconds::max()};
  std::chrono::nanoseconds max_{0};
  // A double holds sums far past 2^63 ns, at a relative error that no report shows.
  double sum_ns_ = 0;
};

/// How many results ended in which way.
class outcome_counts {
 public:
  void add(status value, reason why) { ++counts_[index_of(value)][static_cast<std::size_t>(why)]; }
  std::uint64_t total() const;
  std::uint64_t of(status value) const;
  std::uint64_t of(status value, reason why) const {
    return counts_[index_of(value)][static_cast<std::size_t>(why)];
  }

 private:
  static std::size_t index_of(status value) { return static_cast<std::size_t>(value); }

  std::array<std::array<std::uint64_t, reason_count>, status_count> counts_{};
};

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
  /// ICMP echo requests, over all probes.
  std::uint64_t packets_sent() const { return packets_sent_; }
  /// How many of them were answered in time.
  std::uint64_t packets_received() const { return packets_received_; }

 private:
  struct kind_totals {
    std::array<std::uint64_t, status_count> by_status{};
    latency_histogram rtt;
  };
  kind_totals& of_kind(probe_kind kind) { return kinds_[static_cast<std::size_t>(kind)]; }
  const kind_totals& of_kind(probe_kind kind) const {
    return kinds_[static_cast<std::size_t>(kind)];
  }

  std::array<std::uint64_t, status_count> by_status_{};
  std::array<kind_totals, all_probe_kinds.size()> kinds_;
  std::uint64_t packets_sent_ = 0;
  std::uint64_t packets_received_ = 0;
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
