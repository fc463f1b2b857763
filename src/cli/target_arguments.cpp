#include "cli/target_arguments.hpp"

#include "cli/sweep_targets.hpp"
#include "cli/text_option.hpp"
#include "core/whole_number.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

target_shard parse_shard(const std::string& text) {
  target_shard shard;
  const std::string_view whole = text;
  const std::size_t slash = std::min(whole.find('/'), whole.size());
  const bool good = slash < whole.size() && read_whole(whole.substr(0, slash), shard.number) &&
                    read_whole(whole.substr(slash + 1), shard.count) && shard.number >= 1 &&
                    shard.number <= shard.count && shard.count <= target_shard::count_max;
  if (!good) {
    reject("--shard", text,
           fmt::format("is no part of a whole; write 1/3, 2/3 or 3/3, up to {} parts",
                       target_shard::count_max));
  }
  return shard;
}

input_format parse_input_format(const std::string& text) {
  constexpr std::array<std::pair<std::string_view, input_format>, 4> formats{{
      {"auto", input_format::automatic},
      {"text", input_format::text},
      {"csv", input_format::csv},
      {"jsonl", input_format::jsonl},
  }};
  for (const auto& [name, format] : formats) {
    if (text == name) return format;
  }
  reject("--input-format", text, "is not a format; write auto, text, csv or jsonl");
}

}  // namespace

void add_target_options(CLI::App& command, target_arguments& into) {
  command.option_defaults()->group("Targets");
  command
      .add_option("TARGET", into.targets,
                  "Address, CIDR block, range (10.0.0.5-20, 10.0.0-3.1-254), name,\n"
                  "host:port or URL; - is standard input, as is no target at all")
      ->option_text("");
  command
      .add_option("--input-file", into.input_files,
                  "Read targets from FILE, one a line; also -iL FILE")
      ->option_text("FILE")
      ->allow_extra_args(false);
  command
      .add_option_function<std::string>(
          "--input-format",
          [&into](const std::string& text) { into.format = parse_input_format(text); },
          "How files and standard input are read: auto, text, csv or jsonl\n(auto)")
      ->option_text("FORMAT");
  command.add_option("--exclude", into.excludes, "Never probe these: a comma-separated list")
      ->option_text("TARGET")
      ->allow_extra_args(false);
  command.add_option("--exclude-file", into.exclude_files, "Never probe what FILE lists")
      ->option_text("FILE")
      ->allow_extra_args(false);
  command.add_flag("--all-addresses", into.all_addresses,
                   "Probe the network and broadcast addresses of IPv4 blocks too");
  command.add_flag("--strict", into.strict,
                   "Stop before the first packet if any target is malformed");
  command.add_flag("--dedupe", into.dedupe, "Probe each target once, however often it is named");
}

void add_order_options(CLI::App& command, target_arguments& into) {
  command.add_flag("--randomize,--randomize-hosts", into.randomize,
                   "Probe the targets in random order, each once");
  command
      .add_option_function<std::string>(
          "--seed",
          [&into](const std::string& text) {
            std::uint64_t seed = 0;
            if (!read_whole(text, seed)) {
              reject("--seed", text, "is not a whole number from 0 to 2^64 - 1");
            }
            into.seed = seed;
          },
          "The order of --randomize: the same seed, the same order")
      ->option_text("N");
  command
      .add_option_function<std::string>(
          "--shard", [&into](const std::string& text) { into.shard = parse_shard(text); },
          "Probe one of N parts of the targets only, such as 1/3; with\n"
          "--randomize, give all parts one --seed")
      ->option_text("I/N");
}

std::string check_order(const target_arguments& arguments) {
  if (arguments.seed && !arguments.randomize) {
    return "--seed: there is nothing to seed; add --randomize";
  }
  if (arguments.randomize && arguments.shard.count > 1 && !arguments.seed) {
    return "--shard: with --randomize, all parts need the same --seed N, or they overlap";
  }
  return {};
}

}  // namespace muster
