#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

// What the text format puts together for people.

/// Appends a word of our own, after a space if there is something before it.
void append_word(std::string& out, std::string_view word);
/// The same for text from outside, made safe for a terminal; nothing when there is none.
void append_untrusted(std::string& out, std::string_view text, std::size_t bytes_max);

/// The same in quotation marks, and in brackets.
void append_quoted(std::string& out, std::string_view text, std::size_t bytes_max);
void append_bracketed(std::string& out, std::string_view text, std::size_t bytes_max);

}  // namespace muster
