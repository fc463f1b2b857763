#include "store/job_log_reader.hpp"

#include "core/ascii.hpp"
#include "core/whole_number.hpp"
#include "muster/status.hpp"
#include "targets/json_record.hpp"
#include "targets/task_key.hpp"

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

std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_value(digits[i]);
    const int low = hex_value(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
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
  if (key && outcome && *outcome == to_string(status::up)) {
    ++found_.succeeded[std::move(*key)];
  }
  std::uint64_t number = 0;
  if (const std::string* const task = find(*members, task_member); task && key) {
    if (read_whole(*task, number)) found_.tasks_max = std::max(found_.tasks_max, number);
  }
  if (std::string* const text = find(*members, found_member)) {
    found_.found.push_back(std::move(*text));
  } else if (const std::string* const bytes = find(*members, found_bytes_member)) {
    if (auto plain = from_hex(*bytes)) found_.found.push_back(std::move(*plain));
  }
  std::string* const file = find(*members, file_member);
  const std::string* const bytes = find(*members, bytes_member);
  if (file && bytes && read_whole(*bytes, number)) found_.lengths[std::move(*file)] = number;
}

}  // namespace muster
