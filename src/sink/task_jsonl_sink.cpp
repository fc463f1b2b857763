// Strategy: a task's record is as long as what the task wrote, which goes through the JSON
// library's escaping; the rest is short and built by hand.
#include "core/parsed.hpp"
#include "sink/json_text.hpp"
#include "sink/task_fields.hpp"
#include "sink/task_formats.hpp"

#include <utility>

namespace muster {
namespace {

class json_task_visitor {
 public:
  json_task_visitor(std::string& out, timestamp_writer& clock) : out_{out}, clock_{clock} {}

  void time(std::size_t field, std::chrono::system_clock::time_point value) {
    key(field);
    out_ += '"';
    clock_.append(out_, value);
    out_ += '"';
  }
  void word(std::size_t field, std::string_view value) {
    key(field);
    out_ += '"';
    out_ += value;
    out_ += '"';
  }
  void text(std::size_t field, std::string_view value) {
    key(field);
    append_json_string(out_, value, value.size() * utf8_growth_max);
  }
  void texts(std::size_t field, const std::vector<target>& targets) {
    key(field);
    char before = '[';
    for (const target& one : targets) {
      out_ += std::exchange(before, ',');
      const std::string value = text_of(one);
      append_json_string(out_, value, value.size() * utf8_growth_max);
    }
    out_ += ']';
  }
  void integer(std::size_t field, std::integral auto value) {
    key(field);
    append_integer(out_, value);
  }
  void milliseconds(std::size_t field, std::chrono::nanoseconds value) {
    key(field);
    append_milliseconds(out_, value);
  }
  void yes(std::size_t field) {
    key(field);
    out_ += "true";
  }
  void data(std::size_t field, std::size_t error_field, std::string_view value) {
    std::string parsed;
    const std::string wrong = append_json_value(parsed, value);
    if (wrong.empty()) {
      key(field);
      out_ += parsed;
    } else {
      text(task_field("output"), value);
      text(error_field, wrong);
    }
  }
  void attempts(std::size_t field, const std::vector<task_attempt>& tries) {
    key(field);
    char before = '[';
    for (const task_attempt& one : tries) {
      out_ += std::exchange(before, ',');
      out_ += "{\"status\":\"";
      out_ += to_string(one.status);
      out_ += '"';
      if (one.reason != reason::none) {
        out_ += ",\"reason\":\"";
        out_ += to_string(one.reason);
        out_ += '"';
      }
      if (one.exit_code >= 0) {
        out_ += ",\"exit_code\":";
        append_integer(out_, one.exit_code);
      }
      if (one.signal > 0) {
        out_ += ",\"signal\":";
        append_integer(out_, one.signal);
      }
      out_ += ",\"took_ms\":";
      append_milliseconds(out_, one.took);
      out_ += '}';
    }
    out_ += ']';
  }

 private:
  // A byte that is no UTF-8 becomes one character of three.
  static constexpr std::size_t utf8_growth_max = 3;

  void key(std::size_t field) {
    out_ += std::exchange(before_, ',');
    out_ += '"';
    out_ += task_field_names[field];
    out_ += "\":";
  }

  std::string& out_;
  timestamp_writer& clock_;
  char before_ = '{';
};

class task_jsonl_sink final : public task_file_sink {
 public:
  task_jsonl_sink(output_file file, std::string name, bool parse_json)
      : task_file_sink{std::move(file), std::move(name)}, parse_json_{parse_json} {}

  void write(const task_result& result) override {
    append_task_json(file_.buffer(), result, parse_json_, clock_);
    file_.written();
  }

 private:
  timestamp_writer clock_;
  bool parse_json_;
};

}  // namespace

void append_task_json(std::string& out, const task_result& result, bool parse_json,
                      timestamp_writer& clock) {
  json_task_visitor visitor{out, clock};
  visit_task_fields(result, parse_json, visitor);
  out += "}\n";
}

std::unique_ptr<task_sink> make_task_jsonl_sink(output_file file, std::string name,
                                                bool parse_json) {
  return std::make_unique<task_jsonl_sink>(std::move(file), std::move(name), parse_json);
}

}  // namespace muster
