#include "probe/tls_peer.hpp"

#include <string>
#include <utility>

namespace muster {

std::unique_ptr<codec::tls_session> make_tls_session(prober& shared, const tls_options& options,
                                                     std::string_view host, ip_address address,
                                                     const std::vector<std::string>& protocols) {
  codec::tls_session::peer_identity peer{.name = options.server_name, .address = address};
  if (peer.name.empty()) peer.name = host;
  return std::make_unique<codec::tls_session>(shared.tls(options), peer, protocols);
}

std::unique_ptr<tls_details> known_of_peer(const codec::tls_session& session) {
  auto known = std::make_unique<tls_details>(session.details());
  const bool is_any = !known->version.empty() || !known->chain.empty() || !known->error.empty();
  return is_any ? std::move(known) : nullptr;
}

outcome judge_certificate(const tls_options& options, const tls_details* tls) {
  const auto& days = options.expires_in_days;
  if (days && tls && tls->days_left < static_cast<int>(*days)) {
    return {status::mismatch, reason::certificate_expires_soon};
  }
  return {};
}

}  // namespace muster
