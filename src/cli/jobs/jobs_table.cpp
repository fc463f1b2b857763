#include "cli/jobs/jobs_table.hpp"

#include "core/duration_text.hpp"
#include "muster/printable.hpp"
#include "record/numbers.hpp"
#include "sink/json_text.hpp"
#include "store/job_record.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::size_t command_bytes_max = 60;
constexpr std::size_t text_bytes_max = 64 * 1024;

std::string targets_of(const job_state& state) {
  if (!state.expected) return std::to_string(state.finished);
  return fmt::format("{}/{}", state.finished, *state.expected);
}

std::string local_time(std::chrono::system_clock::time_point value) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                     fmt::localtime(std::chrono::system_clock::to_time_t(value)));
}

std::string took_of(const job_state& state, std::chrono::system_clock::time_point now) {
  if (!state.ended && state.word != "running") return "";
  constexpr std::chrono::seconds exact_max{10};
  const auto took = state.ended.value_or(now) - state.began;
  return duration_text(took < exact_max ? took
                                        : std::chrono::duration_cast<std::chrono::seconds>(took));
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += fmt::format(",\"{}\":", name);
  append_json_string(out, text, text_bytes_max);
}

}  // namespace

job_view view_of(const job_directory& jobs, const std::string& name) {
  job_view view;
  view.name = name;
  view.log = jobs.log_of(name);
  // In this order: a job writes down its end before it lets its lock go.
  const job_holder holder = jobs.holder(name);
  view.process = holder.process;
  try {
    job_store store = job_store::look_at(jobs.database_of(name));
    view.state = store.state();
    view.command = store.description().command;
    if (!holder.running) note_end_of(view.state, jobs.note(name));
  } catch (const store_error& error) {
    view.state.word = error.damaged() ? "damaged" : "unknown";
    view.problem = error.what();
  }
  return view;
}

std::string render_jobs(const std::vector<job_view>& jobs,
                        std::chrono::system_clock::time_point now) {
  if (jobs.empty()) return {};
  std::size_t width = 4;
  for (const job_view& one : jobs)
    width = std::max(width, one.name.size());
  std::string out = fmt::format("{:<{}}  STATE    {:>13}  {:>7}  {:>7}  {:<19}  {:>8}  COMMAND\n",
                                "NAME", width, "TARGETS", "FAILED", "KEPT", "STARTED", "TOOK");
  for (const job_view& one : jobs) {
    if (!one.problem.empty()) {
      out += fmt::format("{:<{}}  {:<8} ", one.name, width, one.state.word);
      append_printable(out, one.problem, text_bytes_max);
      out += '\n';
      continue;
    }
    out += fmt::format("{:<{}}  {:<7}  {:>13}  {:>7}  {:>7}  {}  {:>8}  ", one.name, width,
                       one.state.word, targets_of(one.state), one.state.failed, one.state.kept,
                       local_time(one.state.began), took_of(one.state, now));
    append_printable(out, one.command, command_bytes_max);
    out += '\n';
  }
  return out;
}

std::string render_jobs_json(const std::vector<job_view>& jobs) {
  std::string out;
  timestamp_writer clock;
  for (const job_view& one : jobs) {
    const job_state& state = one.state;
    out += fmt::format("{{\"name\":\"{}\",\"state\":\"{}\"", one.name, state.word);
    if (one.process > 0) out += fmt::format(",\"process\":{}", one.process);
    if (!one.problem.empty()) {
      append_member(out, "problem", one.problem);
    } else {
      if (state.exit_code) out += fmt::format(",\"exit_code\":{}", *state.exit_code);
      out += ",\"started\":\"";
      clock.append(out, state.began);
      out += '"';
      if (state.ended) {
        out += ",\"ended\":\"";
        clock.append(out, *state.ended);
        out += '"';
      }
      if (state.expected) out += fmt::format(",\"targets\":{}", *state.expected);
      out += fmt::format(",\"finished\":{},\"failed\":{},\"kept\":{}", state.finished, state.failed,
                         state.kept);
      append_member(out, "command", one.command);
      if (!state.problem.empty()) append_member(out, "problem", state.problem);
    }
    append_member(out, "log", one.log);
    out += "}\n";
  }
  return out;
}

}  // namespace muster
