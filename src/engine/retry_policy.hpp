#pragma once

#include "muster/status.hpp"

#include <chrono>

namespace muster {

/// Whether another try may end otherwise: after silence, after a connection that broke, and after a
/// name server that failed. What the host, a router or this machine has said would be said again.
bool is_retried(status value, reason why);

/// The wait before retry number `retry`, from 1: `backoff`, doubled for each retry before it, up to
/// `sweep_options::backoff_max`.
std::chrono::nanoseconds wait_before(unsigned retry, std::chrono::nanoseconds backoff);

}  // namespace muster
