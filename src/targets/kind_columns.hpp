#pragma once

#include <functional>
#include <string>
#include <vector>

namespace muster {

/// A column that says how the probes of one kind are made for a target.
struct kind_column {
  std::string name;
  /// One socket serves all targets, so it can't be set for one of them.
  bool is_of_socket = false;
  /// What is wrong with a value; empty when nothing is.
  std::function<std::string(const std::string& text)> check;
};

/// Those of all kinds. The kinds describe them, in the layer of the probes; here they are only
/// names, and texts that are right or wrong.
const std::vector<kind_column>& kind_columns();

}  // namespace muster
