#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::codec {

/// Gives `use` name and value of each of some header lines, which end in LF, as `http_response` has
/// them; until it returns false.
template <typename Use>
void for_each_header(std::string_view lines, Use&& use) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (!use(line.substr(0, colon), value)) return;
  }
}

/// Takes the lines of a response's head and keeps what is reported, and what says where its body
/// ends. Bounded. Lines that are no headers are skipped and counted.
class response_headers {
 public:
  /// Forgets everything; the memory is used again.
  void clear();
  /// The next line, without its end. One that begins with a blank goes on with the one before it
  /// (RFC 9112, 5.2).
  void add_line(std::string_view line);
  /// The next header, where they don't come as lines.
  void add(std::string_view name, std::string_view value);
  /// What came was no header.
  void skip() { ++bad_lines_; }
  /// There are no more lines.
  void end();
  /// Lines that were no headers: without a colon, with a name that is none, with control
  /// characters, or with a length that is no number.
  unsigned bad_lines() const { return bad_lines_; }

  // The values of headers, the first if there are several, without white space at their ends;
  // empty if absent.
  const std::string& server() const { return kept_[server_at].value; }
  const std::string& content_type() const { return kept_[content_type_at].value; }
  const std::string& location() const { return kept_[location_at].value; }
  const std::string& content_encoding() const { return kept_[content_encoding_at].value; }

  /// Whether `lines` is to have all of them, from here on.
  void keep_lines(bool keeps) { keeps_lines_ = keeps; }
  /// Of each its name, a colon, its value and LF. No longer than what was read.
  const std::string& lines() const { return lines_; }

  /// -1 if there is none.
  std::int64_t content_length() const { return content_length_; }
  /// Two lengths that differ.
  bool lengths_conflict() const { return lengths_conflict_; }
  /// The last transfer coding is `chunked`.
  bool chunked() const { return coding_ == coding::chunked; }
  /// It is another one than `chunked` and `identity`: the body lasts until the connection ends.
  bool coded_otherwise() const { return coding_ == coding::other; }
  /// What is said of the connection (RFC 9112, 9.3): that it ends with this response, or goes on.
  bool closes_connection() const { return closes_connection_; }
  bool keeps_connection() const { return keeps_connection_; }

 private:
  enum class coding : std::uint8_t { identity, chunked, other };
  // Those before `reported` are reported; the others are read and forgotten.
  enum place : std::size_t {
    server_at,
    content_type_at,
    location_at,
    content_encoding_at,
    reported,
    content_length_at = reported,
    transfer_encoding_at,
    connection_at,
    none,
  };
  struct kept_header {
    std::string value;
    bool seen = false;
  };

  static place place_of(std::string_view name);
  void begin_header(std::string_view name, std::string_view value);
  void append(std::string_view bytes);
  void take_length(std::string_view value);
  void take_codings(std::string_view value);
  void take_connection(std::string_view value);

  std::array<kept_header, reported> kept_;
  std::string lines_;
  bool keeps_lines_ = false;
  std::string value_;  // Of the framing header whose lines are being read.
  place current_ = none;
  bool may_fold_ = false;
  bool overflowed_ = false;
  bool lengths_conflict_ = false;
  bool closes_connection_ = false;
  bool keeps_connection_ = false;
  coding coding_ = coding::identity;
  unsigned bad_lines_ = 0;
  std::int64_t content_length_ = -1;
};

}  // namespace muster::codec
