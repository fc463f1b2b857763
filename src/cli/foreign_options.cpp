#include "cli/foreign_options.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::string_view at_once = "-P N (--max-in-flight N) says how many tasks run at once";
constexpr std::string_view several = "--batch MAX gives a command several targets";
constexpr std::string_view place = "{} in the command stands for the target, {NAME} for a column";
constexpr std::string_view order = "--ordered reports in the order of the targets";
constexpr std::string_view list = "-iL FILE reads targets from a file";
constexpr std::string_view pace = "--rate N starts N tasks a second; 0.5 is one every 2 seconds";
constexpr std::string_view again =
    "a target that comes again is run again: yes TARGET | head -n 5 | muster run …";
constexpr std::string_view progress =
    "progress is shown on a terminal by itself, with the time left; --no-progress hides it";
constexpr std::string_view logs = "--log-dir DIR writes a file for each target";
constexpr std::string_view directory = "--cwd DIR is where the command runs";
constexpr std::string_view lines = "--tag shows lines as they come";
constexpr std::string_view whole_lines =
    "a line is a target: tr , '\\n' | muster run …; with -0, what ends in NUL";
constexpr std::string_view none = "nothing is run where there is no target";
constexpr std::string_view shown = "--dry-run shows the commands, --tag what they write";
constexpr std::string_view piped = "--stdin --batch MAX gives a command lines on standard input";
constexpr std::string_view remote = "ssh is a command like others: -- ssh {} uptime";
constexpr std::string_view limit = "--timeout TIME is for each task, --deadline TIME for the run";

/// Options of GNU parallel, xargs and the runners of PowerShell, in small letters, without the
/// dashes before them. Those of one letter are as they are typed.
constexpr auto known = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"j", at_once},
    {"jobs", at_once},
    {"max-procs", at_once},
    {"throttle", at_once},
    {"throttlelimit", at_once},
    {"maxthreads", at_once},
    {"n", several},
    {"N", several},
    {"L", several},
    {"X", several},
    {"m", several},
    {"max-args", several},
    {"max-lines", several},
    {"max-replace-args", several},
    {"xargs", several},
    {"I", place},
    {"i", place},
    {"replace", place},
    {"k", order},
    {"keep-order", order},
    {"a", list},
    {"arg-file", list},
    {"delay", pace},
    {"count", again},
    {"repeat", again},
    {"eta", progress},
    {"bar", progress},
    {"progress", progress},
    {"showprogress", progress},
    {"results", logs},
    {"workdir", directory},
    {"wd", directory},
    {"working-directory", directory},
    {"u", lines},
    {"ungroup", lines},
    {"lb", lines},
    {"line-buffer", lines},
    {"linebuffer", lines},
    {"timeoutseconds", limit},
    {"maxrunseconds", limit},
    {"runspacetimeout", limit},
    {"resume-failed", "--resume FILE runs what has failed, too"},
    {"retry-failed", "--resume FILE runs what has failed, too"},
    {"d", whole_lines},
    {"delimiter", whole_lines},
    {"r", none},
    {"no-run-if-empty", none},
    {"v", shown},
    {"verbose", shown},
    {"colsep", "rows are CSV or JSON lines, and {NAME} is a column of them"},
    {"pipe", piped},
    {"S", remote},
    {"sshlogin", remote},
    {"sshloginfile", remote},
    {"tagstring", "--tag shows each line with its target"},
    {"shuf", "--randomize runs targets in random order"},
    {"nice", "tasks inherit it: nice muster run …"},
    {"files", logs},
    {"halt-on-error", "--halt 1 stops at the first task that fails"},
});

std::string_view find(std::string_view name) {
  const auto found =
      std::ranges::find(known, name, &std::pair<std::string_view, std::string_view>::first);
  return found == known.end() ? std::string_view{} : found->second;
}

std::string lowered(std::string_view text) {
  std::string small{text};
  std::ranges::transform(small, small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return small;
}

/// Nothing when there is none for this word of a command line.
std::string_view advice_for(std::string_view argument) {
  const std::size_t dashes = argument.starts_with("--") ? 2 : 1;
  if (!argument.starts_with('-')) return {};
  const std::string_view name = argument.substr(dashes, argument.find('=') - dashes);
  if (name.size() > 1) {
    if (const std::string_view advice = find(lowered(name)); !advice.empty()) return advice;
  }
  // With its value behind it, as in -j4.
  return dashes == 2 ? std::string_view{} : find(name.substr(0, 1));
}

}  // namespace

std::string explain_foreign_option(const CLI::App& run, const std::vector<std::string>& arguments) {
  for (auto one = arguments.rbegin(); one != arguments.rend(); ++one) {
    const std::string_view advice = advice_for(*one);
    const std::string name = one->substr(0, one->find('='));
    const bool is_long = name.starts_with("--");
    if (advice.empty() || run.get_option_no_throw(is_long ? name : name.substr(0, 2))) continue;
    return fmt::format("there is no option {}; {}", name, advice);
  }
  return {};
}

}  // namespace muster
