#pragma once

#include "muster/task.hpp"
#include "sink/fields.hpp"
#include "targets/target_parts.hpp"

#include <array>
#include <string_view>

// Strategy: as in fields.hpp, the fields of a task's record, their order and when each is known are
// written down once, for all formats.

namespace muster {

/// Everything that a machine-readable record of a task can hold, in the order in which it stands
/// there. The names are API: docs/output.md describes them, a test holds both against each other.
inline constexpr std::array task_field_names{
    std::string_view{"time"},         std::string_view{"target"},
    std::string_view{"targets"},      std::string_view{"task"},
    std::string_view{"status"},       std::string_view{"reason"},
    std::string_view{"detail"},       std::string_view{"exit_code"},
    std::string_view{"signal"},       std::string_view{"started"},
    std::string_view{"took_ms"},      std::string_view{"cpu_ms"},
    std::string_view{"output"},       std::string_view{"errors"},
    std::string_view{"output_bytes"}, std::string_view{"error_bytes"},
    std::string_view{"truncated"},    std::string_view{"left_open"},
    std::string_view{"data"},         std::string_view{"data_error"},
    std::string_view{"label"},        std::string_view{"group"},
    std::string_view{"attempts"},
};
inline constexpr std::size_t task_field_count = task_field_names.size();

/// The place of a field among them; a name that is none does not compile.
consteval std::size_t task_field(std::string_view name) {
  for (std::size_t i = 0; i < task_field_count; ++i) {
    if (task_field_names[i] == name) return i;
  }
  throw "no such field";
}

/// Calls one member of `visitor` for each field of `result` that is known, in order: `time`, `word`
/// (one of our own), `text` (untrusted bytes), `texts` (the targets of a batch), `integer`,
/// `milliseconds`, `yes`, `data` (a task's output that is to be JSON) and `attempts`. With
/// `parse_json`, the output is handed to `data` rather than to `text`.
template <typename Visitor>
void visit_task_fields(const task_result& result, bool parse_json, Visitor& visitor) {
  const process_result& process = result.process;
  visitor.time(task_field("time"), result.finished);
  visitor.text(task_field("target"), text_of(result.targets.front()));
  if (result.targets.size() > 1) visitor.texts(task_field("targets"), result.targets);
  visitor.integer(task_field("task"), result.sequence + 1);
  visitor.word(task_field("status"), to_string(result.status));
  if (result.reason != reason::none) visitor.word(task_field("reason"), to_string(result.reason));
  if (!result.detail.empty()) visitor.text(task_field("detail"), result.detail);
  if (process.exit_code >= 0) visitor.integer(task_field("exit_code"), process.exit_code);
  if (process.signal > 0) visitor.integer(task_field("signal"), process.signal);
  const bool as_data = parse_json && process.started && !process.output_truncated();
  const bool dry = !process.started && !process.output.empty();
  if (dry) visitor.text(task_field("output"), process.output);
  if (process.started) {
    visitor.time(task_field("started"), process.began);
    visitor.milliseconds(task_field("took_ms"), process.took);
    visitor.milliseconds(task_field("cpu_ms"), process.cpu_time);
    if (!as_data) visitor.text(task_field("output"), process.output);
    visitor.text(task_field("errors"), process.errors);
    if (process.output_truncated()) {
      visitor.integer(task_field("output_bytes"), process.output_bytes);
    }
    if (process.errors_truncated()) visitor.integer(task_field("error_bytes"), process.error_bytes);
    if (process.output_truncated() || process.errors_truncated()) {
      visitor.yes(task_field("truncated"));
    }
    if (process.left_open) visitor.yes(task_field("left_open"));
    if (as_data) visitor.data(task_field("data"), task_field("data_error"), process.output);
  }
  if (const target_parameters* own = result.targets.front().parameters();
      own && !own->label.empty()) {
    visitor.text(task_field("label"), own->label);
  }
  if (!result.group.empty()) visitor.text(task_field("group"), result.group);
  if (result.attempts) visitor.attempts(task_field("attempts"), *result.attempts);
}

}  // namespace muster
