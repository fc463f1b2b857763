// Strategy: a row has all columns, so each field moves on to its own column before it is written,
// and the row's end moves past the last. Cells are quoted only when RFC 4180 asks for it. Text from
// outside is kept from being a formula; numbers and words of our own are what they are.
#include "core/csv_formula.hpp"
#include "muster/printable.hpp"
#include "sink/csv_cell.hpp"
#include "sink/fields.hpp"
#include "sink/formats.hpp"
#include "sink/performance_text.hpp"

#include <array>
#include <utility>

namespace muster {

namespace {

/// Appends each field it visits to a CSV row, in its column.
class csv_visitor {
 public:
  csv_visitor(std::string& out, timestamp_writer& clock) : out_{out}, clock_{clock} {}

  void time(field name, std::chrono::system_clock::time_point value) {
    move_to(name);
    clock_.append(out_, value);
  }
  void word(field name, std::string_view value) {
    move_to(name);
    out_ += value;
  }
  void address(field name, ip_address value) {
    std::array<char, ip_address::text_bytes_max> text;
    const char* const end = value.write(text.data());
    word(name, {text.data(), static_cast<std::size_t>(end - text.data())});
  }
  void text(field name, std::string_view value) {
    move_to(name);
    std::string printable;
    append_printable(printable, value, field_bytes_max);
    guard_formula(printable);
    append_csv_cell(out_, printable);
  }
  void integer(field name, std::integral auto value) {
    move_to(name);
    append_integer(out_, value);
  }
  void integers(field name, const std::vector<int>& values) {
    move_to(name);
    const char* before = "";
    for (const int value : values) {
      out_ += std::exchange(before, " ");
      append_integer(out_, value);
    }
  }
  void milliseconds(field name, std::chrono::nanoseconds value) {
    move_to(name);
    append_milliseconds(out_, value);
  }
  void thousandths(field name, std::uint64_t value) {
    move_to(name);
    append_thousandths(out_, value);
  }
  void yes(field name) {
    move_to(name);
    out_ += "true";
  }
  void attempts(field name, const std::vector<probe_attempt>& tries) {
    integer(name, tries.size());
  }
  void performance(field name, const std::vector<performance_value>& values) {
    std::string plain;
    append_performance(plain, values);
    text(name, plain);
  }
  void end_row() {
    out_.append(field_count - 1 - column_, ',');
    out_ += '\n';
  }

 private:
  void move_to(field name) {
    const auto column = static_cast<std::size_t>(name);
    out_.append(column - column_, ',');
    column_ = column;
  }

  std::string& out_;
  timestamp_writer& clock_;
  std::size_t column_ = 0;
};

class csv_sink final : public file_sink {
 public:
  csv_sink(output_file file, std::string name) : file_sink{std::move(file), std::move(name)} {
    // A file that is gone on with has its header.
    if (file_.bytes() > 0) return;
    std::string& out = file_.buffer();
    for (const std::string_view column : field_names) {
      out += column;
      out += ',';
    }
    out.back() = '\n';
  }

  void write(const probe_result& result) override {
    csv_visitor visitor{file_.buffer(), clock_};
    visit_fields(result, visitor);
    visitor.end_row();
    file_.written();
  }

 private:
  timestamp_writer clock_;
};

}  // namespace

std::unique_ptr<sink> make_csv_sink(output_file file, std::string name) {
  return std::make_unique<csv_sink>(std::move(file), std::move(name));
}

}  // namespace muster
