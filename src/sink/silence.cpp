// Strategy: what a user named, one by one, is worth a line whatever became of it. Who names a block
// of addresses or a range of ports asks what is there, so of their members only answers are: of an
// address any, of a port that it is open. An answer of a router is one as well, but not a thousand
// times for a thousand ports.
#include "sink/silence.hpp"

#include "probe/kind.hpp"

namespace muster {
namespace {

/// The end of the run is told at its end, and a host that was silent, or could not be asked, by its
/// first probe.
bool follows_from_another(const probe_result& result) {
  switch (result.reason) {
    case reason::interrupted:
    case reason::run_deadline:
    case reason::output_failed:
    case reason::enough_up:
    case reason::bad_target:
    case reason::out_of_memory:
    case reason::host_silent:
    case reason::first_probe_failed:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool is_only_counted(const probe_result& result) {
  if (result.status == status::up) return false;
  if (follows_from_another(result)) return true;
  if (!result.is_swept && !result.subject.of_range()) return false;
  if (nobody_there(result)) return true;
  switch (result.status) {
    case status::skipped:
    case status::cancelled:
      return true;
    case status::local_error:
      // A plugin that could not look says why, each in its own words.
      return !description_of(result.kind).explains_local_errors();
    case status::refused:
    case status::unreachable:
      return result.is_swept;
    default:
      return false;
  }
}

bool is_alarming(const probe_result& result) {
  if (result.status == status::up) return false;
  return result.status == status::local_error || !is_only_counted(result);
}

}  // namespace muster
