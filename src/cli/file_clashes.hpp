#pragma once

#include "cli/sweep/sweep_arguments.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// What an option names; paths that are empty don't count.
struct named_files {
  std::string_view option;
  std::vector<std::string> paths;
};

/// The files that targets are read from.
std::vector<named_files> files_read(const target_arguments& arguments);

/// Throws usage_error when a file that is to be written is also one to be read, or to be written in
/// another way: one would destroy the other.
void refuse_file_clashes(const std::vector<named_files>& read,
                         const std::vector<named_files>& written);

}  // namespace muster
