#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace muster::test {

/// How a command ended and what it said.
struct process_result {
  int exit_code = -1;      ///< -1 when a signal ended it.
  int signal = 0;          ///< The signal that ended it, or 0.
  bool timed_out = false;  ///< It was killed because it took too long.
  std::string out;         ///< Standard output, whole.
  std::string err;         ///< Standard error, whole.
  std::chrono::nanoseconds wall{0};
  std::chrono::nanoseconds cpu{0};  ///< User and system time.
};

struct process_options {
  std::string input = {};   ///< Given to standard input at once.
  bool keep_stdin = false;  ///< Leave standard input open after that, for `write`.
  std::string directory = {};
  std::vector<std::string> environment = {};  ///< `NAME=value`, on top of this process's own.
};

/// A child process with pipes for its three streams. It is killed, with SIGKILL, by the destructor
/// if it still runs, and by the kernel if this process dies first.
class process {
 public:
  /// Starts it; `command[0]` is looked up in PATH. Throws std::system_error when it can't be run.
  explicit process(std::vector<std::string> command, process_options options = {});
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();

  pid_t pid() const { return pid_; }
  bool running();
  /// The most memory it has had at once so far; 0 when it has ended.
  long peak_rss_kib() const;

  /// Feeds standard input. False when the child has closed it or takes nothing for 10 s.
  bool write(std::string_view bytes);
  void close_stdin();
  void send_signal(int signal);

  /// Waits until standard output holds `text`; false when it doesn't in time or the child ends
  /// first.
  bool wait_for_output(std::string_view text, std::chrono::milliseconds timeout);
  /// The same for standard error.
  bool wait_for_error_output(std::string_view text, std::chrono::milliseconds timeout);

  /// Standard output as far as it was read while waiting for it.
  const std::string& output_so_far() const { return result_.out; }

  /// Waits for the end, and kills the child when it doesn't come in time.
  process_result wait(std::chrono::milliseconds timeout = std::chrono::seconds{30});

 private:
  struct pipe_ends;

  [[noreturn]] void run_child(const std::vector<std::string>& command,
                              const process_options& options, const pipe_ends& ends);
  bool wait_for(const std::string& stream, std::string_view text,
                std::chrono::milliseconds timeout);
  bool exchange(std::chrono::steady_clock::time_point until, bool until_writable);
  void collect(int how_to_wait);

  pid_t pid_ = -1;
  int ended_ = -1;  // A pidfd, readable when the child has ended.
  int stdin_ = -1;
  int stdout_ = -1;
  int stderr_ = -1;
  bool collected_ = false;
  std::chrono::steady_clock::time_point started_;
  process_result result_;
};

/// Runs a command to its end.
process_result run(std::vector<std::string> command, process_options options = {},
                   std::chrono::milliseconds timeout = std::chrono::seconds{30});

/// The command with all capabilities taken away, for tests of unprivileged behaviour. Root stays
/// root by name, but may no longer open raw sockets or change the network.
std::vector<std::string> without_capabilities(std::vector<std::string> command);

/// True if PATH, or the directories where daemons live, hold an executable of this name.
bool has_program(const std::string& name);

/// Why a test can't have a terminal of its own; empty if it can. It takes `script` and a devpts.
std::string why_no_terminal();

}  // namespace muster::test
