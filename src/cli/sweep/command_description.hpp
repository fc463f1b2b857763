#pragma once

#include "cli/sweep/sweep_arguments.hpp"
#include "store/checkpoint_record.hpp"

namespace muster {

/// All of a command line that decides which probes there are, in which order, and where their
/// results go. Files of targets are known by name, size and time of change.
checkpoint_record describe_command(const sweep_arguments& arguments);

/// What the seed of a random order is called there.
inline constexpr const char* seed_entry = "--seed";

}  // namespace muster
