#pragma once

#include "muster/plugin_output.hpp"
#include "sink/line_buffer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Appends performance data as plugins write them: `'a b'=1.5s;2;3;0;10 c=7`. Labels are raw bytes.
void append_performance(std::string& out, const std::vector<performance_value>& values);

/// The same as a JSON array of objects; `append_text` appends untrusted text as a JSON string.
void append_performance_json(line_buffer& out, const std::vector<performance_value>& values,
                             void (*append_text)(line_buffer&, std::string_view));

}  // namespace muster
