#pragma once

#include "engine/scheduler.hpp"
#include "probe/kind.hpp"

#include <cstddef>

namespace muster {

/// What there are only so many of for probes, by the number that schedulers know it by.
enum scarce_line : std::size_t { descriptor_line, process_line };

/// The one that probes of a kind need; `scheduler::no_need` for those that need none.
template <class Client>
std::size_t scarce_line_of(probe_kind kind) {
  switch (description_of(kind).need()) {
    case scarce_need::descriptor:
      return descriptor_line;
    case scarce_need::process:
      return process_line;
    case scarce_need::nothing:
      break;
  }
  return scheduler<Client>::no_need;
}

}  // namespace muster
