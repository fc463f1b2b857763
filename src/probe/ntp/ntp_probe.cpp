#include "probe/ntp/ntp_probe.hpp"

#include "codec/ntp_message.hpp"
#include "muster/probe/ntp.hpp"
#include "probe/host_lookup.hpp"
#include "probe/target_spec.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace muster {
namespace {

using time_point = byte_stream::time_point;

/// Datagrams that are no answer to what was asked. Whoever sends more is not waited for: it would
/// keep this process busy until the timeout.
constexpr unsigned strays_max = 1000;

/// When the question left, and the answer reached this machine.
struct exchange_times {
  time_point sent;
  time_point arrived;
};

std::optional<codec::ntp_message> read_answer(std::span<const char> bytes, std::uint64_t random) {
  auto message = codec::read_ntp_message(std::as_bytes(bytes));
  const bool is_ours =
      message && message->mode == codec::ntp_mode_server && message->origin == random;
  return is_ours ? message : std::nullopt;
}

std::unique_ptr<ntp_details> details_of(const codec::ntp_message& answer) {
  auto details = std::make_unique<ntp_details>();
  details->version = static_cast<std::uint8_t>(answer.version);
  details->stratum = static_cast<std::uint8_t>(answer.stratum);
  details->leap = static_cast<std::uint8_t>(answer.leap);
  details->poll = answer.poll;
  details->precision = answer.precision;
  details->reference = codec::ntp_reference_text(answer);
  details->root_delay = answer.root_delay;
  details->root_dispersion = answer.root_dispersion;
  return details;
}

/// By this machine's clock as it goes now, of which the steady one knows nothing.
void measure(timeline& time, const exchange_times& times, const codec::ntp_message& answer,
             ntp_details& into) {
  const auto now = time.now();
  const auto wall = time.wall();
  const auto measured =
      codec::measure_ntp(answer, wall - (now - times.sent), wall - (now - times.arrived));
  if (!measured) return;
  into.offset = measured->offset;
  into.delay = measured->delay;
  if (answer.reference_time != 0) {
    into.reference_age = codec::ntp_interval(answer.reference_time, answer.transmit);
  }
}

/// What speaks against an answer; nothing if it is as asked for.
outcome judged(const ntp_spec& spec, codec::ntp_condition condition, const ntp_details& details) {
  switch (condition) {
    case codec::ntp_condition::kissed:
      return {status::mismatch, reason::kiss_of_death};
    case codec::ntp_condition::unsynchronized:
      return {status::mismatch, reason::clock_unsynchronized};
    case codec::ntp_condition::synchronized:
      break;
  }
  if (!details.offset) return {status::protocol_error, reason::malformed_response};
  if (details.stratum > spec.stratum_max) {
    return {status::mismatch, reason::stratum_not_expected};
  }
  if (spec.offset_max && std::chrono::abs(*details.offset) > *spec.offset_max) {
    return {status::mismatch, reason::offset_not_expected};
  }
  return {};
}

void deliver_answer(prober& shared, const probe_request& request, ip_address address,
                    const codec::ntp_message& answer, const exchange_times& times) {
  const target_spec<ntp_spec> spec{request.subject, *request.spec};
  const auto condition = codec::ntp_condition_of(answer);
  auto details = details_of(answer);
  if (condition == codec::ntp_condition::synchronized) {
    measure(shared.time(), times, answer, *details);
  }
  const outcome what = judged(*spec, condition, *details);
  probe_result result = prober::result_of(request, address, what);
  result.rtt = times.arrived - times.sent;
  result.details.adopt(std::move(details));
  shared.deliver(std::move(result));
}

}  // namespace

job ntp_probe(job_scope&, prober& shared, probe_request request) {
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
  const std::uint64_t random = shared.world().random();
  const std::string question = codec::ntp_question(random);
  const auto sent = co_await peer.write_all(question);
  // A wall clock that was set meanwhile would have something arrive before it was asked for.
  const auto arrival = [&](time_point at) { return at > sent.at ? at : shared.time().now(); };
  what = shared.datagram_outcome(sent, peer, reason::send_timeout);
  for (unsigned strays = 0; what.status == status::up; ++strays) {
    const auto got = co_await peer.read_some(shared.read_buffer());
    what = shared.datagram_outcome(got, peer, reason::no_reply);
    if (what.status != status::up) break;
    if (const auto answer = read_answer(shared.read_buffer().first(got.bytes), random)) {
      const exchange_times times{sent.at, arrival(got.at)};
      deliver_answer(shared, request, to.address, *answer, times);
      co_return;
    }
    if (strays == strays_max) what = {status::protocol_error, reason::malformed_response};
  }
  shared.deliver(request, to.address, what, arrival(peer.arrived()) - sent.at);
}

}  // namespace muster
