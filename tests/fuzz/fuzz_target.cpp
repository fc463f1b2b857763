// Strategy: the bytes are a file of targets. They go through the stream whole and in small pieces,
// which has to make no difference; every bare address among the targets has to come back from its
// own text.
#include "muster/exclude_set.hpp"
#include "muster/target_stream.hpp"
#include "stream_outcome.hpp"
#include "targets/target_parser.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using muster::target;
using muster::target_stream;

using muster::fuzz::require;
using muster::fuzz::targets_max;

constexpr std::size_t piece_bytes = 7;

void check_round_trip(const target& each) {
  const bool is_bare = each.form() == muster::target_form::address && each.written().empty();
  if (!is_bare) {
    require(!each.written().empty());
    return;
  }
  const auto again = muster::parse_target(each.to_string(), {});
  require(static_cast<bool>(again) && again->size() == 1);
  require(again->at(0).address() == each.address());
}

/// Takes targets until none is there; false when that is enough.
bool take(target_stream& stream, std::vector<std::string>& texts) {
  target next;
  while (texts.size() < targets_max) {
    if (stream.next(next) != target_stream::pull::target) return true;
    check_round_trip(next);
    texts.push_back(next.to_string());
  }
  return false;
}

/// Takes the lines as arguments; false when they are more targets than are looked at here.
bool take_all(const std::string& input, muster::target_stream_options options,
              std::vector<std::string>& texts) {
  target_stream stream{std::move(options)};
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t end = std::min(input.find('\n', at), input.size());
    stream.add_text(input.substr(at, end - at));
    at = end + 1;
  }
  const auto size = stream.size();
  const std::size_t before = texts.size();
  if (!take(stream, texts)) return false;
  require(!size || *size == texts.size() - before);
  return true;
}

/// In random order, without duplicates and in two shards, the targets are the same ones.
void check_orders(const std::string& input) {
  std::vector<std::string> plain;
  if (!take_all(input, {}, plain)) return;
  std::sort(plain.begin(), plain.end());
  std::vector<std::string> sharded;
  std::vector<std::string> unique;
  muster::target_stream_options options;
  options.order = muster::target_order::random;
  options.seed = input.size();
  for (const std::uint32_t number : {1U, 2U}) {
    options.shard = {number, 2};
    require(take_all(input, options, sharded));
  }
  std::sort(sharded.begin(), sharded.end());
  require(sharded == plain);
  options.shard = {};
  options.dedupe = true;
  require(take_all(input, options, unique));
  require(unique.size() <= plain.size());
  std::sort(unique.begin(), unique.end());
  require(std::adjacent_find(unique.begin(), unique.end()) == unique.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(data, data + size);
  constexpr auto text = muster::input_format::text;
  require(muster::fuzz::stream_outcome(input, input.size(), text) ==
          muster::fuzz::stream_outcome(input, piece_bytes, text));

  muster::exclude_set excludes;
  excludes.add_text(input.substr(0, input.find('\n')));
  excludes.contains(muster::ip_address::from_v4(0x0a000001));

  check_orders(input);

  // An argument may hold what a line of a file can't.
  target_stream argument;
  argument.add_text(input);
  std::vector<std::string> texts;
  take(argument, texts);
  return 0;
}
