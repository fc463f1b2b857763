#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

/// Splits bytes that arrive in pieces into lines, each of which ends in a newline or, where that is
/// asked for, in another byte. Holds at most the bytes of one `append` and one line of
/// `line_bytes_max`, if all lines are taken before more is appended.
class line_splitter {
 public:
  enum class pull : std::uint8_t {
    line,      ///< A whole line.
    overlong,  ///< The start of a line that is too long; the rest of it is dropped.
    wait,      ///< No whole line is there: append more.
    end,       ///< Nothing any more.
  };

  explicit line_splitter(std::size_t line_bytes_max, char line_end = '\n')
      : line_bytes_max_{line_bytes_max}, line_end_{line_end} {}

  void append(std::string_view bytes);
  /// No more bytes will come; what is left is the last line.
  void finish() { finished_ = true; }
  bool is_finished() const { return finished_; }

  /// Gives the next line without its end. `line` is valid until the next call of any function
  /// that is not const.
  pull next(std::string_view& line);
  /// The number of the line given last, from 1.
  std::uint64_t number() const { return number_; }
  char line_end() const { return line_end_; }
  /// How much memory the bytes take.
  std::size_t capacity_bytes() const { return buffer_.capacity(); }

 private:
  pull take(std::size_t end, std::size_t next_start, std::string_view& line);

  std::size_t line_bytes_max_;
  char line_end_;
  std::string buffer_;
  std::size_t start_ = 0;    // Where the next line begins.
  std::size_t scanned_ = 0;  // No line end lies between start_ and here.
  std::uint64_t number_ = 0;
  bool skipping_ = false;  // Within an overlong line that was reported already.
  bool finished_ = false;
};

}  // namespace muster
