#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Reads records of CSV (RFC 4180) from the lines that they are written on; a quoted cell may hold
/// line ends, so a record may take several lines.
class csv_record_reader {
 public:
  enum class state : std::uint8_t {
    need_more,  ///< A cell's quotation is open at the end of the line.
    done,       ///< `cells()` is a whole record.
    error,      ///< `why()` says what is wrong; the next line begins a new record.
  };

  /// Takes a line without its newline; a carriage return at its end belongs to the line end.
  state feed(std::string_view line);
  /// No more lines will come: an error, if a record is open.
  state finish();

  /// True in the middle of a record.
  bool is_open() const { return quoted_; }
  const std::vector<std::string>& cells() const { return cells_; }
  const std::string& why() const { return why_; }

  /// The longest record, line ends included.
  static constexpr std::size_t record_bytes_max = 8 * 1024;
  static constexpr std::size_t cells_max = 256;

 private:
  state fail(std::string why);
  void begin();
  bool read_bare(std::string_view line, std::size_t& at);
  bool read_quoted(std::string_view line, std::size_t& at);

  std::vector<std::string> cells_;
  std::string why_;
  std::size_t bytes_ = 0;
  bool quoted_ = false;  // Within a quoted cell, at the end of a line.
};

}  // namespace muster
