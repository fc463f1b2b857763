#include "watch/watch_plan.hpp"

#include "core/stable_hash.hpp"

namespace muster {

std::uint64_t watch_check::identity() const { return stable_hash(group->name + '\n' + name); }

}  // namespace muster
