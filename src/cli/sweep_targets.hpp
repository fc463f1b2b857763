#pragma once

#include "cli/sweep/sweep_arguments.hpp"
#include "muster/target_stream.hpp"

namespace muster {

/// The options by which lines of these targets are read, whatever is then done with them.
target_stream_options reading_options_of(const target_arguments& arguments);
/// The options of a stream of these targets, which says on standard error what is worth knowing.
/// Reads the exclude files. Throws usage_error or std::system_error.
target_stream_options stream_options_of(const target_arguments& arguments);
bool reads_standard_input(const target_arguments& arguments);

}  // namespace muster
