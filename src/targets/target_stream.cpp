// Strategy: readers of sources give ranges of targets, what is excluded or repeated is taken out of
// a range run by run, and the targets of a batch have consecutive places. In the order given a
// batch is one run, so only one range is alive at a time; in random order it is all that could be
// gathered, and a permutation of its indices tells which target has which place. A shard, and a
// start further on, pick places; so a batch without such a place is passed over at once.
#include "muster/target_stream.hpp"

#include "core/line_splitter.hpp"
#include "core/permutation.hpp"
#include "targets/target_catalog.hpp"
#include "targets/target_parser.hpp"
#include "targets/target_reader.hpp"
#include "targets/target_runs.hpp"
#include "targets/target_source.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

namespace muster {
namespace {

// More lines than anybody has.
constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// How many places below `places` belong to a shard.
std::uint64_t places_of(const target_shard& shard, std::uint64_t places) {
  const std::uint64_t whole = places / shard.count;
  return whole + (places % shard.count >= shard.number ? 1 : 0);
}

void check(const target_shard& shard) {
  if (shard.count < 1 || shard.count > target_shard::count_max || shard.number < 1 ||
      shard.number > shard.count) {
    throw std::invalid_argument{fmt::format("there is no shard {}/{}: 1/1 to {}/{} is possible",
                                            shard.number, shard.count, target_shard::count_max,
                                            target_shard::count_max)};
  }
}

}  // namespace

struct target_stream::state {
  explicit state(target_stream_options stream_options)
      : options{std::move(stream_options)},
        seen{options.dedupe ? std::make_unique<seen_targets>() : nullptr},
        runs{options.excludes, seen.get()} {
    check(options.shard);
    reading.parser.all_addresses = options.all_addresses;
    reading.parser.any_line = options.any_line;
    reading.parser.keep_columns = options.keep_columns;
    reading.parser.kept_columns = options.kept_columns;
    reading.on_notice = options.on_notice;
  }

  pull next_target(target& out);
  pull next_range();
  pull next_run();
  pull next_batch();
  pull gather();
  std::uint64_t next_place() const;
  void pass_over(std::uint64_t places);
  void notice(const std::string& text) const;
  line_splitter& open_feed();
  char line_end() const { return options.nul_ended ? '\0' : '\n'; }
  bool is_random() const { return options.order == target_order::random; }
  void add_source(std::unique_ptr<target_source> source, input_format format) {
    readers.emplace_back(std::move(source), format, reading);
  }

  target_stream_options options;
  target_reader_context reading;
  std::deque<target_reader> readers;
  std::shared_ptr<line_splitter> feed;  // Shared with its source; null before `add_feed`.
  std::unique_ptr<seen_targets> seen;
  target_runs runs;
  bool run_waits = false;  // `runs` holds a run that the last batch had no room for.
  bool told_seen_full = false;

  // The batch at hand, whose places begin at `batch_start`.
  std::uint64_t batch_start = 0;
  std::uint64_t batch_size = 0;
  std::uint64_t batches = 0;
  target_catalog catalog;  // In random order.
  permutation order{0, 0};

  std::uint64_t passed = 0;      // Places that were given or passed over.
  std::uint64_t skip_until = 0;  // Places below this one are passed over.
  std::uint64_t skipped = 0;     // How many of those are of the shard.
  std::uint64_t arguments = 0;
  std::uint64_t bad = 0;
  std::uint64_t produced = 0;
  std::optional<std::uint64_t> places{0};  // In all, if that is known.
};

/// The first place that is still to be given.
std::uint64_t target_stream::state::next_place() const {
  const std::uint64_t from = std::max(passed, skip_until);
  const auto [number, count] = options.shard;
  if (count == 1) return from;
  const std::uint64_t past = (from + count - (number - 1)) % count;
  return past == 0 ? from : add_saturating(from, count - past);
}

target_stream::pull target_stream::state::next_target(target& out) {
  while (true) {
    const std::uint64_t place = next_place();
    if (place - batch_start < batch_size) {
      const std::uint64_t index = place - batch_start;
      out = is_random() ? catalog.at(order.at(index)) : runs.at(index);
      passed = place + 1;
      ++produced;
      return pull::target;
    }
    passed = std::max(passed, batch_start + batch_size);
    if (const pull pulled = next_batch(); pulled != pull::target) return pulled;
  }
}

/// Moves on to the next line or record that denotes targets, reporting those that should but don't.
target_stream::pull target_stream::state::next_range() {
  target_reader::item item;
  while (!readers.empty()) {
    switch (readers.front().next(item)) {
      case target_reader::pull::wait:
        return pull::wait;
      case target_reader::pull::pause:
        return pull::pause;
      case target_reader::pull::end:
        readers.pop_front();
        break;
      case target_reader::pull::bad:
        ++bad;
        if (options.on_bad_target) options.on_bad_target(item.bad);
        break;
      case target_reader::pull::range:
        runs.start(std::move(item.range));
        return pull::target;
    }
  }
  return pull::end;
}

target_stream::pull target_stream::state::next_run() {
  while (!runs.next()) {
    if (const pull pulled = next_range(); pulled != pull::target) return pulled;
  }
  if (seen && seen->is_full() && !std::exchange(told_seen_full, true)) {
    notice(
        fmt::format("more than {} separate stretches of addresses or {} names and URLs: from "
                    "here on, some duplicates will not be found",
                    seen_targets::intervals_max, seen_targets::texts_max));
  }
  return pull::target;
}

target_stream::pull target_stream::state::next_batch() {
  batch_start += batch_size;
  batch_size = 0;
  const pull pulled = is_random() ? gather() : next_run();
  if (pulled != pull::target) return pulled;
  batch_size = is_random() ? catalog.size() : runs.size();
  return pull::target;
}

/// Makes a batch of all that there is to be had.
target_stream::pull target_stream::state::gather() {
  catalog.clear();
  pull pulled = pull::target;
  while (!run_waits || catalog.size() == 0) {
    if (!std::exchange(run_waits, false)) pulled = next_run();
    if (pulled == pull::pause) {
      reading.lines_left = no_limit;
      continue;
    }
    if (pulled != pull::target) break;
    run_waits = catalog.is_full() || !catalog.add(runs);
  }
  if (catalog.size() == 0) return pulled;
  if (pulled == pull::target && batches == 0) {
    notice(
        fmt::format("too many targets to shuffle as one: the first {} are shuffled by "
                    "themselves, and so are those that follow",
                    catalog.size()));
  }
  if (pulled == pull::end) places = batch_start + catalog.size();
  order = permutation{catalog.size(), options.seed + batches++};
  return pull::target;
}

void target_stream::state::pass_over(std::uint64_t count) {
  const std::uint64_t from = std::max(passed, skip_until);
  skip_until = add_saturating(from, count);
  skipped += places_of(options.shard, skip_until) - places_of(options.shard, from);
}

void target_stream::state::notice(const std::string& text) const {
  if (options.on_notice) options.on_notice(text);
}

line_splitter& target_stream::state::open_feed() {
  if (!feed || feed->is_finished()) {
    throw std::logic_error{"a target stream was fed before add_feed or after end_feed"};
  }
  return *feed;
}

target_stream::target_stream(target_stream_options options)
    : state_{std::make_unique<state>(std::move(options))} {}
target_stream::target_stream(target_stream&&) noexcept = default;
target_stream& target_stream::operator=(target_stream&&) noexcept = default;
target_stream::~target_stream() = default;

void target_stream::add_text(std::string text) {
  const std::string_view stripped = state_->options.any_line ? text : strip_line(text);
  if (state_->places && !stripped.empty() && text.size() <= line_bytes_max) {
    const auto range = parse_target(stripped, state_->reading.parser);
    const auto count = range ? count_not_excluded(*range, state_->options.excludes) : 0;
    state_->places = count && !state_->options.dedupe
                         ? std::optional{add_saturating(*state_->places, *count)}
                         : std::nullopt;
  }
  state_->add_source(
      make_argument_source(std::move(text), ++state_->arguments, state_->options.any_line),
      input_format::text);
}

void target_stream::add_text_next(std::string text) {
  state_->places.reset();
  state_->readers.emplace_front(
      make_argument_source(std::move(text), ++state_->arguments, state_->options.any_line),
      input_format::text, state_->reading);
}

void target_stream::add_file(const std::string& path) {
  const input_format format = state_->options.format;
  // What is put in random order is read to its end first.
  state_->add_source(open_file_source(path, state_->line_end(), state_->is_random()),
                     format == input_format::automatic ? input_format_of_file(path) : format);
  state_->places.reset();
}

void target_stream::add_feed(std::string name) {
  if (state_->feed) throw std::logic_error{"a target stream has at most one feed"};
  if (state_->is_random() && state_->options.shard.count > 1) {
    throw std::invalid_argument{
        "a part of a pipe in random order can't be told from the other parts: name the pipe as a "
        "file, -iL /dev/stdin, and it is read to its end first"};
  }
  state_->feed = std::make_shared<line_splitter>(line_bytes_max, state_->line_end());
  state_->add_source(make_feed_source(std::move(name), state_->feed), state_->options.format);
  state_->places.reset();
}

int target_stream::awaited() const {
  return state_->readers.empty() ? -1 : state_->readers.front().awaited();
}

void target_stream::feed(std::string_view bytes) { state_->open_feed().append(bytes); }
void target_stream::end_feed() { state_->open_feed().finish(); }
target_stream::pull target_stream::next(target& out) { return next_within(out, no_limit); }

target_stream::pull target_stream::next_within(target& out, std::size_t lines_max) {
  state_->reading.lines_left = lines_max;
  return state_->next_target(out);
}

void target_stream::gather() {
  state_->reading.lines_left = no_limit;
  if (state_->is_random() && state_->batch_size == 0) state_->next_batch();
}

std::uint64_t target_stream::position() const {
  return std::max(state_->passed, state_->skip_until);
}

void target_stream::skip(std::uint64_t places) { state_->pass_over(places); }

std::optional<std::uint64_t> target_stream::size() const {
  if (!state_->places) return std::nullopt;
  const std::uint64_t all = places_of(state_->options.shard, *state_->places);
  return std::max(state_->produced, all - std::min(all, state_->skipped));
}

std::uint64_t target_stream::bad_targets() const { return state_->bad; }
std::uint64_t target_stream::produced() const { return state_->produced; }
std::uint64_t target_stream::duplicates() const { return state_->runs.duplicates(); }
const exclude_set& target_stream::excludes() const { return state_->options.excludes; }

bool check_all(target_stream& stream) {
  stream.state_->reading.lines_left = no_limit;
  while (stream.state_->next_range() == target_stream::pull::target) {
  }
  return stream.bad_targets() == 0;
}

}  // namespace muster
