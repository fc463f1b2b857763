#pragma once

#include "muster/target.hpp"

#include <string>

#include <sys/types.h>

namespace muster {

/// What is said of a process that is to end, but has become another user's.
std::string explain_unkillable(const target& subject, pid_t process);

}  // namespace muster
