#include "probe/tls/tls_probe.hpp"

#include "muster/probe/tls.hpp"
#include "probe/host_lookup.hpp"
#include "probe/target_spec.hpp"
#include "probe/tls_peer.hpp"

#include <memory>
#include <utility>

namespace muster {

job tls_probe(job_scope&, prober& shared, probe_request request) {
  const target_spec<tls_spec> spec{request.subject, *request.spec};
  probe_deadline whole{shared.deadlines(), shared.limit(request.subject)};
  host_lookup lookup{shared, request.subject, whole};
  if (const outcome failure = co_await lookup; failure.status != status::up) {
    shared.deliver(request, failure);
    co_return;
  }
  endpoint to{lookup.address(), request.port(), request.subject.scope()};
  byte_stream peer = shared.open_stream(whole);
  const auto connected = co_await lookup.connect(peer, to);
  outcome what = shared.connect_outcome(connected);
  if (what.status != status::up) {
    shared.deliver(request, to.address, what, connected.took);
    co_return;
  }
  peer.stamp_arrivals();
  peer.begin_tls(make_tls_session(shared, spec->tls, request.subject.host(), to.address));
  const auto secured = co_await peer.handshake();
  what = shared.handshake_outcome(secured, peer);

  auto details = std::make_unique<tls_probe_details>();
  details->connect = connected.took;
  details->tls = known_of_peer(*peer.tls());
  if (peer.tls()->established()) details->handshake = secured.took;
  const bool has_shaken_hands = what.status == status::up;
  if (has_shaken_hands) what = judge_certificate(spec->tls, details->tls.get());
  probe_result result = prober::result_of(request, to.address, what);
  if (has_shaken_hands) result.rtt = connected.took + secured.took;
  result.details.adopt(std::move(details));
  shared.deliver(std::move(result));
}

}  // namespace muster
