#pragma once

#include "muster/sink.hpp"

#include <string>

namespace muster {

/// The format of what goes to a path, `-` for standard output: the one that its name says, or else
/// the one that is asked for. Throws std::invalid_argument when neither says any.
output_format format_of(const std::string& path, bool json, bool csv);

/// Whether a path is another name of standard output, where that is a file, or a pipe.
bool is_standard_output(const std::string& path);
/// Throws usage_error when `-o` names standard output, where results go anyway unless `quiet`.
void refuse_standard_output(const std::string& path, bool quiet);

/// Whether to colour what goes to this descriptor: a terminal, and NO_COLOR is not set.
bool wants_colour(int descriptor);

/// What is said of an output that failed.
std::string explain_unwritten(const record_output& failed);

}  // namespace muster
