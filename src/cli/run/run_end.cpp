#include "cli/run/run_end.hpp"

#include "cli/exit_code.hpp"
#include "cli/output_paths.hpp"
#include "cli/say.hpp"
#include "sink/task_summary.hpp"

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include <unistd.h>

namespace muster {

const char* const run_memory_text =
    "out of memory; --max-in-flight, --output-max, --dedupe and --randomize decide how much it "
    "takes";

namespace {

/// A list may well be empty, as that of a search that finds nothing.
int without_targets(const run_end& end) {
  if (end.summary.bad_targets > 0) return exit_code::usage;
  if (end.arguments.need_targets || ::isatty(STDERR_FILENO) == 1) {
    say("there was no target to run the command for");
  }
  return end.arguments.need_targets ? exit_code::usage : exit_code::all_up;
}

/// False when that is more than was asked for by a limit.
bool say_records_cut(const run_end& end) {
  const std::uint64_t tasks = end.outputs.cut_records();
  say(fmt::format("the {} of {} {} the first {} bytes of an output only; --output-max keeps more",
                  tasks == 1 ? "record" : "records", tasks, tasks == 1 ? "task has" : "tasks have",
                  end.arguments.run.process.output_bytes_max));
  return end.arguments.run.process.output_bytes_max != process_options{}.output_bytes_max;
}

}  // namespace

int tell_end(const run_end& end) {
  const bool reader_gone = end.outputs.reader_gone() && !end.interrupted;
  if (!reader_gone) {
    show(end.arguments.run.dry_run ? render_dry_run_summary(end.summary)
                                   : render_run_summary(end.summary, wants_colour(STDERR_FILENO)));
  }
  if (end.summary.asked != end.summary.totals.total()) {
    say(fmt::format("a bug: {} targets were asked for, but {} are accounted for; please report it",
                    end.summary.asked, end.summary.totals.total()));
    return exit_code::bug;
  }
  if (reader_gone) return exit_code::output_gone;
  if (const std::string failure = end.outputs.failure(); !failure.empty()) {
    say(fmt::format("can't write {}; the results in it are not complete", failure));
    return exit_code::cannot;
  }
  if (end.keeper && !end.keeper->failure().empty()) {
    say(
        fmt::format("the job's results could not be kept: {}; what is missing is run again when "
                    "it is resumed",
                    end.keeper->failure()));
    return exit_code::cannot;
  }
  if (end.out_of_memory) {
    say(run_memory_text);
    return exit_code::cannot;
  }
  if (end.list_failed) return exit_code::cannot;
  if (end.list_refused) return exit_code::usage;
  if (end.interrupted) return exit_code::interrupted;
  if (end.begin_failed) return exit_code::cannot;
  if (end.summary.asked == 0 && end.summary.done_before == 0) return without_targets(end);
  const bool all_up = end.summary.totals.of(status::up) == end.summary.asked &&
                      end.summary.bad_targets == 0 && !end.summary.stopped_early &&
                      !end.script_failed;
  if (end.outputs.cut_records() > 0 && !say_records_cut(end)) return exit_code::cannot;
  return all_up ? exit_code::all_up : exit_code::not_all_up;
}

}  // namespace muster
