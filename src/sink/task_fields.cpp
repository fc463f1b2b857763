#include "sink/task_fields.hpp"

#include "targets/target_parts.hpp"

namespace muster {
namespace {

constexpr field finished{"time", 0};
constexpr field first_target{"target", 0};
constexpr field targets{"targets", 0};
constexpr field task_number{"task", 0};
constexpr field status_word{"status", 0};
constexpr field reason_word{"reason", 0};
constexpr field detail_field{"detail", 0};
constexpr field exit_code{"exit_code", 0};
constexpr field signal_number{"signal", 0};
constexpr field started{"started", 0};
constexpr field took{"took_ms", 0};
constexpr field cpu_time{"cpu_ms", 0};
constexpr field output{"output", 0};
constexpr field errors{"errors", 0};
constexpr field output_bytes{"output_bytes", 0};
constexpr field error_bytes{"error_bytes", 0};
constexpr field truncated{"truncated", 0};
constexpr field left_open{"left_open", 0};
constexpr field parsed_output{"data", 0};
constexpr field data_error{"data_error", 0};
constexpr field label{"label", 0};
constexpr field group{"group", 0};
constexpr field attempts{"attempts", 0};

void show_targets(const std::vector<target>& all, field_visitor& visitor) {
  visitor.lines(first_target, text_of(all.front()));
  if (all.size() < 2) return;
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (const target& one : all)
    texts.push_back(text_of(one));
  visitor.texts(targets, texts);
}

void show_process(const process_result& process, bool parse_json, field_visitor& visitor) {
  const bool as_data = parse_json && !process.output_truncated();
  visitor.time(started, process.began);
  visitor.milliseconds(took, process.took);
  visitor.milliseconds(cpu_time, process.cpu_time);
  if (!as_data) visitor.lines(output, process.output);
  visitor.lines(errors, process.errors);
  if (process.output_truncated()) visitor.integer(output_bytes, process.output_bytes);
  if (process.errors_truncated()) visitor.integer(error_bytes, process.error_bytes);
  if (process.output_truncated() || process.errors_truncated()) visitor.yes(truncated);
  if (process.left_open) visitor.yes(left_open);
  if (as_data) visitor.data(parsed_output, output, data_error, process.output);
}

void show_attempts(const std::vector<task_attempt>& tries, field_visitor& visitor) {
  visitor.objects(attempts, tries.size(), {}, [&tries](std::size_t index, field_visitor& member) {
    const task_attempt& one = tries[index];
    member.word(status_word, to_string(one.status));
    if (one.reason != reason::none) member.word(reason_word, to_string(one.reason));
    if (one.exit_code >= 0) member.integer(exit_code, one.exit_code);
    if (one.signal > 0) member.integer(signal_number, one.signal);
    member.milliseconds(took, one.took);
  });
}

}  // namespace

const std::vector<const field*>& task_fields() {
  static const std::vector<const field*> fields{
      &finished,      &first_target, &targets,       &task_number, &status_word, &reason_word,
      &detail_field,  &exit_code,    &signal_number, &started,     &took,        &cpu_time,
      &output,        &errors,       &output_bytes,  &error_bytes, &truncated,   &left_open,
      &parsed_output, &data_error,   &label,         &group,       &attempts};
  return fields;
}

void show_task(const task_result& result, bool parse_json, field_visitor& visitor) {
  const process_result& process = result.process;
  visitor.time(finished, result.finished);
  show_targets(result.targets, visitor);
  visitor.integer(task_number, result.sequence + 1);
  visitor.word(status_word, to_string(result.status));
  if (result.reason != reason::none) visitor.word(reason_word, to_string(result.reason));
  if (!result.detail.empty()) visitor.lines(detail_field, result.detail);
  if (process.exit_code >= 0) visitor.integer(exit_code, process.exit_code);
  if (process.signal > 0) visitor.integer(signal_number, process.signal);
  if (process.started) {
    show_process(process, parse_json, visitor);
  } else if (!process.output.empty()) {
    visitor.lines(output, process.output);  // of a dry run: what would be run
  }
  if (const target_parameters* own = result.targets.front().parameters();
      own && !own->label.empty()) {
    visitor.lines(label, own->label);
  }
  if (!result.group.empty()) visitor.lines(group, result.group);
  if (result.attempts) show_attempts(*result.attempts, visitor);
}

}  // namespace muster
