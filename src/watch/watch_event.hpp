#pragma once

#include "muster/result.hpp"
#include "muster/sink.hpp"
#include "watch/check_state.hpp"
#include "watch/watch_plan.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace muster {

/// That a check was made, and what came of it.
struct watch_event {
  const watch_check& check;
  const probe_result& result;
  const check_state& state;  ///< With that result.
  std::optional<check_state::change> change = {};
  /// The check without whom nothing can be said of this one; nullptr unless that is so.
  const watch_check* behind = nullptr;
};

/// Where such events go.
class watch_sink : public record_output {
 public:
  virtual void write(const watch_event& event) = 0;
};

/// Makes the sink for `format`, which is any but `html`, writing to `file`. Throws
/// std::invalid_argument for another. `colour`: words of text are coloured.
std::unique_ptr<watch_sink> make_watch_sink(output_format format, output_file file,
                                            std::string name, bool colour);

}  // namespace muster
