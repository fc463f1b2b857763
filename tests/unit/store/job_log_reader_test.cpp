#include "store/job_log_reader.hpp"

#include "support/catch.hpp"
#include "support/split_feed.hpp"
#include "targets/task_key.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <fmt/format.h>

using namespace muster;

namespace {

const std::string head = R"({"time":"2026-01-01T00:00:00.000000Z","command":"echo {}"})"
                         "\n";

std::string line(const std::string& key, const std::string& status) {
  return R"({"task":1,"key":")" + key + R"(","status":")" + status + "\"}\n";
}

/// The keys of those that succeeded, in order, or why the log is not gone on with.
std::string read_pieces(test::pieces input) {
  job_log_reader reader{"echo {}"};
  for (const std::string_view piece : input)
    reader.feed(piece);
  reader.finish();
  if (reader.other_command()) return "of another command: " + *reader.other_command();
  if (!reader.is_job_log()) return "no job log";
  std::string found;
  for (const auto& [key, count] : std::map<std::string, std::uint64_t>(
           reader.found().succeeded.begin(), reader.found().succeeded.end()))
    found += key + (count == 1 ? " " : fmt::format("*{} ", count));
  return found;
}

std::string read(const std::string& log) { return test::split_feed(log, read_pieces); }

target line_of(std::string text, target_parameters row = {}) {
  target_text whole;
  whole.text = std::move(text);
  whole.parameters = std::make_shared<const target_parameters>(std::move(row));
  return target{target_form::line, ip_address{}, 0, std::move(whole)};
}

}  // namespace

TEST_CASE("of a job log those targets count that succeeded, in whichever run of the command") {
  CHECK(read(head + line("a", "up") + line("b", "mismatch") + head + line("c", "up")) == "a c ");
  CHECK(read(head + line("a", "mismatch") + line("a", "up")) == "a ");
  CHECK(read(head) == "");
  CHECK(read(head + R"({"status":"up","key":"\u00e9\\x01"})") == "\u00e9\\x01 ");
}

TEST_CASE("lines that say nothing of use are passed over") {
  CHECK(read("\n[1]\nnonsense\n\x80{}\n" + head + line("a", "up")) == "a ");
  CHECK(read(head +
             R"({"key":"a"})"
             "\n"
             R"({"status":"up"})"
             "\n" +
             line("b", "UP")) == "");
  CHECK(read(head +
             R"({"key":["a"],"status":"up"})"
             "\n" +
             line("b", "up")) == "b ");
  CHECK(read(head +
             R"({"key":"a","status":true})"
             "\n" +
             std::string(100, '[') + "\n") == "");
}

TEST_CASE("a log that was cut off anywhere has what its whole lines say") {
  const std::string log = head + line("a", "up") + line("b", "up");
  const auto at = [&log](std::size_t size) {
    const std::string_view cut[] = {std::string_view{log}.substr(0, size)};
    return read_pieces(test::pieces{cut});
  };
  const std::size_t second = head.size() + line("a", "up").size();
  for (std::size_t size = 0; size <= log.size(); ++size) {
    CAPTURE(size);
    // Only the newline may be missing.
    CHECK(at(size) == (size < head.size() - 1  ? "no job log"
                       : size < second - 1     ? ""
                       : size < log.size() - 1 ? "a "
                                               : "a b "));
  }
}

TEST_CASE("a line that is too long is passed over, and the next one is not") {
  job_log_reader reader{"echo {}"};
  reader.feed(head + R"({"key":")");
  const std::string more(1024 * 1024, 'a');
  for (std::size_t fed = 0; fed <= job_log_reader::line_bytes_max; fed += more.size())
    reader.feed(more);
  reader.feed("\",\"status\":\"up\"}\n" + line("b", "up"));
  reader.finish();
  CHECK(reader.found().succeeded == std::unordered_map<std::string, std::uint64_t>{{"b", 1}});
}

TEST_CASE("a log of another command is not looked at any further") {
  const std::string other = R"({"command":"rm {}"})"
                            "\n";
  CHECK(read(other + line("a", "up")) == "of another command: rm {}");
  CHECK(read(head + line("a", "up") + other + head) == "of another command: rm {}");
  CHECK(read(R"({"command":"echo"})") == "of another command: echo");
  CHECK(read("") == "no job log");
  CHECK(read(line("a", "up")) == "no job log");
}

TEST_CASE("the command of a log may have any bytes") {
  const std::string command = "printf \\x \x01\xff";
  job_log_reader reader{command};
  reader.feed(R"({"command":"printf \\\\x \\x01\\xff"})");
  reader.finish();
  CHECK(reader.is_job_log());
}

TEST_CASE("the key of a task is printable, and tells its text and its columns") {
  CHECK(task_key(line_of("a b")) == "a b");
  CHECK(task_key(line_of("a\tb\\\xff")) == "a\\x09b\\\\\\xff");
  target_parameters row;
  row.columns = {{"x", "1=2"}, {"y\\", ""}};
  CHECK(task_key(line_of("a", row)) == "a\\tx\\=1=2\\ty\\\\\\=");
}

TEST_CASE("texts that look alike have keys of their own") {
  CHECK(printable_key("\x01") != printable_key("\\x01"));
  CHECK(printable_key("\\") != printable_key("\\\\"));
  CHECK(printable_key("\xc2\x85") != printable_key("\\u{0085}"));
  target_parameters row;
  row.columns = {{"x", "1"}};
  CHECK(task_key(line_of("a", row)) != task_key(line_of("a\\tx\\=1")));
  CHECK(task_key(line_of("a", row)) != task_key(line_of("a\tx=1")));
}
