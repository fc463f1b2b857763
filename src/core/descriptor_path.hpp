#pragma once

#include <string>

namespace muster {

/// Whether `path` leads through a descriptor of a process, as /dev/stdin, /dev/fd/3 and links to
/// them do: where that is not open, it names nothing, or what another file is that got its number.
bool leads_through_descriptor(const std::string& path);

}  // namespace muster
