#pragma once

#include "core/parsed.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Splits a command line into words as a shell does (POSIX, 2.2 Quoting): at blanks, except within
/// single or double quotes and after a backslash. Nothing is expanded, as there is no shell; what
/// one would take for more than a word (`|`, `;`, `&`, `<`, `>`, `(`, `)`, `$`, a backquote) is an
/// error unless it is quoted. There is at least one word, and the first is not empty.
parsed<std::vector<std::string>> split_words(std::string_view text);

}  // namespace muster
