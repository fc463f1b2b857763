#include "watch/verdict.hpp"

namespace muster {

health verdict_of(const probe_result& result) {
  switch (result.status) {
    case status::up:
      return health::up;
    case status::local_error:
    case status::cancelled:
    case status::skipped:
      return health::unknown;
    default:
      break;
  }
  switch (result.reason) {
    case reason::loss_warning:
    case reason::rtt_warning:
    case reason::plugin_warning:
    case reason::certificate_expires_soon:
      return health::degraded;
    case reason::plugin_unknown:
      return health::unknown;
    default:
      return health::down;
  }
}

}  // namespace muster
