#pragma once

#include <cstddef>
#include <string>

namespace muster::codec {

/// Text on its way from an HTML element to a report, a byte at a time: character references are
/// decoded, white space is collapsed and trimmed, and the length is capped.
class html_text {
 public:
  explicit html_text(std::size_t bytes_max) : bytes_max_{bytes_max} {}

  void add(char c);
  /// No more text will come: what looked like the start of a character reference was none.
  void end();
  /// The cap was reached; nothing more is taken.
  bool full() const { return full_; }
  /// At most `bytes_max` bytes, never ending within a UTF-8 character. Bytes of the network: they
  /// need not be UTF-8, and control characters may be among them.
  const std::string& text() const { return text_; }

 private:
  void append(char c);
  void append_code_point(char32_t code_point);
  void cut_at_a_boundary();
  bool decode_reference();

  std::size_t bytes_max_;
  std::string text_;
  std::string reference_;  // "&", then what followed it so far; empty outside a reference.
  bool space_pending_ = false;
  bool full_ = false;
};

}  // namespace muster::codec
