// Strategy: start number i can come as soon as there is a token for it, 1/rate after start i - 1,
// and a permit, which is when start i - M has run its time T, with M in flight at most. So starts
// are max(1/rate, T/M) apart on average, and after the last one its target is done within its own
// time: its tries one after the other, with the waits between them, as often as the limit per host
// makes its probes stand in line.
#include "engine/silent_time.hpp"

#include "engine/retry_policy.hpp"

#include <algorithm>
#include <cmath>

namespace muster {
namespace {

using seconds = std::chrono::duration<double>;

}  // namespace

seconds silent_time(const sweep_options& options, std::uint64_t targets) {
  const probe_plan& plan = options.plan;
  const auto probes = static_cast<double>(plan.size());
  const double tries = 1.0 + options.retries;
  seconds longest{0};  // of the probes of a target
  seconds all{0};      // of them, one after the other
  for (const probe_kind kind : all_probe_kinds) {
    const probe_spec& spec = plan.of(kind);
    if (!plan.implied() && spec.size() == 0) continue;
    const seconds one = spec.silent_time(options.probe.timeout);
    longest = std::max(longest, one);
    all += static_cast<double>(spec.size()) * one;
  }
  // The form of a target may ask for whichever takes longest.
  if (plan.implied()) all = longest;

  const auto count = static_cast<double>(targets);
  const seconds by_rate{options.rate > 0 ? count * probes * tries / options.rate : 0};
  const seconds by_permits = count * tries * all / static_cast<double>(options.probe.in_flight_max);

  const auto per_host = static_cast<double>(options.per_host_max);
  const double turns = per_host > 0 ? std::ceil(probes / per_host) : 1;
  seconds own = turns * tries * longest;
  for (unsigned retry = 1; retry <= options.retries; ++retry)
    own += turns * seconds{wait_before(retry, options.backoff)};
  if (options.host_timeout) own = std::min<seconds>(own, *options.host_timeout);

  const seconds whole = std::max(by_rate, by_permits) + own;
  return options.run_deadline ? std::min<seconds>(whole, *options.run_deadline) : whole;
}

}  // namespace muster
