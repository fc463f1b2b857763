#include "muster/statistics.hpp"

#include "probe/kind.hpp"

#include <numeric>

namespace muster {

void statistics::add(const probe_result& result) {
  ++by_status_[static_cast<std::size_t>(result.status)];
  kind_totals& kind = of_kind(result.kind);
  ++kind.by_status[static_cast<std::size_t>(result.status)];
  bool answered = result.status == status::up || result.reason == reason::status_not_expected ||
                  result.reason == reason::answer_not_expected;
  // A probe of several packets may be cut short after one of them was answered.
  const packet_counts packets = description_of(result.kind).packets(result);
  add_packets(packets);
  if (packets.received > 0) answered = packets.received == 1;
  if (answered && result.rtt.count() >= 0) kind.rtt.add(result.rtt);
}

latency_histogram statistics::rtt() const {
  latency_histogram all;
  for (const kind_totals& kind : kinds_)
    all += kind.rtt;
  return all;
}

void statistics::add_try(const probe_result& failed) {
  add_packets(description_of(failed.kind).packets(failed));
}

void statistics::add_packets(const packet_counts& packets) {
  packets_sent_ += packets.sent;
  packets_received_ += packets.received;
}

std::uint64_t statistics::total() const {
  return std::accumulate(by_status_.begin(), by_status_.end(), std::uint64_t{0});
}

}  // namespace muster
