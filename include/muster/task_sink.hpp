#pragma once

#include "muster/sink.hpp"
#include "muster/task.hpp"

#include <memory>
#include <string>

namespace muster {

/// Where the results of a run's tasks go. One small class per format.
class task_sink : public record_output {
 public:
  /// Takes one task's result.
  virtual void write(const task_result& result) = 0;
};

struct task_format {
  /// Text: the bytes go to a terminal, so control characters are escaped.
  bool terminal = false;
  /// The same of those that go to `errors`.
  bool errors_terminal = false;
  /// Text: leave a task's output out, as it was shown line by line.
  bool without_output = false;
  /// JSON and CSV: a task's standard output, where it is JSON, becomes the field `data`.
  bool parse_json = false;
};

/// Makes the sink for `format`, which is text, jsonl, csv or silent. In text, what tasks wrote to
/// standard output goes to `file`, and what they wrote to standard error and how they failed to
/// `errors`, if there is one, else to `file`, too.
std::unique_ptr<task_sink> make_task_sink(output_format format, output_file file,
                                          output_file* errors, std::string name,
                                          const task_format& options);

/// One line about a task that did not end well, without its end: what it was for, and what became
/// of it. Safe for a terminal.
std::string describe_failure(const task_result& result);

}  // namespace muster
