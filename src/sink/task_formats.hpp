#pragma once

#include "muster/task_sink.hpp"
#include "sink/formats.hpp"

#include <memory>
#include <string>

namespace muster {

using task_file_sink = basic_file_sink<task_sink>;

std::unique_ptr<task_sink> make_task_text_sink(output_file file, output_file* errors,
                                               std::string name, const task_format& options);

}  // namespace muster
