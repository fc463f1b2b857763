#pragma once

#include "muster/task.hpp"
#include "record/field_visitor.hpp"

#include <vector>

namespace muster {

/// Every field that a task's record can have, as tables order them.
const std::vector<const field*>& task_fields();
/// Shows all that is known of a task. With `parse_json`, its output as `data`.
void show_task(const task_result& result, bool parse_json, field_visitor& visitor);

}  // namespace muster
