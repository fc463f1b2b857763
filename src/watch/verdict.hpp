#pragma once

#include "muster/result.hpp"
#include "watch/check_state.hpp"

namespace muster {

/// What a result says of the health of its target. Warnings are `degraded`: of plugins, of loss and
/// of round trips over the first bound, and of a certificate that ends soon. What was not asked, or
/// could not be for want of something here, says nothing.
health verdict_of(const probe_result& result);

}  // namespace muster
