#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace muster {

/// Replaces the file at `path`, or creates it, so that whoever reads it, even after this machine
/// has lost its power, finds the old text whole or the new text whole. When it fails, the old file
/// is as it was.
std::error_code replace_file(const std::string& path, std::string_view text);

}  // namespace muster
