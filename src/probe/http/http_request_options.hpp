#pragma once

#include "probe/spec_option.hpp"

#include <vector>

namespace muster {

/// The options that say what an HTTP request is like.
std::vector<spec_option> http_request_options();

}  // namespace muster
