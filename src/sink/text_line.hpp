#pragma once

#include "muster/result.hpp"

#include <string>

namespace muster {

/// Appends the line that the text format has for a result, safe for a terminal.
void append_text_line(std::string& out, const probe_result& result, bool colour);

}  // namespace muster
