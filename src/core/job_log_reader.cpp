#include "core/job_log_reader.hpp"

#include "core/json_record.hpp"
#include "core/task_key.hpp"
#include "muster/status.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace muster {
namespace {

/// The text of a member; null when there is none.
std::string* find(std::vector<json_member>& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &json_member::name);
  return found == members.end() || !found->is_plain ? nullptr : &found->value;
}

}  // namespace

job_log_reader::job_log_reader(std::string_view command) : command_{printable_key(command)} {}

void job_log_reader::feed(std::string_view bytes) {
  if (other_) return;
  lines_.append(bytes);
  take_lines();
}

void job_log_reader::finish() {
  lines_.finish();
  take_lines();
}

void job_log_reader::take_lines() {
  std::string_view line;
  while (!other_) {
    const auto pulled = lines_.next(line);
    if (pulled == line_splitter::pull::wait || pulled == line_splitter::pull::end) return;
    if (pulled == line_splitter::pull::line) take_line(line);
  }
}

void job_log_reader::take_line(std::string_view line) {
  auto members = parse_json_record(line);
  if (!members) return;
  if (std::string* const command = find(*members, command_member)) {
    if (*command != command_) {
      other_ = std::move(*command);
      return;
    }
    named_ = true;
  }
  std::string* const key = find(*members, key_member);
  const std::string* const outcome = find(*members, status_member);
  if (key && outcome && *outcome == to_string(status::up)) ++succeeded_[std::move(*key)];
}

}  // namespace muster
