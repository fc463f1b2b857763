#pragma once

#include "cli/commands.hpp"

#include <memory>

namespace muster {

std::unique_ptr<command> make_jobs_command();

}  // namespace muster
