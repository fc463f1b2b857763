#pragma once

#include "cli/sweep_arguments.hpp"

namespace muster {

/// Throws usage_error when a file that is to be written is also one to be read, or to be written in
/// another way: one would destroy the other.
void refuse_file_clashes(const sweep_arguments& arguments);

}  // namespace muster
