#pragma once

#include <stdexcept>

namespace muster {

/// Bad usage found after parsing, such as a bad target under --strict.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace muster
