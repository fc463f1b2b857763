// Strategy: cells are written one after the other as they come, each quoted only when RFC 4180 asks
// for it, and the row's end puts them in the order of their columns.
#include "sink/csv_record.hpp"

#include "core/csv_formula.hpp"
#include "muster/printable.hpp"
#include "sink/json_text.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

void append_quoted(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

/// While it lives, what is appended to the text is the cell of a field.
class csv_record::place {
 public:
  place(csv_record& row, const field& name) : row_{row}, cell_{row.cells_[row.column_of(name)]} {
    cell_.begin = row.text_.size();
  }
  ~place() { cell_.end = row_.text_.size(); }
  place(const place&) = delete;
  place& operator=(const place&) = delete;

 private:
  csv_record& row_;
  cell& cell_;
};

csv_record::csv_record(const std::vector<const field*>& columns)
    : columns_{columns}, cells_{columns.size()} {}

std::size_t csv_record::column_of(const field& name) {
  const auto known = places_.find(&name);
  if (known != places_.end()) return known->second;
  const auto column = std::ranges::find(columns_, name.name(), &field::name);
  if (column == columns_.end()) {
    throw std::logic_error{"there is no column for " + std::string{name.name()}};
  }
  return places_[&name] = static_cast<std::size_t>(column - columns_.begin());
}

void csv_record::append_header(std::string& out) const {
  for (const field* const column : columns_) {
    out += column->name();
    out += ',';
  }
  out.back() = '\n';
}

void csv_record::append_row(std::string& out) {
  for (cell& one : cells_) {
    out.append(text_, one.begin, one.end - one.begin);
    out += ',';
    one = {};
  }
  out.back() = '\n';
  text_.clear();
}

void csv_record::append_cell(const field& name, std::string printable) {
  guard_formula(printable);
  const place here{*this, name};
  append_quoted(text_, printable);
}

void csv_record::time(const field& name, std::chrono::system_clock::time_point value) {
  const place here{*this, name};
  clock_.append(text_, value);
}

void csv_record::word(const field& name, std::string_view value) {
  const place here{*this, name};
  text_ += value;
}

void csv_record::text(const field& name, std::string_view value) {
  std::string printable;
  append_printable(printable, value, field_bytes_max);
  append_cell(name, std::move(printable));
}

void csv_record::lines(const field& name, std::string_view value) {
  std::string printable;
  append_printable_lines(printable, value);
  append_cell(name, std::move(printable));
}

void csv_record::texts(const field& name, const std::vector<std::string>& values) {
  std::string printable;
  const char* before = "";
  for (const std::string& value : values) {
    printable += std::exchange(before, "\n");
    append_printable_lines(printable, value);
  }
  append_cell(name, std::move(printable));
}

void csv_record::words(const field& name, const std::vector<std::string>& values) {
  std::string printable;
  const char* before = "";
  for (const std::string& value : values) {
    printable += std::exchange(before, " ");
    append_printable(printable, value, field_bytes_max);
  }
  append_cell(name, std::move(printable));
}

void csv_record::number(const field& name, std::uint64_t value) {
  const place here{*this, name};
  append_integer(text_, value);
}

void csv_record::integers(const field& name, const std::vector<int>& values) {
  const place here{*this, name};
  const char* before = "";
  for (const int value : values) {
    text_ += std::exchange(before, " ");
    append_integer(text_, value);
  }
}

void csv_record::real(const field& name, double value) {
  const place here{*this, name};
  fmt::format_to(std::back_inserter(text_), "{}", value);
}

void csv_record::milliseconds(const field& name, std::chrono::nanoseconds value) {
  const place here{*this, name};
  append_milliseconds(text_, value);
}

void csv_record::thousandths(const field& name, std::uint64_t value) {
  const place here{*this, name};
  append_thousandths(text_, value);
}

void csv_record::yes(const field& name) {
  const place here{*this, name};
  text_ += "true";
}

void csv_record::object(const field&, const std::function<void(field_visitor&)>& show) {
  show(*this);
}

void csv_record::objects(const field& name, std::size_t count, std::string_view plain,
                         const members&) {
  if (plain.empty()) return number(name, count);
  text(name, plain);
}

void csv_record::data(const field& name, const field& otherwise, const field& wrong,
                      std::string_view value) {
  std::string parsed;
  const std::string fault = append_json_value(parsed, value);
  if (fault.empty()) {
    const place here{*this, name};
    append_quoted(text_, parsed);
  } else {
    lines(otherwise, value);
    lines(wrong, fault);
  }
}

}  // namespace muster
