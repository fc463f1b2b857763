#pragma once

#include "muster/probe_spec.hpp"
#include "muster/status.hpp"
#include "muster/target.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <asio/awaitable.hpp>

namespace muster {

/// What a probe of a program's own came to.
struct own_answer {
  muster::status status = muster::status::up;
  muster::reason reason = muster::reason::none;
  /// How long the answer took; a negative one is the time that the coroutine took in all.
  std::chrono::nanoseconds rtt{-1};
  std::string
      text;  ///< What there is to tell; raw bytes, of which `own_details::text_kept` are kept.
};

/// Probes that a program brings itself, as coroutines. Limits, retries, order, statistics and sinks
/// are those of all probes.
struct own_spec final : spec_of_kind<own_spec, probe_kind::own> {
  struct question {
    std::string name;  ///< What records say was asked.
    /// Asks one target. When its time is up, or the run is stopped, it is cancelled (`terminal`),
    /// and its probe is in flight until it has ended. What it throws is an outcome: an error of a
    /// socket is that of a TCP connect, anything else `local_error`, with its text.
    std::function<asio::awaitable<own_answer>(target)> ask;
  };
  std::vector<question> questions;

  std::size_t size() const override { return questions.size(); }
  option_values asked() const override { return {}; }
};

/// What only such probes have, once they had their turn.
struct own_details {
  std::string name;
  std::string text;

  static constexpr std::size_t text_kept = 4096;

  std::size_t text_bytes() const { return name.size() + text.size(); }
};

}  // namespace muster
