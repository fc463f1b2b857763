#pragma once

#include "codec/tls_session.hpp"
#include "muster/tls_options.hpp"
#include "net/error_status.hpp"
#include "probe/prober.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// What a probe of `host` that connected to `address` begins TLS with: it asks for the name of the
/// options, else for the host's; one without a name is known by its address. `protocols`: what is
/// spoken in it (RFC 7301).
std::unique_ptr<codec::tls_session> make_tls_session(
    prober& shared, const tls_options& options, std::string_view host, ip_address address,
    const std::vector<std::string>& protocols = {});

/// What is known of the peer; null while it has not said anything.
std::unique_ptr<tls_details> known_of_peer(const codec::tls_session& session);

/// What speaks against a peer that has done all that was asked of it: that its certificate, or one
/// of those above it, ends sooner than the options allow. `tls` is null where none was spoken.
outcome judge_certificate(const tls_options& options, const tls_details* tls);

}  // namespace muster
