#pragma once

#include "muster/plugin_output.hpp"
#include "record/field_visitor.hpp"

#include <string>
#include <vector>

namespace muster {

/// Appends performance data as plugins write them: `'a b'=1.5s;2;3;0;10 c=7`. Labels are raw bytes.
void append_performance(std::string& out, const std::vector<performance_value>& values);

/// Shows the values as objects, which are that text in a table.
void show_performance(const field& name, const std::vector<performance_value>& values,
                      field_visitor& visitor);

}  // namespace muster
