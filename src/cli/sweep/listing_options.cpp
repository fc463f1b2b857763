#include "cli/sweep/listing_options.hpp"

#include "cli/text_option.hpp"
#include "muster/status.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

using status_set = std::bitset<status_count>;

std::string known_words() {
  std::string words;
  for (const status one : all_statuses) {
    words += words.empty() ? "" : ", ";
    words += to_string(one);
  }
  return words;
}

status_set parse_statuses(std::string_view text) {
  status_set set;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string_view word = text.substr(begin, comma - begin);
    begin = comma + 1;
    const auto found =
        std::ranges::find(all_statuses, word, [](status one) { return to_string(one); });
    if (found == all_statuses.end()) {
      reject("--only", word, fmt::format("is no status word; there are {}", known_words()));
    }
    set.set(static_cast<std::size_t>(*found));
  }
  return set;
}

}  // namespace

void add_listing_options(CLI::App& command, sweep_arguments& into) {
  command.add_flag_function(
      "-q,--quiet",
      [&into](std::int64_t times) { into.quiet = times > 0 ? static_cast<unsigned>(times) : 0; },
      "No results on standard output, no progress; the summary stays.\n"
      "-qq: that, too, only when something is wrong");
  auto* all = command.add_flag("--show-all", into.show_all,
                               "Text: also what it counts only: silent members of ranges,\n"
                               "closed ports of ranges, what was skipped or cancelled");
  auto* only = add_text(
      command, "--only", [&into](const std::string& text) { into.only = parse_statuses(text); },
      "Results with these status words only, comma-separated, in every\n"
      "format; the summary and the exit status count all",
      "STATUS");
  auto* open = command.add_flag_callback(
      "--open", [&into] { into.only = parse_statuses("up,mismatch"); },
      "Short for --only up,mismatch");
  only->excludes(all)->excludes(open);
  open->excludes(all);
  add_filled(command, "--summary", into.summary_file,
             "Write what the run came to into FILE, as one JSON object;\n"
             "with -q, - is standard output",
             "FILE");
}

}  // namespace muster
