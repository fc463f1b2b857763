// Strategy: JSON lines, as targets may be any text. A first line for each run names its command, so
// that a log is not gone on with by another one by mistake.
#include "store/job_log.hpp"

#include "core/utf8.hpp"
#include "sink/json_text.hpp"
#include "store/job_log_reader.hpp"
#include "targets/task_key.hpp"

#include <cerrno>
#include <fstream>

#include <fmt/format.h>

#include <fcntl.h>

namespace muster {
namespace {

int open_log(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0) throw std::system_error{errno, std::generic_category(), path};
  return file;
}

/// Whether the file ends in the middle of a line.
bool is_cut_off(const std::string& path) {
  std::ifstream file{path, std::ios::binary | std::ios::ate};
  if (!file || file.tellg() <= 0) return false;
  file.seekg(-1, std::ios::end);
  return file.get() != '\n';
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += fmt::format(",\"{}\":", name);
  append_json_string(out, text, text.size() * key_growth_max + 1);
}

}  // namespace

job_log::job_log(const std::string& path, std::string_view command)
    : path_{path}, file_{open_log(path), true} {
  std::string& out = file_.buffer();
  if (is_cut_off(path)) out += '\n';
  begin_line(out, std::chrono::system_clock::now());
  append_member(out, job_log_reader::command_member, printable_key(command));
  out += "}\n";
  file_.flush();
  if (file_.error()) throw std::system_error{file_.error(), path};
}

void job_log::begin_line(std::string& out, std::chrono::system_clock::time_point when) {
  out += "{\"time\":\"";
  clock_.append(out, when);
  out += '"';
}

void job_log::note(const task_result& result, const std::vector<std::string>& found) {
  for (const std::string& text : found) {
    begin_line(notes_, result.finished);
    if (is_utf8(text)) {
      append_member(notes_, job_log_reader::found_member, text);
    } else {
      notes_ += fmt::format(",\"{}\":\"", job_log_reader::found_bytes_member);
      for (const char c : text)
        notes_ += fmt::format("{:02x}", static_cast<unsigned char>(c));
      notes_ += '"';
    }
    notes_ += "}\n";
  }
  for (const target& one : result.targets) {
    begin_line(notes_, result.finished);
    notes_ += fmt::format(",\"{}\":{}", job_log_reader::task_member, result.sequence + 1);
    append_member(notes_, job_log_reader::key_member, task_key(one));
    append_member(notes_, job_log_reader::status_member, to_string(result.status));
    if (result.reason != reason::none) append_member(notes_, "reason", to_string(result.reason));
    if (result.process.exit_code >= 0) {
      notes_ += fmt::format(",\"exit_code\":{}", result.process.exit_code);
    }
    if (result.process.signal > 0) notes_ += fmt::format(",\"signal\":{}", result.process.signal);
    if (result.process.started) {
      notes_ += ",\"started\":\"";
      clock_.append(notes_, result.process.began);
      notes_ += "\",\"took_ms\":";
      append_milliseconds(notes_, result.process.took);
    }
    notes_ += "}\n";
  }
}

void job_log::note_length(std::string_view path, std::uint64_t bytes) {
  std::string& out = file_.buffer();
  begin_line(out, std::chrono::system_clock::now());
  append_member(out, job_log_reader::file_member, path);
  out += fmt::format(",\"{}\":{}}}\n", job_log_reader::bytes_member, bytes);
}

void job_log::flush() {
  file_.buffer() += notes_;
  notes_.clear();
  file_.flush();
}

}  // namespace muster
