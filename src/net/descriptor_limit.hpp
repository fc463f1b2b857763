#pragma once

#include <cstddef>
#include <optional>

#include <sys/resource.h>

namespace muster {

/// Lets this process open as many descriptors as it may (RLIMIT_NOFILE).
void raise_descriptor_limit();

/// The limit that this process had before it was raised, for its children; nothing if it was not.
const std::optional<rlimit>& original_descriptor_limit();

/// How many connections this process may have open at once.
std::size_t descriptors_to_spare();

}  // namespace muster
