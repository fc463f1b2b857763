#include "sink/task_summary.hpp"

#include "muster/task_sink.hpp"
#include "sink/summary_parts.hpp"

#include <vector>

namespace muster {
namespace {

void append_left_out(std::string& out, const run_summary& summary) {
  if (summary.done_before > 0) {
    append_counted(out, summary.done_before, "target", "targets");
    out += " done before\n";
  }
  if (summary.bad_targets > 0) {
    append_counted(out, summary.bad_targets, "line was not a target\n", "lines were not targets\n");
  }
  if (summary.duplicate_targets > 0) {
    append_counted(out, summary.duplicate_targets, "duplicate target dropped\n",
                   "duplicate targets dropped\n");
  }
}

std::vector<headline_part> parts_of(const run_summary& summary) {
  std::vector<headline_part> parts;
  for (headline_part part : headline_parts(summary.totals)) {
    const std::uint64_t killed = part.like == status::mismatch ? summary.killed : 0;
    part.word = task_word(part.like, reason::none);
    part.count -= killed;
    if (part.count > 0 || part.like == status::up) parts.push_back(part);
    if (killed == 0) continue;
    parts.push_back({task_word(status::mismatch, reason::killed_by_signal), killed, part.like});
  }
  return parts;
}

}  // namespace

std::string render_run_summary(const run_summary& summary, bool colour) {
  std::string out;
  append_headline(out, summary.totals, parts_of(summary), summary.elapsed, "target", "targets",
                  colour);
  if (summary.tasks != summary.totals.total()) {
    append_counted(out, summary.tasks, "task\n", "tasks\n");
  }
  append_times(out, "task", summary.took);
  if (summary.in_flight_peak > 0) {
    append_counted(out, summary.in_flight_peak, "task", "tasks");
    out += " at once at the most";
    if (summary.waiting_peak > 0) {
      out += ", ";
      append_counted(out, summary.waiting_peak, "task", "tasks");
      out += " in the longest queue";
    }
    out += '\n';
  }
  if (summary.retries > 0) append_counted(out, summary.retries, "retry\n", "retries\n");
  append_waits(out, summary.waits, "task", "tasks");
  if (summary.refilled > 0) {
    append_counted(out, summary.refilled, "target", "targets");
    out += " found in the output of tasks\n";
  }
  append_left_out(out, summary);
  if (summary.stopped_early) {
    append_stop(out, summary.stop_reason, summary.not_started, summary.not_started_known);
  }
  return out;
}

std::string render_dry_run_summary(const run_summary& summary) {
  std::string out;
  const std::uint64_t shown = summary.totals.of(status::up);
  append_counted(out, summary.totals.total(), "target", "targets");
  out += ", dry run: nothing was run\n";
  if (shown != summary.totals.total()) {
    append_counted(out, summary.totals.total() - shown, "target has", "targets have");
    out += " no command that could be run\n";
  }
  append_left_out(out, summary);
  if (summary.stopped_early) {
    append_stop(out, summary.stop_reason, summary.not_started, summary.not_started_known);
  }
  return out;
}

}  // namespace muster
