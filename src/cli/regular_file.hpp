#pragma once

#include <string>

namespace muster {

/// Throws usage_error when what `path` names, the argument of `option`, is there and is no regular
/// file: a pipe or a device may have no end, or nobody who writes to it.
void need_regular_file(const char* option, const std::string& path);

}  // namespace muster
