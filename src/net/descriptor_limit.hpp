#pragma once

#include "muster/semaphore.hpp"

#include <cstddef>
#include <optional>

#include <asio/io_context.hpp>

#include <sys/resource.h>

namespace muster {

/// Lets this process open as many descriptors as it may (RLIMIT_NOFILE).
void raise_descriptor_limit();

/// The limit that this process had before it was raised, for its children; nothing if it was not.
const std::optional<rlimit>& original_descriptor_limit();

/// How many connections this process may have open at once.
std::size_t descriptors_to_spare();

/// So many permits, for all that run on this io_context: they are served in the order in which they
/// ask.
semaphore& shared_descriptors(asio::io_context& context);

}  // namespace muster
