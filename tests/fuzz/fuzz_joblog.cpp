// Strategy: the bytes are a job log. Whole or in small pieces, it says the same. Then they are two
// texts: as keys they are told apart just if they differ, and a log that is written of them is read
// back.
#include "sink/json_text.hpp"
#include "store/job_log_reader.hpp"
#include "targets/task_key.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

muster::job_log_reader read(std::string_view command, std::string_view log, std::size_t piece) {
  muster::job_log_reader reader{command};
  for (std::size_t at = 0; at < log.size(); at += piece)
    reader.feed(log.substr(at, piece));
  reader.finish();
  return reader;
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  muster::append_json_string(out, text, text.size() * muster::key_growth_max + 1);
}

void write_and_read(std::string_view command, std::string_view text) {
  using reader = muster::job_log_reader;
  const std::string key = muster::printable_key(text);
  std::string log = "{";
  append_member(log, reader::command_member, muster::printable_key(command));
  log += "}\n{";
  append_member(log, reader::key_member, key);
  log += ',';
  append_member(log, reader::status_member, "up");
  log += '}';
  auto back = read(command, log, log.size());
  require(back.is_job_log() && !back.other_command());
  require(back.found().succeeded.size() == 1 && back.found().succeeded.contains(key));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  auto whole = read("echo {}", input, std::max<std::size_t>(size, 1));
  auto pieces = read("echo {}", input, 7);
  require(whole.is_job_log() == pieces.is_job_log());
  require(whole.other_command() == pieces.other_command());
  require(whole.found().succeeded == pieces.found().succeeded);

  const std::string_view one = input.substr(0, size / 2);
  const std::string_view other = input.substr(size / 2);
  require((muster::printable_key(one) == muster::printable_key(other)) == (one == other));
  write_and_read(one, other);
  return 0;
}
