#pragma once

#include "muster/exclude_set.hpp"
#include "muster/target.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// A line that is not a target: where it stands and what is wrong with it.
struct target_diagnostic {
  std::string source;      ///< A file name, "stdin", or "argument".
  std::uint64_t line = 0;  ///< From 1; for arguments, the position among the targets.
  std::string text;        ///< The offending text, capped, control characters escaped.
  std::string message;     ///< What is wrong and what would be right.
};

/// How lines of files and feeds are read.
enum class input_format : std::uint8_t {
  automatic,  ///< As the file's suffix says, or else as the lines look.
  text,       ///< A target a line.
  csv,        ///< RFC 4180, with a header row that names the columns.
  jsonl,      ///< A JSON object a line.
};

/// In which order the targets come.
enum class target_order : std::uint8_t {
  as_given,  ///< As they are written.
  random,    ///< Each exactly once, in an order that follows from the seed.
};

/// One of several parts of the targets, which between them are all of them and have none in common.
/// Their sizes differ by one at the most.
struct target_shard {
  std::uint32_t number = 1;  ///< From 1 to `count`.
  std::uint32_t count = 1;   ///< 1 to `count_max`.

  static constexpr std::uint32_t count_max = 1'000'000;
};

struct target_stream_options {
  /// Probe an IPv4 subnet's network and broadcast addresses too. /31 and /32 are always whole.
  bool all_addresses = false;
  exclude_set excludes;
  /// Called for each bad line, as it is met.
  std::function<void(const target_diagnostic&)> on_bad_target;
  /// Called with a line for people when something about the input is worth knowing, such as columns
  /// that mean nothing.
  std::function<void(const std::string&)> on_notice;
  input_format format = input_format::automatic;
  target_order order = target_order::as_given;
  std::uint64_t seed = 0;
  target_shard shard;
  /// Leave out targets that came before: the same host, port, URL and kind of probe.
  bool dedupe = false;
  /// Every line that is not empty is a target as it is: `target_form::line`.
  bool any_line = false;
  /// Lines of files and feeds end in a NUL byte rather than in a newline.
  bool nul_ended = false;
  /// Keep the columns of rows by their names, for commands; those that say how to probe are no more
  /// than that then, except for `label` and `timeout`.
  bool keep_columns = false;
  /// Keep the columns of these names, for the commands of exec probes. Columns that say how to
  /// probe do so all the same, and any other name is still unknown.
  std::vector<std::string> kept_columns;
};

/// The targets of a run, in order, produced one at a time when asked for: a /8 costs as much memory
/// as one address. Sources are read in the order in which they were added.
///
/// In random order, all sources up to a feed are gathered first, at the first `next` or by
/// `gather`: memory grows with the number of lines, not of targets. What a feed holds when the
/// stream runs dry is shuffled by itself, as nobody knows what will come after it.
///
/// Every target has a place in this order, counted from 0 after excluded and repeated ones were
/// left out and before a shard is taken. The same sources and options give the same places, but for
/// a feed in random order.
class target_stream {
 public:
  enum class pull : std::uint8_t {
    target,  ///< `out` holds the next target.
    wait,    ///< Nothing until `feed` or `end_feed` is called, or `awaited` is readable.
    end,     ///< Nothing any more.
    pause,   ///< None yet, of `next_within` only: call it again when others have had their turn.
  };

  /// Throws std::invalid_argument when the shard is none.
  explicit target_stream(target_stream_options options = {});
  target_stream(target_stream&&) noexcept;
  target_stream& operator=(target_stream&&) noexcept;
  ~target_stream();

  /// Adds one target, block or range as text.
  void add_text(std::string text);
  /// Adds one target, block or range as text, ahead of all that was added and not given yet.
  void add_text_next(std::string text);
  /// Adds a file of lines. Throws std::system_error when it can't be opened or is a directory; it
  /// is opened here and read as far as it is needed. When reading fails later, that is reported as
  /// a bad target, and the next source follows. A pipe or a device is opened likewise, and nobody
  /// is waited for, not even one who opens it to write; in random order, it is read to its end at
  /// once.
  void add_file(const std::string& path);
  /// Adds a source whose bytes the caller supplies with `feed`; at most one, else std::logic_error.
  /// Throws std::invalid_argument for a shard in random order: shards would not fit together.
  void add_feed(std::string name);

  /// Supplies more bytes of the feed; lines may be split anywhere. Ask for targets until `wait`
  /// before feeding again, and memory stays bounded.
  void feed(std::string_view bytes);
  /// No more bytes will come; an unfinished last line counts as a line.
  void end_feed();

  pull next(target& out);
  /// The same, but gives `pause` after so many lines that are no targets, were excluded or came
  /// before: for a thread that has more to do. What is put in random order is read to its end all
  /// the same.
  pull next_within(target& out, std::size_t lines_max);
  /// After `wait`: the descriptor that has to become readable for more targets to come, or -1 when
  /// it is the feed that is waited for. It is the stream's own, and may be closed by the next
  /// `next`.
  int awaited() const;
  /// In random order, reads the sources up to a feed now rather than at the first `next`.
  void gather();

  /// How many places were passed: one more than the place of the target that `next` gave last.
  std::uint64_t position() const;
  /// Passes over this many places, as if their targets had been taken. Ranges are stepped over
  /// whole, and nothing is read before the next call of `next`.
  void skip(std::uint64_t places);

  /// How many targets `next` will have produced in the end, when that can be known without reading
  /// on: in the order of arguments that are not deduplicated, or once all was gathered.
  std::optional<std::uint64_t> size() const;
  /// How many lines were not targets, so far.
  std::uint64_t bad_targets() const;
  /// How many targets `next` has produced.
  std::uint64_t produced() const;
  /// How many targets were left out because they had come before, so far.
  std::uint64_t duplicates() const;
  const exclude_set& excludes() const;

  /// The longest line; a longer one is reported as bad and skipped to its end.
  static constexpr std::size_t line_bytes_max = 8 * 1024;
  /// So many lines at the most are shuffled as one; what follows is shuffled after them.
  static constexpr std::size_t shuffled_lines_max = 10'000'000;
  /// So many of them may be IPv6 targets, ranges with ports, or rows with parameters.
  static constexpr std::size_t shuffled_rows_max = 1'000'000;

 private:
  friend bool check_all(target_stream& stream);
  struct state;
  std::unique_ptr<state> state_;
};

/// Reads every line of `stream` to its end, or as far as it has been fed, and reports bad ones, for
/// `--strict`; blocks and ranges are passed over whole. True if all are good.
bool check_all(target_stream& stream);

}  // namespace muster
