// Strategy: JSON lines, as targets may be any text. A first line for each run names its command, so
// that a log is not gone on with by another one by mistake.
#include "cli/job_log.hpp"

#include "cli/usage_error.hpp"
#include "core/command_template.hpp"
#include "core/json_record.hpp"
#include "core/parsed.hpp"
#include "muster/printable.hpp"
#include "sink/json_text.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::string_view command_member = "command";
constexpr std::string_view key_member = "key";
constexpr std::string_view status_member = "status";
// The longest escape of a byte, in a key and then in JSON.
constexpr std::size_t growth_max = 12;

void append_escaped(std::string& out, std::string_view text) {
  std::string doubled;
  for (const char c : text) {
    if (c == '\\') doubled += '\\';
    doubled += c;
  }
  if (!doubled.empty()) append_printable(out, doubled, doubled.size() * growth_max);
}

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
  append_json_string(out, text, text.size() * growth_max + 1);
}

const std::string* find(const std::vector<json_member>& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &json_member::name);
  return found == members.end() ? nullptr : &found->value;
}

}  // namespace

std::string task_key(const target& subject) {
  std::string key;
  append_escaped(key, text_of(subject));
  if (const target_parameters* row = subject.parameters()) {
    for (const auto& [name, value] : row->columns) {
      key += "\\t";
      append_escaped(key, name);
      key += "\\=";
      append_escaped(key, value);
    }
  }
  return key;
}

std::unordered_set<std::string> read_succeeded(const std::string& path, std::string_view command) {
  std::ifstream file{path};
  struct stat about {};
  if (!file || ::stat(path.c_str(), &about) != 0 || S_ISDIR(about.st_mode)) {
    throw std::system_error{file ? EISDIR : errno, std::generic_category(), "--resume: " + path};
  }
  std::unordered_set<std::string> keys;
  bool known = false;
  for (std::string line; std::getline(file, line);) {
    const auto members = parse_json_record(line);
    if (!members) continue;
    if (const std::string* other = find(*members, command_member)) {
      std::string own;
      append_escaped(own, command);
      if (*other != own) {
        throw usage_error{
            fmt::format("--resume: {} is of another command: {}", path, excerpt(*other))};
      }
      known = true;
    }
    const std::string* const key = find(*members, key_member);
    const std::string* const outcome = find(*members, status_member);
    if (key && outcome && *outcome == to_string(status::up)) keys.insert(*key);
  }
  if (!known && about.st_size > 0) throw usage_error{"--resume: " + path + " is not a job log"};
  return keys;
}

job_log::job_log(const std::string& path, std::string_view command)
    : path_{path}, file_{open_log(path), true} {
  std::string& out = file_.buffer();
  if (is_cut_off(path)) out += '\n';
  out += "{\"time\":\"";
  clock_.append(out, std::chrono::system_clock::now());
  out += '"';
  std::string text;
  append_escaped(text, command);
  append_member(out, command_member, text);
  out += "}\n";
  file_.flush();
  if (file_.error()) throw std::system_error{file_.error(), path};
}

void job_log::note(const task_result& result) {
  for (const target& one : result.targets) {
    std::string& out = file_.buffer();
    out += "{\"time\":\"";
    clock_.append(out, result.finished);
    out += fmt::format("\",\"task\":{}", result.sequence + 1);
    append_member(out, key_member, task_key(one));
    append_member(out, status_member, to_string(result.status));
    if (result.reason != reason::none) append_member(out, "reason", to_string(result.reason));
    if (result.process.exit_code >= 0) {
      out += fmt::format(",\"exit_code\":{}", result.process.exit_code);
    }
    if (result.process.signal > 0) out += fmt::format(",\"signal\":{}", result.process.signal);
    if (result.process.started) {
      out += ",\"started\":\"";
      clock_.append(out, result.process.began);
      out += "\",\"took_ms\":";
      append_milliseconds(out, result.process.took);
    }
    out += "}\n";
    file_.flush();
  }
}

}  // namespace muster
