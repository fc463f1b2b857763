#include "engine/retry_policy.hpp"

#include "muster/sweep.hpp"

#include <algorithm>

namespace muster {

bool is_retried(status value, reason why) {
  switch (value) {
    case status::timeout:
      return why != reason::host_timeout;
    case status::reset:
      return true;
    case status::mismatch:
      return why == reason::plugin_warning || why == reason::plugin_critical;
    case status::name_error:
      return why == reason::resolve_timeout ||
             (why >= reason::name_server_failure && why <= reason::name_server_unreachable);
    default:
      return false;
  }
}

std::chrono::nanoseconds wait_before(unsigned retry, std::chrono::nanoseconds backoff) {
  const std::chrono::nanoseconds longest = sweep_options::backoff_max;
  for (; retry > 1 && backoff < longest; --retry)
    backoff *= 2;
  return std::min(backoff, longest);
}

}  // namespace muster
