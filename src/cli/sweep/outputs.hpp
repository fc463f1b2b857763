#pragma once

#include "cli/delivery.hpp"
#include "cli/sweep/pictures.hpp"
#include "cli/sweep/sweep_arguments.hpp"
#include "muster/sink.hpp"
#include "muster/sweep.hpp"
#include "store/checkpoint_record.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace muster {

/// Where the results of a command go: standard output and files, each in its format. Opens
/// everything at once; throws std::system_error or std::invalid_argument if it can't.
class outputs {
 public:
  /// After an earlier run, files are gone on with where it had come to; standard output can't be.
  /// Arguments and delivery outlive this.
  outputs(delivery& delivered, const sweep_arguments& arguments,
          const std::optional<checkpoint_record>& earlier);

  void write(const probe_result& result);
  /// Draws progress now and then, and stops the sweep when results can no longer be written. The
  /// sweep outlives this or `stop_watching`.
  void watch(sweep& running);
  void stop_watching();
  /// Hands on all that is buffered and takes the progress line away.
  void flush_all();
  /// Writes what can only be written at the end.
  void finish(const sweep_summary& summary);

  /// Hands on all that is buffered, and waits until it is on the disk.
  void sync();
  /// Hands on what readers take without waiting. True when nothing is left.
  bool offer() { return delivery_.offer(); }
  /// How long each file is, once all is handed on.
  std::vector<checkpoint_record::output> lengths() const;

  /// The first sink that failed, or nullptr.
  const sink* failed() const;
  /// True when the failure is that the reader of standard output went away.
  bool reader_gone() const;
  /// What the text on standard output counts only.
  const outcome_counts& hidden() const;
  /// How many results somebody should hear of who reads nothing else; counted with `-qq` only.
  std::uint64_t alarming() const { return alarming_; }
  /// A line for each of the first of them, and one that counts the rest.
  std::string alarms() const;
  /// The map and the histogram, as whole lines for standard error; empty where they don't belong.
  std::string render_pictures(const sweep_summary& summary) const {
    return pictures_.render(summary);
  }

 private:
  const sweep_arguments& arguments_;
  std::uint64_t alarming_ = 0;
  std::string alarms_;
  delivery& delivery_;
  std::vector<std::unique_ptr<sink>> sinks_;
  const sink* standard_output_ = nullptr;
  pictures pictures_;
  sweep* running_ = nullptr;
};

}  // namespace muster
