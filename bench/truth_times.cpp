#include "truth_times.hpp"

#include <charconv>
#include <stdexcept>

namespace muster::bench {

time_quantiles time_quantiles::of(std::vector<double> times) {
  if (times.empty()) throw std::runtime_error{"no times are reported"};
  std::ranges::sort(times);
  const auto at = [&times](double part) {
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  return {at(0.50), at(0.95)};
}

reported_times::reported_times(const work& wanted)
    : wanted_{wanted}, ms_(wanted.targets.size(), -1) {}

void reported_times::add(std::string_view target, double ms) {
  const auto index = wanted_.targets.index_of(target);
  if (!index || ms < 0) return;
  if (ms_[*index] < 0) ++count_;
  ms_[*index] = ms;
}

time_quantiles reported_times::quantiles() const {
  std::vector<double> out;
  for (const double ms : ms_) {
    if (ms >= 0) out.push_back(ms);
  }
  return time_quantiles::of(std::move(out));
}

time_quantiles reported_times::beyond(const held_times& held) const {
  std::vector<double> out;
  for (std::size_t i = 0; i < std::min(ms_.size(), held.hosts.size()); ++i) {
    const double back = held_ms(held.hosts[i]);
    if (ms_[i] >= 0 && back >= 0) out.push_back(ms_[i] - back);
  }
  return time_quantiles::of(std::move(out));
}

double reported_times::held_ms(const held_times::host& host) const {
  if (wanted_.targets.what() == targets::kind::names) return host.lookup_ms;
  if (wanted_.probe.kind != probe_kind::http) return host.first_ms;
  return host.first_ms < 0 || host.response_ms < 0 ? -1 : host.first_ms + host.response_ms;
}

double number_after(std::string_view text, std::string_view key) {
  double out = -1;
  const auto at = text.find(key);
  if (at != text.npos) {
    std::from_chars(text.data() + at + key.size(), text.data() + text.size(), out);
  }
  return out;
}

}  // namespace muster::bench
