#pragma once

#include "cli/commands.hpp"

#include <memory>

namespace muster {

/// `muster watch`: checks that are made again and again, and what changes.
std::unique_ptr<command> make_watch_command();

}  // namespace muster
