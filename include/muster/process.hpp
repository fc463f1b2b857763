#pragma once

#include "muster/status.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <asio/awaitable.hpp>

namespace muster {

/// The streams that a process writes to.
enum class process_stream : std::uint8_t { output, errors };

struct process_options {
  /// `NAME=value`, on top of this process's own environment, whose values they replace.
  std::vector<std::string> environment;
  /// Where the process runs; empty for where this one does.
  std::string directory;
  /// What it finds on its standard input, which is /dev/null when this is empty.
  std::string input;
  /// The most time it may take from its real start; 0 is unlimited.
  std::chrono::nanoseconds timeout{0};
  /// How long it and its children have, after SIGTERM, until SIGKILL; and how long its output is
  /// read on for after it has ended, if processes that it left behind keep it open.
  std::chrono::nanoseconds grace = std::chrono::seconds{2};
  /// What it writes to its standard error goes to its standard output, in the order of its writes.
  bool merge_errors = false;
  /// How much of each of its two outputs is kept; what comes after it is read and dropped.
  std::size_t output_bytes_max = 1024 * 1024;

  static constexpr std::size_t output_bytes_limit = std::size_t{1} << 30;
  static constexpr std::size_t input_bytes_max = std::size_t{1} << 30;
};

/// What became of a process.
///
/// `up`: exit code 0. `mismatch`: `exit_code_not_zero` or `killed_by_signal`. `timeout`, and
/// `cancelled` when it was stopped from outside: it was ended then. `local_error`: it could not be
/// run, for the reason given.
struct process_result {
  muster::status status = status::skipped;
  muster::reason reason = reason::none;
  std::string detail;      ///< With `bad_interpreter`: the interpreter that the script names.
  int exit_code = -1;      ///< 0 to 255; -1 when it was not run, or a signal ended it.
  int signal = 0;          ///< The signal that ended it, or 0.
  bool started = false;    ///< False when it was not run.
  bool left_open = false;  ///< Others still held its output open when it had ended.
  /// Its standard output and standard error; any bytes at all.
  std::string output;
  std::string errors;
  std::uint64_t output_bytes = 0;  ///< All that it wrote, also what was not kept.
  std::uint64_t error_bytes = 0;
  bool output_truncated() const { return output_bytes > output.size(); }
  bool errors_truncated() const { return error_bytes > errors.size(); }
  /// The same of either.
  const std::string& kept(process_stream stream) const {
    return stream == process_stream::output ? output : errors;
  }
  bool truncated(process_stream stream) const {
    return stream == process_stream::output ? output_truncated() : errors_truncated();
  }
  std::chrono::system_clock::time_point began;  ///< When it was really started.
  std::chrono::nanoseconds took{0};             ///< From there to its end.
  std::chrono::nanoseconds cpu_time{0};         ///< User and system time, its children's included.
};

/// A program and its arguments: `{"ping", "-c1", host}`, or a vector of words. A class of its own,
/// as GCC 12 can't compile a list of strings in a `co_await` expression.
class command_line {
 public:
  command_line() = default;
  template <class... Words>
  requires((std::convertible_to<Words, std::string> ||
            std::convertible_to<Words, std::string_view>)&&...) command_line(Words&&... words) {
    words_.reserve(sizeof...(words));
    (words_.emplace_back(std::forward<Words>(words)), ...);
  }
  command_line(std::vector<std::string> words) : words_{std::move(words)} {}

  const std::vector<std::string>& words() const& { return words_; }
  std::vector<std::string> words() && { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

/// Runs a program: the command's first word is looked up in PATH unless it has a slash in it. No
/// shell is involved, but a script without a `#!` line is run by /bin/sh, as execvp(3) does.
///
/// The process has a session of its own, default signal handling, no other descriptors than its
/// three streams, and the limit on open files that this process had at its start. A timeout or a
/// cancellation ends its whole session, as far as /proc shows who is in it, and else its process
/// group. When it has ended by itself, whatever is left of its group is killed. A daemon that is to
/// stay makes a session of its own. What has become another user's can't be killed, and is waited
/// for. The process is killed by the kernel if this process dies first. While this machine is short
/// of processes, descriptors or memory, it waits; its timeout does not run meanwhile.
///
/// Cancelling the awaitable ends the process, and the result says `cancelled`; the caller remains
/// cancelled, as its next `co_await` will tell it. `terminal` and `partial` requests are heard; a
/// `total` one is not, since a program that has run can't be undone. Throws std::invalid_argument
/// when there is no word or one holds a NUL byte. One thread runs the executor's io_context; the
/// children of one context share a descriptor to be waited for.
asio::awaitable<process_result> run_process(command_line command, process_options options);
/// The same, with the default options.
asio::awaitable<process_result> run_process(command_line command);

}  // namespace muster
