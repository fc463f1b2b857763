#pragma once

#include "muster/tls_details.hpp"

#include <chrono>

// OpenSSL's STACK_OF(X509), of which its headers of types say nothing.
struct stack_st_X509;

namespace muster::codec {

/// What the certificates say that a peer has sent, or those that were found to belong to them.
/// Nothing is believed for it. Bounded, whatever they hold.
void describe_chain(tls_details& details, const stack_st_X509& chain);

/// Until the first of the chain ends, as seen at `now`.
int days_left(const tls_details& details, std::chrono::system_clock::time_point now);

}  // namespace muster::codec
