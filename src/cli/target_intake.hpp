#pragma once

#include "cli/standard_input.hpp"
#include "cli/sweep/sweep_arguments.hpp"
#include "muster/target_stream.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

namespace muster {

/// Takes in the targets of a command: arguments, files and standard input. Says on standard error
/// which lines are no targets and, under --strict, lets none pass.
class target_intake {
 public:
  struct wording {
    const char* command;  ///< Whose help tells more: `sweep`.
    const char* done;     ///< What is done to targets: `probed`.
  };

  /// Reads the exclude files. Context and arguments outlive it. Throws usage_error,
  /// std::system_error, and std::invalid_argument for options of a stream that can't be.
  target_intake(asio::io_context& context, const target_arguments& arguments, wording words);

  target_stream& targets() { return targets_; }
  const target_stream& targets() const { return targets_; }

  /// Adds every source, and the targets `more` ahead of standard input, and gathers what is to be
  /// put in random order. Under --strict, all that can be read twice is looked through before; a
  /// bad line that turns up later ends the run by `refuse`, which the loop calls, once. Throws
  /// usage_error or std::system_error.
  void open(std::function<void()> refuse, const std::vector<std::string>& more = {});
  /// Goes on with the pipe that the stream waits for, and then calls `ready`.
  void read(std::function<void()> ready) { input_.read(std::move(ready)); }

  /// Whether a bad line has ended the run.
  bool refused() const { return refused_; }
  /// Whether a read failed, so that targets may be missing.
  bool failed() const { return input_.failed(); }

 private:
  target_stream_options stream_options();
  void report(const target_diagnostic& bad);
  void take_bad_target(const target_diagnostic& bad);
  void look_through();
  void open_standard_input();

  asio::io_context& context_;
  const target_arguments& arguments_;
  const wording words_;
  std::function<void()> refuse_;
  std::uint64_t bad_targets_ = 0;
  bool refused_ = false;
  target_stream targets_;
  standard_input input_;
};

}  // namespace muster
