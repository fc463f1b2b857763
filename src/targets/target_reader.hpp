#pragma once

#include "muster/target_stream.hpp"
#include "targets/csv_record.hpp"
#include "targets/target_record.hpp"
#include "targets/target_source.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// What the readers of all sources of a stream have in common.
struct target_reader_context {
  target_parser_options parser;
  std::set<std::string> unknown_names;     ///< JSON members that were warned of already.
  std::set<target_column> unused_columns;  ///< Columns that were warned of already.
  std::function<void(const std::string&)> on_notice;
  std::size_t lines_left = 0;  ///< How many more may be read before others have their turn.

  static constexpr std::size_t unknown_names_max = 32;
};

/// Reads the ranges of targets that one source holds: lines of text, CSV or JSON.
class target_reader {
 public:
  enum class pull : std::uint8_t {
    range,  ///< The next range.
    bad,    ///< Something that should be a target, but isn't.
    wait,
    end,
    pause,  ///< No more lines may be read for now.
  };
  /// What was read.
  struct item {
    target_range range;
    target_diagnostic bad;
  };

  /// The context outlives the reader.
  target_reader(std::unique_ptr<target_source> source, input_format format,
                target_reader_context& context);

  pull next(item& out);
  /// See `target_source::awaited`.
  int awaited() const { return source_->awaited(); }

 private:
  pull read_line(const source_line& line, item& out);
  pull read_text(std::string_view text, item& out);
  pull read_json(std::string_view text, item& out);
  pull read_csv(std::string_view line, item& out);
  pull read_header(item& out);
  bool is_header(std::string_view line) const;
  pull take(parsed<target_range> range, item& out);
  pull bad(std::string message, item& out) const;
  void warn_of_unused(const record_values& values);
  void warn_of_unknown(const std::vector<std::string>& names, bool columns);

  std::unique_ptr<target_source> source_;
  target_reader_context& context_;
  input_format format_;
  csv_record_reader csv_;
  std::vector<std::optional<target_column>> columns_;  // Of CSV; empty before its header.
  std::vector<std::optional<std::string>> names_;      // Of those columns that rows keep.
  bool is_own_ = false;            // CSV that muster wrote, with the guard of csv_formula.hpp.
  std::uint64_t line_number_ = 0;  // Of the record at hand: of its first line.
  std::string line_text_;          // Likewise.
  bool is_first_ = true;           // No line with anything in it was read yet.
  bool is_dead_ = false;           // Without a header, nothing of CSV can be read.
};

/// The format that a file name's suffix tells: .csv, .json, .jsonl or .ndjson, else automatic.
input_format input_format_of_file(std::string_view path);

}  // namespace muster
