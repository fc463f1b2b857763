#pragma once

#include "probe/spec_option.hpp"

#include <vector>

namespace muster {

/// The options that say what an HTTP answer is held against.
std::vector<spec_option> http_check_options();

}  // namespace muster
