#include "store/job_record.hpp"

#include "core/whole_number.hpp"
#include "targets/target_parts.hpp"

#include <memory>
#include <utility>

namespace muster {
namespace {

target line_of(std::string text, std::string label) {
  target_text whole;
  whole.text = std::move(text);
  if (!label.empty()) {
    target_parameters parameters;
    parameters.label = std::move(label);
    whole.parameters = std::make_shared<const target_parameters>(std::move(parameters));
  }
  return target{target_form::line, ip_address{}, 0, std::move(whole)};
}

bool read_attempt(const std::vector<std::string>& texts, std::size_t at, task_attempt& into) {
  const auto what = status_of(texts[at]);
  const auto why = reason_of(texts[at + 1]);
  std::int64_t took = 0;
  if (!what || !why || !read_whole(texts[at + 2], into.exit_code) ||
      !read_whole(texts[at + 3], into.signal) || !read_whole(texts[at + 4], took)) {
    return false;
  }
  into.status = *what;
  into.reason = *why;
  into.took = std::chrono::nanoseconds{took};
  return true;
}

}  // namespace

std::string pack(const std::vector<std::string>& texts) {
  std::string packed;
  for (const std::string& one : texts)
    packed += std::to_string(one.size()) + ':' + one;
  return packed;
}

std::optional<std::vector<std::string>> unpack(std::string_view packed) {
  std::vector<std::string> texts;
  while (!packed.empty()) {
    const std::size_t colon = packed.find(':');
    std::size_t size = 0;
    if (colon == packed.npos || !read_whole(packed.substr(0, colon), size)) return std::nullopt;
    packed.remove_prefix(colon + 1);
    if (size > packed.size()) return std::nullopt;
    texts.emplace_back(packed.substr(0, size));
    packed.remove_prefix(size);
  }
  return texts;
}

std::string pack_targets(const std::vector<target>& targets) {
  std::vector<std::string> texts;
  texts.reserve(targets.size());
  for (const target& one : targets)
    texts.push_back(text_of(one));
  return pack(texts);
}

std::optional<std::vector<target>> unpack_targets(std::string_view packed, std::string label) {
  auto texts = unpack(packed);
  if (!texts || texts->empty()) return std::nullopt;
  std::vector<target> targets;
  targets.reserve(texts->size());
  for (std::string& one : *texts)
    targets.push_back(line_of(std::move(one), std::exchange(label, {})));
  return targets;
}

std::string pack_attempts(const std::vector<task_attempt>& attempts) {
  std::vector<std::string> texts;
  for (const task_attempt& one : attempts) {
    texts.emplace_back(to_string(one.status));
    texts.emplace_back(to_string(one.reason));
    texts.push_back(std::to_string(one.exit_code));
    texts.push_back(std::to_string(one.signal));
    texts.push_back(std::to_string(one.took.count()));
  }
  return pack(texts);
}

std::optional<std::vector<task_attempt>> unpack_attempts(std::string_view packed) {
  constexpr std::size_t texts_each = 5;
  const auto texts = unpack(packed);
  if (!texts || texts->size() % texts_each != 0) return std::nullopt;
  std::vector<task_attempt> attempts(texts->size() / texts_each);
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    if (!read_attempt(*texts, i * texts_each, attempts[i])) return std::nullopt;
  }
  return attempts;
}

std::string pack_end(const job_end& how) {
  const auto since =
      std::chrono::duration_cast<std::chrono::nanoseconds>(how.when.time_since_epoch());
  return pack(
      {how.word, std::to_string(how.exit_code), how.problem, std::to_string(since.count())});
}

std::optional<job_end> unpack_end(std::string_view packed) {
  auto texts = unpack(packed);
  job_end how;
  std::int64_t since = 0;
  if (!texts || texts->size() != 4 || !read_whole((*texts)[1], how.exit_code) ||
      !read_whole((*texts)[3], since)) {
    return std::nullopt;
  }
  how.word = std::move((*texts)[0]);
  how.problem = std::move((*texts)[2]);
  how.when += std::chrono::duration_cast<std::chrono::system_clock::duration>(
      std::chrono::nanoseconds{since});
  return how;
}

void note_end_of(job_state& state, std::string_view note) {
  if (state.word != "running") return;
  const std::optional<job_end> how = unpack_end(note);
  if (!how) {
    state.word = "lost";
    state.problem = "its process was killed, or the machine went down";
    return;
  }
  state.word = how->word;
  state.exit_code = how->exit_code;
  state.problem = how->problem;
  state.ended = how->when;
}

std::optional<status> status_of(std::string_view word) {
  for (const status one : all_statuses) {
    if (to_string(one) == word) return one;
  }
  return std::nullopt;
}

std::optional<reason> reason_of(std::string_view word) {
  for (std::size_t i = 0; i < reason_count; ++i) {
    const auto one = static_cast<reason>(i);
    if (to_string(one) == word) return one;
  }
  return std::nullopt;
}

bool is_finished(const task_result& result) {
  if (result.status == status::cancelled) return false;
  if (result.status != status::skipped) return true;
  switch (result.reason) {
    case reason::interrupted:
    case reason::run_deadline:
    case reason::output_failed:
    case reason::too_many_failed:
    case reason::bad_target:
      return false;
    default:
      return true;
  }
}

}  // namespace muster
