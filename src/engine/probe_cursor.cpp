#include "engine/probe_cursor.hpp"

namespace muster {

reason reason_to_skip(status first) {
  switch (first) {
    case status::up:
    case status::refused:
    case status::reset:
    case status::tls_error:
    case status::protocol_error:
    case status::mismatch:
      return reason::none;
    case status::name_error:
    case status::local_error:
    case status::skipped:
      return reason::first_probe_failed;
    case status::timeout:
    case status::unreachable:
    case status::cancelled:
      break;
  }
  return reason::host_silent;
}

}  // namespace muster
