#pragma once

#include "codec/tls_session.hpp"
#include "muster/target.hpp"
#include "muster/tls_options.hpp"
#include "net/error_status.hpp"
#include "probe/prober.hpp"

#include <memory>

namespace muster {

/// What a probe of `subject` that connected to `address` begins TLS with: it asks for the name of
/// the options, else for the target's; a target without one is known by its address.
std::unique_ptr<codec::tls_session> make_tls_session(prober& shared, const tls_options& options,
                                                     const target& subject, ip_address address);

/// What is known of the peer; null while it has not said anything.
std::unique_ptr<tls_details> known_of_peer(const codec::tls_session& session);

/// What speaks against a peer that has done all that was asked of it: that its certificate, or one
/// of those above it, ends sooner than the options allow. `tls` is null where none was spoken.
outcome judge_certificate(const tls_options& options, const tls_details* tls);

}  // namespace muster
