#include "cli/sweep/retry_and_end_options.hpp"

#include "cli/duration_option.hpp"
#include "core/listed.hpp"
#include "probe/kind.hpp"

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace muster {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

void add_retry_options(CLI::App& command, sweep_options& sweep) {
  auto* retries =
      command.add_option("--retries", sweep.retries,
                         "Try again this often after silence, a broken connection or a\n"
                         "failing name server (0)");
  retries->check(CLI::Range(0U, sweep_options::retries_max))->option_text("N");
  add_duration(
      command, "--backoff", nanoseconds{0}, [&sweep](nanoseconds value) { sweep.backoff = value; },
      "Wait so long before the first retry, doubled for each further\n"
      "one, up to 1m (500ms)",
      sweep_options::backoff_max)
      ->needs(retries);
  add_duration(
      command, "--host-timeout", nanoseconds{milliseconds{1}},
      [&sweep](nanoseconds value) { sweep.host_timeout = value; },
      "For all probes of one target, from the start of its first");
}

void add_end_options(CLI::App& command, sweep_options& sweep) {
  command.add_flag("--ordered", sweep.ordered,
                   "Report in the order of the targets, not of the answers");
  command.add_flag("--alive-first", sweep.alive_first,
                   "Probe first by ICMP; send the other probes only to hosts\nthat answered");
  command.add_option("--min-up", sweep.min_up, "Stop, with success, as soon as N targets are up")
      ->check(CLI::Range(std::uint64_t{1}, sweep_options::min_up_max))
      ->option_text("N");
}

void add_checkpoint_options(CLI::App& command, sweep_arguments& into) {
  command
      .add_option("--checkpoint", into.checkpoint_file,
                  "Keep what is done in FILE, to go on from there if the run is\nended")
      ->option_text("FILE");
  add_duration(
      command, "--checkpoint-interval", nanoseconds{milliseconds{10}},
      [&into](nanoseconds value) { into.checkpoint_interval = value; },
      "Between two checkpoints (5s)");
  command
      .add_option("--resume", into.resume_file,
                  "Go on where the checkpoint in FILE was taken; the same\n"
                  "command otherwise, -o files are appended to")
      ->option_text("FILE");
}

/// The options that ask for probes of other kinds than the first: "--tcp, --http or --exec".
std::string asking_options(probe_kind first) {
  std::vector<std::string> names;
  for (const probe_kind kind : all_probe_kinds) {
    for (const spec_option& option : description_of(kind).options()) {
      if (option.asks && kind != first) {
        names.push_back(option.names.substr(0, option.names.find(',')));
      }
    }
  }
  return listed(names, "or");
}

void check_fit(const CLI::App& command, sweep_arguments& into) {
  probe_plan& plan = into.sweep.plan;
  if (into.sweep.alive_first) {
    // The kinds are in the order in which a target gets its probes.
    constexpr probe_kind first = all_probe_kinds.front();
    if (plan.implied() || plan.size() == plan.of(first).size()) {
      throw CLI::ValidationError{
          "--alive-first", "there is no later probe; name some with " + asking_options(first)};
    }
    ask_for(plan, first);
  }
  if (into.checkpoint_file.empty()) into.checkpoint_file = into.resume_file;
  if (into.checkpoint_file.empty() && command.count("--checkpoint-interval") > 0) {
    throw CLI::ValidationError{"--checkpoint-interval",
                               "there are no checkpoints; add --checkpoint FILE"};
  }
}

}  // namespace

void add_retry_and_end_options(CLI::App& command, sweep_arguments& into) {
  add_retry_options(command, into.sweep);  // in the group of the other limits
  command.option_defaults()->group("Order and end");
  add_end_options(command, into.sweep);
  add_checkpoint_options(command, into);
  command.final_callback([&command, &into] { check_fit(command, into); });
}

}  // namespace muster
