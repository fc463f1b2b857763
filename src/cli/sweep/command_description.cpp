#include "cli/sweep/command_description.hpp"

#include "cli/sweep_targets.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sys/stat.h>

namespace muster {
namespace {

/// What of a file shows that it is another one than before; of one that can't be looked at,
/// nothing.
std::string file_mark(const std::string& path) {
  struct stat about {};
  if (path == "-" || ::stat(path.c_str(), &about) != 0) return path;
  return fmt::format("{} ({} bytes, changed {}.{:09})", path, about.st_size, about.st_mtim.tv_sec,
                     about.st_mtim.tv_nsec);
}

}  // namespace

checkpoint_record describe_command(const sweep_arguments& arguments) {
  checkpoint_record record;
  const auto say = [&record](const char* name, std::string value = {}) {
    record.command.emplace_back(name, std::move(value));
  };
  // One entry, as there may be very many; a target holds no newline.
  say("the targets", fmt::format("{}", fmt::join(arguments.targets, "\n")));
  for (const std::string& path : arguments.input_files)
    say("-iL", file_mark(path));
  if (reads_standard_input(arguments)) say("targets from standard input");
  for (const std::string& list : arguments.excludes)
    say("--exclude", list);
  for (const std::string& path : arguments.exclude_files)
    say("--exclude-file", file_mark(path));
  if (arguments.all_addresses) say("--all-addresses");
  if (arguments.format != input_format::automatic) {
    say("--input-format", std::to_string(static_cast<int>(arguments.format)));
  }
  if (arguments.randomize) say("--randomize");
  if (arguments.seed) say(seed_entry, std::to_string(*arguments.seed));
  if (arguments.shard.count > 1) {
    say("--shard", fmt::format("{}/{}", arguments.shard.number, arguments.shard.count));
  }
  if (arguments.dedupe) say("--dedupe");
  const auto say_asked = [&say](const probe_plan& plan) {
    for (const probe_kind kind : all_probe_kinds) {
      for (auto& [name, value] : plan.of(kind).asked())
        say(name.c_str(), std::move(value));
    }
  };
  say_asked(arguments.sweep.plan);
  for (const probe_plan& later : arguments.sweep.plan.then) {
    say("--then");
    say_asked(later);
  }
  if (arguments.sweep.alive_first) say("--alive-first");
  if (const auto choice = arguments.sweep.probe.addresses; choice != address_choice::first) {
    say("--address", std::string{to_string(choice)});
  }
  // How many are up is counted only where it is asked for.
  if (arguments.sweep.min_up > 0) say("--min-up");
  for (const std::string& path : arguments.output_files)
    say("-o", path);
  if (!arguments.output_files.empty() && arguments.json) say("--json");
  if (!arguments.output_files.empty() && arguments.csv) say("--csv");
  return record;
}

}  // namespace muster
