#include "cli/sweep_targets.hpp"

#include "cli/say.hpp"
#include "cli/usage_error.hpp"
#include "core/parsed.hpp"
#include "targets/listed_target.hpp"
#include "targets/target_parser.hpp"
#include "targets/target_source.hpp"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

/// What a comma means is the same in every list, whether it is probed or not.
std::string add_listed(exclude_set& excludes, const std::string& line) {
  const std::string_view text = strip_line(line);
  if (text.find(',') == text.npos) return excludes.add_text(line);
  const auto listed = parse_listed_target(text, {});
  if (!listed) return listed.error().message;
  const target* single = listed->single();
  return excludes.add_text(single ? single->to_string() : line);
}

void add_exclude_file(exclude_set& excludes, const std::string& path) {
  std::unique_ptr<target_source> file;
  try {
    file = open_file_source(path, '\n', true);
  } catch (const std::system_error& failure) {
    throw std::system_error{failure.code(), "can't read " + path};
  }
  using pull = target_source::pull;
  source_line line;
  for (pull pulled; (pulled = file->next(line)) != pull::end;) {
    if (pulled != pull::line) continue;
    // What was not excluded would be probed: half a list is worse than none.
    if (line.error != 0) {
      throw std::system_error{line.error, std::generic_category(), "can't read " + path};
    }
    std::string why = std::move(line.wrong);
    if (why.empty()) why = add_listed(excludes, std::string{line.text});
    if (why.empty()) continue;
    throw usage_error{
        fmt::format("{}:{}: {}: {}", path, line.number, excerpt(strip_line(line.text)), why)};
  }
}

exclude_set read_excludes(const target_arguments& arguments) {
  exclude_set excludes;
  for (const std::string& list : arguments.excludes) {
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t comma = std::min(list.find(',', begin), list.size());
      const std::string entry = list.substr(begin, comma - begin);
      begin = comma + 1;
      if (entry.empty()) continue;
      if (const std::string why = excludes.add_text(entry); !why.empty()) {
        throw usage_error{fmt::format("--exclude: {}: {}", excerpt(entry), why)};
      }
    }
  }
  for (const std::string& path : arguments.exclude_files)
    add_exclude_file(excludes, path);
  return excludes;
}

}  // namespace

target_stream_options reading_options_of(const target_arguments& arguments) {
  target_stream_options options;
  options.all_addresses = arguments.all_addresses;
  options.format = arguments.format;
  options.any_line = arguments.any_line;
  options.nul_ended = arguments.nul_ended;
  options.keep_columns = arguments.keep_columns;
  options.kept_columns = arguments.kept_columns;
  return options;
}

target_stream_options stream_options_of(const target_arguments& arguments) {
  target_stream_options options = reading_options_of(arguments);
  options.excludes = read_excludes(arguments);
  options.order = arguments.randomize ? target_order::random : target_order::as_given;
  options.seed = arguments.seed.value_or(0);
  options.shard = arguments.shard;
  options.dedupe = arguments.dedupe;
  options.on_notice = say;
  return options;
}

bool reads_standard_input(const target_arguments& arguments) {
  for (const std::string& one : arguments.targets) {
    if (one == "-") return true;
  }
  for (const std::string& one : arguments.input_files) {
    if (one == "-") return true;
  }
  return arguments.targets.empty() && arguments.input_files.empty();
}

}  // namespace muster
