#pragma once

#include "muster/process.hpp"
#include "process/child_process.hpp"
#include "process/process_host.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace muster {

/// Runs scripts around a run, one at a time. Other than with `run_process`, whoever ends muster at
/// once can take the script and its children along in the same moment.
class script_run final : private process_consumer {
 public:
  /// The io_context outlives it.
  explicit script_run(asio::io_context& context);

  /// Runs `script` with /bin/sh, to its end.
  asio::awaitable<process_result> run(std::string script, process_options options);
  /// Ends the script, if one runs: SIGTERM to its group, and SIGKILL after its grace.
  void stop();
  /// SIGKILL to its group, now.
  void kill();

 private:
  void on_output(process_stream, std::string_view) override {}
  void on_end(process_result&& result) override;

  asio::io_context& context_;
  asio::steady_timer ended_;  // never expires: cancelled at a script's end
  process_result result_;
  // Made with the first script, as most runs have none.
  std::optional<process_host> host_;
  std::optional<child_process> child_;
};

}  // namespace muster
