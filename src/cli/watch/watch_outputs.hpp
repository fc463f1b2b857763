#pragma once

#include "cli/delivery.hpp"
#include "cli/watch/watch_arguments.hpp"
#include "watch/watch_event.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace muster {

/// Where the events of a watch go: standard output and files, each in its format. Opens everything
/// at once; throws usage_error, std::system_error or std::invalid_argument if it can't.
class watch_outputs {
 public:
  /// `stop` is called when events can no longer be written. Delivery outlives this.
  watch_outputs(delivery& delivered, const watch_arguments& arguments, std::function<void()> stop);

  void write(const watch_event& event);
  /// Hands on all that is buffered.
  void flush_all();
  /// The first sink that failed, or nullptr.
  const watch_sink* failed() const;
  /// True when the failure is that the reader of standard output went away.
  bool reader_gone() const;

 private:
  delivery& delivery_;
  std::vector<std::unique_ptr<watch_sink>> sinks_;
  const watch_sink* standard_output_ = nullptr;
};

}  // namespace muster
