#pragma once

#include <string>
#include <vector>

namespace muster {

/// What is wrong with an argument that stands where a target would, but looks like the value of an
/// option or the name of a list, with the remedy. Empty when every argument may be a target, though
/// it need not be a good one.
std::string explain_stray_argument(const std::vector<std::string>& targets);

}  // namespace muster
