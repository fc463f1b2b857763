#pragma once

#include "muster/result.hpp"
#include "muster/statistics.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace muster {

class waiting_bytes;

/// Bytes on their way to a file descriptor: gathered, then written in large pieces.
///
/// A reader that goes away is the error EPIPE, provided that the program ignores SIGPIPE.
class output_file {
 public:
  /// Takes over `descriptor`; closes it in the end if `owned`.
  output_file(int descriptor, bool owned);
  /// Creates `path`, or replaces what it holds; until the first `flush`, `sync` or `commit` it
  /// keeps that. Throws std::system_error, which names the path.
  static output_file create(const std::string& path);
  /// Opens `path`, which exists, to go on after its first `bytes`; what comes after them is cut off
  /// at the first `flush`, `sync` or `commit`. A device or pipe is opened and left as it is. Throws
  /// std::system_error, and std::runtime_error when a file is shorter than that.
  static output_file resume(const std::string& path, std::uint64_t bytes);
  /// Opens a file that takes the place of `path` when it is committed, and until then has no name
  /// that anybody would meet: `path` is what it was, or whole. Throws as `create` does, also if
  /// `path` is something other than a regular file.
  static output_file create_aside(const std::string& path);
  output_file(output_file&&) noexcept;
  output_file& operator=(output_file&&) noexcept;
  /// Flushes, then closes the descriptor if it is owned. What was created without a record
  /// and never flushed leaves the file as it was.
  ~output_file();

  /// The buffer to append to. Call `written()` after each record.
  std::string& buffer() { return buffer_; }
  /// Writes the buffer out if it has grown past `flush_bytes`.
  void written() {
    has_records_ = true;
    if (buffer_.size() >= flush_bytes) write_buffer();
  }
  /// From here on `written` waits for no reader: what he does not take at once is kept until
  /// `offer` or `flush`, and beyond `kept_bytes_max` of it in a file (TMPDIR, or else /tmp).
  void never_wait() { waits_ = false; }
  /// Writes out what the descriptor takes without waiting, and keeps the rest as `never_wait` says.
  /// True when nothing is left.
  bool offer();
  /// How many bytes are kept so; 0 where nothing can make a write wait.
  std::uint64_t waiting() const;
  /// What becomes writable when `offer` has a use again.
  int descriptor() const { return descriptor_; }
  /// Writes out all that is buffered; waits while the descriptor takes nothing, even if it is
  /// non-blocking. An error sticks: what comes after it is dropped.
  void flush();
  /// While whoever reads a pipe or a terminal takes nothing, `asked` is called ten times a second;
  /// once it has returned true for a second, the output fails with ETIMEDOUT.
  void give_up_when(std::function<bool()> asked) { give_up_ = std::move(asked); }
  /// Flushes, and waits until the bytes are on the disk, where there is one.
  std::error_code sync();
  /// How many bytes were written so far, with those that a file which was gone on with had before.
  std::uint64_t bytes() const { return bytes_; }
  /// Flushes and, if the file was created aside and there was no error, puts it in its place.
  void commit();
  /// The first write error, if there was one.
  std::error_code error() const { return error_; }
  bool is_terminal() const;

  static constexpr std::size_t flush_bytes = 64 * 1024;
  static constexpr std::size_t kept_bytes_max = 1024 * 1024;

 private:
  output_file(int descriptor, std::string place, std::string aside);
  void cut();
  void write_buffer();
  void fail(int code);
  int write_all(std::string_view bytes);
  bool hand_on(int patience);
  bool write_some();
  void close();

  int descriptor_;
  bool owned_;
  std::error_code error_;
  std::uint64_t bytes_ = 0;
  std::string buffer_;
  std::string place_;  // where a file that was created aside belongs, until it is there
  std::string aside_;  // its name until then; empty if it has none
  bool has_records_ = false;
  bool cut_pending_ = false;  // what follows `bytes_` is still there
  bool may_block_ = false;    // a pipe, a terminal or the like: its reader decides
  bool waits_ = true;
  int eager_ = -1;  // the same once more, where a write takes what it can at once
  std::unique_ptr<waiting_bytes> waiting_;  // from before the buffer
  std::function<bool()> give_up_;
};

/// Something that is written to, whatever the records are.
class record_output {
 public:
  virtual ~record_output() = default;
  /// Hands on all that is buffered.
  virtual void flush() = 0;
  /// The file that is written to; nullptr where there is none.
  virtual output_file* file() { return nullptr; }
  /// The first write error, if there was one.
  virtual std::error_code error() const = 0;
  /// What the sink writes to, for messages: a path or "standard output".
  virtual std::string_view name() const = 0;
  /// Hands on all that is buffered, and waits until it is on the disk, where there is one.
  virtual std::error_code sync() {
    flush();
    return error();
  }
  /// How many bytes were handed on so far, with those that the file had when it was gone on with.
  virtual std::uint64_t bytes() const { return 0; }
};

/// Where results go. One small class per format.
class sink : public record_output {
 public:
  /// Takes one result.
  virtual void write(const probe_result& result) = 0;
  /// Takes note of one that is not to be listed: a picture of all of them shows it still.
  virtual void pass_over(const probe_result& result) { static_cast<void>(result); }
  /// Told once, after the last result, what the sweep came to. A format that is written as a whole
  /// is written now.
  virtual void finish(const sweep_summary& summary) { static_cast<void>(summary); }
  /// The results that were taken but deliberately only counted; nullptr for a format that shows
  /// all of them.
  virtual const outcome_counts* hidden() const { return nullptr; }
};

enum class output_format : std::uint8_t {
  text,    ///< For people: aligned columns.
  jsonl,   ///< JSON lines, an object a result; see docs/output.md.
  csv,     ///< RFC 4180, a header row first; see docs/output.md.
  html,    ///< One page with map, histogram and table, written at the end; see docs/output.md.
  silent,  ///< Nothing at all: only the summary counts.
};

struct text_options {
  /// Colour the status words with ANSI escape sequences.
  bool colour = false;
  /// Show what is only counted otherwise, too.
  bool show_all = false;
  /// End with a line that counts what was not shown.
  bool count_hidden = false;
};

/// What a page says about the sweep as a whole.
struct page_options {
  std::string command;  ///< How the sweep was asked for.
  std::chrono::system_clock::time_point started;
  std::string title = {};                   ///< Its name; empty for the usual one.
  std::string machine = {};                 ///< From where it was probed: the machine's name,
  std::vector<std::string> addresses = {};  ///< and its addresses, for people.
};

/// Makes the sink for `format`, writing to `file`. `text` concerns the text format only, `page` the
/// HTML format.
std::unique_ptr<sink> make_sink(output_format format, output_file file, std::string name,
                                const text_options& text, const page_options& page = {});

/// The format a file name's suffix asks for: .json, .jsonl, .ndjson, .csv, .txt, .log, .html, .htm.
/// Throws std::invalid_argument, naming the suffix and those that are known.
output_format format_of_file(std::string_view path);

}  // namespace muster
