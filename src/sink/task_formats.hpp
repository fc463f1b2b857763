#pragma once

#include "muster/task_sink.hpp"
#include "sink/formats.hpp"
#include "sink/numbers.hpp"

#include <memory>
#include <string>

namespace muster {

using task_file_sink = basic_file_sink<task_sink>;

/// Appends a task's record as a JSON line.
void append_task_json(std::string& out, const task_result& result, bool parse_json,
                      timestamp_writer& clock);

std::unique_ptr<task_sink> make_task_jsonl_sink(output_file file, std::string name,
                                                bool parse_json);
/// Writes the header row at once.
std::unique_ptr<task_sink> make_task_csv_sink(output_file file, std::string name, bool parse_json);
std::unique_ptr<task_sink> make_task_text_sink(output_file file, output_file* errors,
                                               std::string name, const task_format& options);

}  // namespace muster
