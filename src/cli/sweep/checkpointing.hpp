#pragma once

#include "cli/sweep/outputs.hpp"
#include "cli/sweep/sweep_arguments.hpp"
#include "muster/result.hpp"
#include "net/job.hpp"
#include "store/checkpoint_record.hpp"

#include <cstdint>
#include <map>
#include <optional>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace muster {

/// The checkpoint that `--resume` names; nothing without that option. Throws std::system_error when
/// it can't be read, and usage_error when it is damaged or of another command.
std::optional<checkpoint_record> read_earlier_run(const sweep_arguments& arguments);

/// The seed of the run that `--resume` names, where it has one. Throws as `read_earlier_run` does
/// when the checkpoint can't be read.
std::optional<std::uint64_t> seed_of_earlier_run(const sweep_arguments& arguments);

/// Keeps a run's checkpoint. What it says is done has been written to the outputs, and is on the
/// disk as they are, before the checkpoint says so. Does nothing unless a file is asked for.
class checkpointing {
 public:
  /// Goes on from `earlier`, if there was an earlier run. The context and the outputs outlive it.
  checkpointing(asio::io_context& context, const sweep_arguments& arguments, outputs& results,
                const std::optional<checkpoint_record>& earlier);

  /// Takes the first checkpoint, and one now and then after it. Throws std::system_error when there
  /// can be none.
  void begin();
  /// The result has been given to the outputs.
  void note(const probe_result& result);
  /// As `sweep::on_unasked` tells it: counts as done once the cause is.
  void note_unasked(std::uint64_t begin, std::uint64_t end, std::optional<std::uint64_t> cause);
  /// The run is being stopped: takes the last checkpoint, as what is reported from now on has not
  /// been done.
  void seal();
  /// The run has ended: takes the last checkpoint unless it was sealed.
  void finish();

 private:
  struct span {
    std::uint64_t begin;
    std::uint64_t end;
  };

  static job save_now_and_then(job_scope&, checkpointing& self);
  std::error_code save();
  void save_or_say_why();

  const sweep_arguments& arguments_;
  outputs& outputs_;
  const std::uint64_t plan_size_;
  checkpoint_record record_;
  std::multimap<std::uint64_t, span> unasked_;  // by a cause that is not noted yet
  std::uint64_t saved_done_ = 0;
  bool sealed_ = false;
  bool failing_ = false;
  asio::steady_timer timer_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
