#pragma once

#include "store/job_log_reader.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace muster {

/// What the runs of this command have come to by the job log at `path`; nothing when there is no
/// such log yet and this run, whose log is `appended_to` or else that one, begins it. `command` is
/// a `command_identity`. Throws std::system_error when it can't be read, and usage_error when it is
/// no job log, of another command, or not there.
std::optional<logged_run> read_earlier_run(const std::string& path, const std::string& appended_to,
                                           std::string_view command);

}  // namespace muster
