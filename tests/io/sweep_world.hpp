#pragma once

#include "muster/sweep.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>

namespace muster::test {

/// A sweep with everything around it, taken apart in the right order.
struct world {
  asio::io_context context;
  target_stream targets;
  std::map<std::string, int> results;  ///< How often each probe was reported.
  std::map<status, int> statuses;
  std::optional<sweep_summary> summary;
  asio::cancellation_signal cancel;
  std::unique_ptr<sweep> subject;

  explicit world(const std::vector<std::string>& texts, sweep_options options = {}) {
    for (const std::string& text : texts)
      targets.add_text(text);
    options.rate = 0;
    subject = std::make_unique<sweep>(
        context, std::move(options), targets, [this](const probe_result& result) {
          ++results[result.subject.to_string() + " " + std::to_string(result.port)];
          ++statuses[result.status];
        });
    asio::co_spawn(context, subject->run(),
                   asio::bind_cancellation_slot(
                       cancel.slot(), [this](std::exception_ptr failure, sweep_summary got) {
                         if (!failure) summary = std::move(got);
                       }));
  }
  ~world() { subject.reset(); }

  /// So many handlers, or as many as there are before there is nothing to do but wait.
  void step(int steps) {
    for (int i = 0; i < steps && !summary && context.run_one_for(std::chrono::milliseconds{5}) > 0;
         ++i) {
    }
  }
  /// To the end, or until nothing has happened for so long that it never will.
  void run() {
    while (!summary && context.run_one_for(std::chrono::seconds{20}) > 0) {
    }
  }
  int reported() const {
    int sum = 0;
    for (const auto& [name, count] : results)
      sum += count;
    return sum;
  }
};

}  // namespace muster::test
