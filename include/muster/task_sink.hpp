#pragma once

#include "muster/sink.hpp"
#include "muster/task.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

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
  /// Text: hands out, in pieces, what a task wrote to one of its outputs beyond what its result
  /// keeps; empty where nobody has that.
  std::function<void(const task_result& result, process_stream stream,
                     const std::function<void(std::string_view)>& take)>
      rest_of_output;
  /// JSON and CSV: a task's standard output, where it is JSON, becomes the field `data`.
  bool parse_json = false;
};

/// Makes the sink for `format`, which is text, jsonl, csv or silent. In text, what tasks wrote to
/// standard output goes to `file`, and what they wrote to standard error and how they failed to
/// `errors`, if there is one, else to `file`, too.
std::unique_ptr<task_sink> make_task_sink(output_format format, output_file file,
                                          output_file* errors, std::string name,
                                          const task_format& options);

/// What people call the outcome of a task: "ok", "failed", "killed" by a signal, or else its status
/// word.
std::string_view task_word(status value, reason why);

/// One line about a task that did not end well, without its end: what it was for, and what became
/// of it. Safe for a terminal.
std::string describe_failure(const task_result& result);

}  // namespace muster
