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
  kind.add(packets);
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
  of_kind(failed.kind).add(description_of(failed.kind).packets(failed));
}

void statistics::kind_totals::add(const packet_counts& packets) {
  sent += packets.sent;
  received += packets.received;
}

std::uint64_t statistics::packets_sent() const {
  return std::accumulate(
      kinds_.begin(), kinds_.end(), std::uint64_t{0},
      [](std::uint64_t sum, const kind_totals& kind) { return sum + kind.sent; });
}

std::uint64_t statistics::packets_received() const {
  return std::accumulate(
      kinds_.begin(), kinds_.end(), std::uint64_t{0},
      [](std::uint64_t sum, const kind_totals& kind) { return sum + kind.received; });
}

std::uint64_t statistics::total() const {
  return std::accumulate(by_status_.begin(), by_status_.end(), std::uint64_t{0});
}

}  // namespace muster
