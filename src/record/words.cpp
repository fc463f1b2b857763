#include "record/words.hpp"

#include "muster/printable.hpp"

namespace muster {

void append_word(std::string& out, std::string_view word) {
  if (!out.empty()) out += ' ';
  out += word;
}

void append_untrusted(std::string& out, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return;
  if (!out.empty()) out += ' ';
  append_printable(out, text, bytes_max);
}

void append_quoted(std::string& out, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return;
  append_word(out, "\"");
  append_printable(out, text, bytes_max);
  out += '"';
}

void append_bracketed(std::string& out, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return;
  append_word(out, "(");
  append_printable(out, text, bytes_max);
  out += ')';
}

}  // namespace muster
