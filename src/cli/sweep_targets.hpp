#pragma once

#include "cli/sweep_arguments.hpp"
#include "muster/target_stream.hpp"

#include <cstdint>
#include <string>

namespace muster {

/// The options of a stream of these targets, which says on standard error what is worth knowing.
/// Reads the exclude files. Throws usage_error or std::system_error.
target_stream_options stream_options_of(const target_arguments& arguments);
/// Says what is wrong with the bad target number `count`, from 1; after the first hundred, nothing.
void report_bad_target(const target_diagnostic& bad, std::uint64_t count);
/// Adds the arguments and those files that can be read twice: regular ones, so no pipes. Throws
/// std::system_error.
void add_repeatable_sources(target_stream& targets, const target_arguments& arguments);
/// Adds arguments and files, but not standard input. Throws std::system_error.
void add_sources(target_stream& targets, const target_arguments& arguments);
bool reads_standard_input(const target_arguments& arguments);

}  // namespace muster
