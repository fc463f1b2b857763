#include "probe/udp/udp_probe.hpp"

#include "muster/probe/udp.hpp"
#include "net/broadcast.hpp"
#include "net/connect_operation.hpp"
#include "net/connection.hpp"
#include "probe/host_lookup.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include <re2/re2.h>

namespace muster {
namespace {

using clock = std::chrono::steady_clock;

const udp_spec& spec_of(const probe_request& request) {
  return static_cast<const udp_spec&>(*request.spec);
}

std::string_view payload_of(const probe_request& request) {
  return spec_of(request).questions[request.index].payload;
}

void deliver_answer(const prober& shared, const probe_request& request, ip_address address,
                    std::string_view answer, clock::duration took) {
  probe_result result = prober::result_of(request);
  result.has_address = true;
  result.address = address;
  result.rtt = took;
  result.status = status::up;
  const auto& expected = spec_of(request).expected;
  if (expected && !re2::RE2::PartialMatch({answer.data(), answer.size()}, *expected)) {
    result.status = status::mismatch;
    result.reason = reason::answer_not_expected;
  }
  auto& details = result.details.emplace<udp_details>();
  details.answer_bytes = static_cast<std::uint32_t>(answer.size());
  details.answer = answer.substr(0, udp_details::answer_bytes_kept);
  shared.deliver(std::move(result));
}

}  // namespace

job udp_probe(job_scope&, prober& shared, probe_request request) {
  probe_deadline whole{shared.deadlines(), shared.limit(request.subject)};
  host_lookup lookup{shared, request.subject, whole};
  if (const outcome failure = co_await lookup; failure.status != status::up) {
    shared.deliver(request, failure);
    co_return;
  }
  const endpoint to{lookup.address(), request.port(), request.subject.scope()};
  connection peer{shared.streams(), shared.scarce(), connection::transport::datagrams};
  outcome what;
  {
    connect_operation connecting{peer, shared.scarce(), whole, to, shared.source()};
    what = co_await connecting;
    what = shared.connect_outcome(what, whole.ended());
    if (what.reason == reason::firewall_denied && is_broadcast(to.address)) {
      what.reason = reason::broadcast_address;
    }
  }
  bool is_sent = false;
  bool send_waited = false;
  clock::time_point sent_at{};
  probe_deadline::step step{whole, peer};
  while (what.status == status::up) {
    if (!is_sent) {
      sent_at = clock::now();
      const auto written = peer.write(payload_of(request));
      is_sent = !written.would_block && written.error == 0;
      if (written.would_block) {
        co_await peer.wait(connection::writable);
      } else if (peer.missing() != scarce_resource::none && !shared.scarce().hopeless()) {
        const bool again = std::exchange(send_waited, true);
        shortage_pause pause{shared.scarce(), whole, peer.missing(), again};
        co_await pause;
      } else if (written.error != 0) {
        what = peer.rejected(written.error);
      }
      if (whole.ended() != ending::none) what = shared.ended(whole.ended(), reason::send_timeout);
      continue;
    }
    co_await peer.wait(connection::readable);
    if (whole.ended() != ending::none) {
      what = shared.ended(whole.ended(), reason::no_reply);
      break;
    }
    const auto got = peer.read(shared.read_buffer());
    if (got.would_block) continue;
    if (got.error != 0) {
      what = peer.rejected(got.error);
      break;
    }
    // A wall clock that was set meanwhile would have it arrive before it was sent.
    const auto arrived = peer.arrived() > sent_at ? peer.arrived() : clock::now();
    deliver_answer(shared, request, to.address, {shared.read_buffer().data(), got.bytes},
                   arrived - sent_at);
    co_return;
  }
  shared.deliver(request, to.address, what, peer.arrived() - sent_at);
}

}  // namespace muster
