// Strategy: a row has all columns, so each field is put into its own, and the row is written when
// all are there.
#include "core/csv_formula.hpp"
#include "muster/printable.hpp"
#include "sink/csv_cell.hpp"
#include "sink/json_text.hpp"
#include "sink/task_fields.hpp"
#include "sink/task_formats.hpp"

#include <array>
#include <utility>

namespace muster {
namespace {

class csv_task_visitor {
 public:
  explicit csv_task_visitor(timestamp_writer& clock) : clock_{clock} {}

  void time(std::size_t field, std::chrono::system_clock::time_point value) {
    clock_.append(cells_[field], value);
  }
  void word(std::size_t field, std::string_view value) { cells_[field] = value; }
  void text(std::size_t field, std::string_view value) {
    append_printable_lines(cells_[field], value);
    guard_formula(cells_[field]);
  }
  void texts(std::size_t field, const std::vector<target>& targets) {
    const char* before = "";
    for (const target& one : targets) {
      cells_[field] += std::exchange(before, "\n");
      append_printable_lines(cells_[field], text_of(one));
    }
    guard_formula(cells_[field]);
  }
  void integer(std::size_t field, std::integral auto value) {
    append_integer(cells_[field], value);
  }
  void milliseconds(std::size_t field, std::chrono::nanoseconds value) {
    append_milliseconds(cells_[field], value);
  }
  void yes(std::size_t field) { cells_[field] = "true"; }
  void data(std::size_t field, std::size_t error_field, std::string_view value) {
    const std::string wrong = append_json_value(cells_[field], value);
    if (wrong.empty()) return;
    text(task_field("output"), value);
    cells_[error_field] = wrong;
  }
  void attempts(std::size_t field, const std::vector<task_attempt>& tries) {
    append_integer(cells_[field], tries.size());
  }
  void append_row(std::string& out) const {
    for (const std::string& cell : cells_) {
      append_csv_cell(out, cell);
      out += ',';
    }
    out.back() = '\n';
  }

 private:
  std::array<std::string, task_field_count> cells_;
  timestamp_writer& clock_;
};

class task_csv_sink final : public task_file_sink {
 public:
  task_csv_sink(output_file file, std::string name, bool parse_json)
      : task_file_sink{std::move(file), std::move(name)}, parse_json_{parse_json} {
    if (file_.bytes() > 0) return;  // a file that is gone on with has it
    std::string& out = file_.buffer();
    for (const std::string_view column : task_field_names) {
      out += column;
      out += ',';
    }
    out.back() = '\n';
  }

  void write(const task_result& result) override {
    csv_task_visitor visitor{clock_};
    visit_task_fields(result, parse_json_, visitor);
    visitor.append_row(file_.buffer());
    file_.written();
  }

 private:
  timestamp_writer clock_;
  bool parse_json_;
};

}  // namespace

std::unique_ptr<task_sink> make_task_csv_sink(output_file file, std::string name, bool parse_json) {
  return std::make_unique<task_csv_sink>(std::move(file), std::move(name), parse_json);
}

}  // namespace muster
