#pragma once

#include "record/field_visitor.hpp"
#include "record/numbers.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace muster {

/// Puts each field that it is shown into its column of a row of CSV, in whatever order they come.
/// Text from outside is kept from being a formula; numbers and words of our own are what they are.
class csv_record final : public field_visitor {
 public:
  /// The columns in their order. A field that has the name of another shares its column.
  explicit csv_record(const std::vector<const field*>& columns);

  void append_header(std::string& out) const;
  /// Appends the row of what was shown since the last one.
  void append_row(std::string& out);

  void time(const field& name, std::chrono::system_clock::time_point value) override;
  void word(const field& name, std::string_view value) override;
  void text(const field& name, std::string_view value) override;
  void lines(const field& name, std::string_view value) override;
  void texts(const field& name, const std::vector<std::string>& values) override;
  void words(const field& name, const std::vector<std::string>& values) override;
  void integers(const field& name, const std::vector<int>& values) override;
  void real(const field& name, double value) override;
  void milliseconds(const field& name, std::chrono::nanoseconds value) override;
  void thousandths(const field& name, std::uint64_t value) override;
  void yes(const field& name) override;
  void object(const field& name, const std::function<void(field_visitor&)>& show) override;
  void objects(const field& name, std::size_t count, std::string_view plain,
               const members& show) override;
  void data(const field& name, const field& otherwise, const field& wrong,
            std::string_view value) override;

 private:
  /// Where in `text_` a cell of the row is.
  struct cell {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  class place;

  void number(const field& name, std::uint64_t value) override;
  void append_cell(const field& name, std::string printable);
  std::size_t column_of(const field& name);

  std::vector<const field*> columns_;
  std::unordered_map<const field*, std::size_t> places_;
  std::vector<cell> cells_;
  std::string text_;  // of the cells, one after the other as they came
  timestamp_writer clock_;
};

}  // namespace muster
