#include "probe/udp/udp_probe.hpp"

#include "muster/probe/udp.hpp"
#include "probe/host_lookup.hpp"

#include <chrono>
#include <string_view>

#include <re2/re2.h>

namespace muster {
namespace {

const udp_spec& spec_of(const probe_request& request) {
  return static_cast<const udp_spec&>(*request.spec);
}

std::string_view payload_of(const probe_request& request) {
  return spec_of(request).questions[request.index].payload;
}

void deliver_answer(const prober& shared, const probe_request& request, ip_address address,
                    std::string_view answer, std::chrono::nanoseconds took) {
  const auto& expected = spec_of(request).expected;
  const bool is_expected =
      !expected || re2::RE2::PartialMatch({answer.data(), answer.size()}, *expected);
  const outcome what =
      is_expected ? outcome{} : outcome{status::mismatch, reason::answer_not_expected};
  probe_result result = prober::result_of(request, address, what);
  result.rtt = took;
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
  byte_stream peer = shared.open_stream(whole, transport::datagrams);
  const auto connected = co_await peer.connect(to, shared.source());
  outcome what = shared.connect_outcome(connected, to.address);
  if (what.status != status::up) {
    shared.deliver(request, to.address, what, {});
    co_return;
  }
  const auto sent = co_await peer.write_all(payload_of(request));
  // A wall clock that was set meanwhile would have something arrive before it was asked for.
  const auto took = [&](byte_stream::time_point arrived) {
    return (arrived > sent.at ? arrived : shared.time().now()) - sent.at;
  };
  what = shared.datagram_outcome(sent, peer, reason::send_timeout);
  if (what.status == status::up) {
    const auto got = co_await peer.read_some(shared.read_buffer());
    what = shared.datagram_outcome(got, peer, reason::no_reply);
    if (what.status == status::up) {
      const std::string_view answer{shared.read_buffer().data(), got.bytes};
      deliver_answer(shared, request, to.address, answer, took(got.at));
      co_return;
    }
  }
  shared.deliver(request, to.address, what, took(peer.arrived()));
}

}  // namespace muster
