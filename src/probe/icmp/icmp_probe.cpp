#include "probe/icmp/icmp_probe.hpp"

#include "net/echo_operation.hpp"
#include "probe/host_lookup.hpp"
#include "probe/target_spec.hpp"
#include "record/numbers.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace muster {
namespace {

using std::chrono::nanoseconds;

/// The wait between two echo requests; woken early when the run stops or its time is up.
class pause final : public deadline, public cancellable {
 public:
  pause(deadline_queue& queue, time_point start, nanoseconds length)
      : queue_{queue}, start_{start}, length_{length} {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    coroutine_ = coroutine;
    queue_.arm(*this, start_, length_);
  }
  void await_resume() const noexcept {}
  void cancel() override {
    disarm();
    coroutine_.resume();
  }

 private:
  void on_deadline(ending) override { coroutine_.resume(); }

  deadline_queue& queue_;
  time_point start_;
  nanoseconds length_;
  std::coroutine_handle<> coroutine_;
};

/// An echo request as a step of a probe whose time is limited as a whole.
class echo_step final : public cancellable {
 public:
  explicit echo_step(echo_operation& echo) : echo_{echo} {}
  void cancel() override { echo_.cancel(); }

 private:
  echo_operation& echo_;
};

/// What several echo requests to one target add up to.
class echo_series {
 public:
  void add(const echo_outcome& echo) {
    if (echo.sent) ++details_.sent;
    if (echo.status == status::up) {
      add_rtt(echo.rtt);
      details_.ttl = echo.ttl;
      details_.bytes = echo.bytes;
      if (echo.reason != reason::none) remark_ = echo.reason;
      return;
    }
    last_failure_ = {echo.status, echo.reason};
    if (echo.error_source != ip_address{}) error_source_ = echo.error_source;
  }

  /// Tells of the round trip that was just added, once there are several: a lone one is that of the
  /// result.
  void tell_reply(const prober& shared) const {
    if (details_.received < 2) return;
    if (details_.received == 2) shared.tell_reply(probe_kind::icmp, details_.rtt_sum - last_rtt_);
    shared.tell_reply(probe_kind::icmp, last_rtt_);
  }

  /// One answer makes the target up; without any, the last failure counts.
  void finish(probe_result& result) {
    if (details_.received > 1) details_.jitter = difference_sum_ / (details_.received - 1);
    result.details.emplace<icmp_details>(details_);
    result.error_source = error_source_;
    if (details_.received == 0) {
      result.status = last_failure_.status;
      result.reason = last_failure_.reason;
      return;
    }
    result.status = status::up;
    result.reason = remark_;
    result.rtt = details_.rtt_sum / details_.received;
  }

  /// The last one was cut off as the time for all of them was up.
  void cut_off() { last_failure_ = {status::timeout, reason::no_reply}; }

 private:
  void add_rtt(nanoseconds rtt) {
    if (details_.received == 0) {
      details_.rtt_min = details_.rtt_max = rtt;
    } else {
      details_.rtt_min = std::min(details_.rtt_min, rtt);
      details_.rtt_max = std::max(details_.rtt_max, rtt);
      difference_sum_ += nanoseconds{std::abs((rtt - last_rtt_).count())};
    }
    ++details_.received;
    details_.rtt_sum += rtt;
    last_rtt_ = rtt;
  }

  icmp_details details_;
  ip_address error_source_;
  reason remark_ = reason::none;  // about an answer
  nanoseconds last_rtt_{0};
  nanoseconds difference_sum_{0};
  outcome last_failure_{status::skipped, reason::none};
};

/// What an answer is to be like; loss counts before time, and the worse before the better.
outcome judged(const icmp_options& asked, const probe_result& result) {
  const auto& details = *result.details.get<icmp_details>();
  const auto lost = static_cast<std::int64_t>(loss_thousandths(details.sent, details.received));
  const auto rtt = std::int64_t{result.rtt.count()};
  if (lost > asked.loss.critical) return {status::mismatch, reason::loss_critical};
  if (rtt > asked.rtt.critical) return {status::mismatch, reason::rtt_critical};
  if (lost > asked.loss.warning) return {status::mismatch, reason::loss_warning};
  if (rtt > asked.rtt.warning) return {status::mismatch, reason::rtt_warning};
  return {result.status, result.reason};
}

// Builds results outside the coroutines, whose frames would otherwise carry them while they wait.
void deliver_series(const prober& shared, const probe_request& request, echo_series& series,
                    ip_address address, const icmp_options& asked) {
  probe_result result = prober::result_of(request);
  result.has_address = true;
  result.address = address;
  series.finish(result);
  if (result.status == status::up) {
    const outcome what = judged(asked, result);
    result.status = what.status;
    result.reason = what.reason;
  }
  if (result.status == status::cancelled) {
    result.reason = shared.ended(ending::cancelled, reason::none).reason;
  }
  shared.deliver(std::move(result));
}

void deliver_once(const prober& shared, const echo_request& request, const echo_outcome& echo) {
  echo_series series;
  series.add(echo);
  probe_result result = prober::result_of(request.subject, request.sequence, probe_kind::icmp);
  series.finish(result);
  if (echo.status == status::mismatch) result.rtt = echo.rtt;
  if (echo.status == status::cancelled) {
    result.reason = shared.ended(ending::cancelled, reason::none).reason;
  }
  shared.deliver(std::move(result));
}

}  // namespace

job echo_once(icmp_runner& runner, echo_request request) {
  // A reference to the target would have its place in the frame, too.
  echo_operation echo{*runner.exchange_for(request.subject.address()), request.subject.address(),
                      request.subject.scope(), runner.shared().timeout_of(request.subject)};
  deliver_once(runner.shared(), request, co_await echo);
}

job icmp_probe(job_scope&, icmp_runner& runner, probe_request request) {
  prober& shared = runner.shared();
  const std::optional<time_limit> target_limit = shared.target_limit();
  ip_address address;
  {
    probe_deadline whole{shared.deadlines(), shared.limit(request.subject)};
    host_lookup lookup{shared, request.subject, whole};
    if (const outcome failure = co_await lookup; failure.status != status::up) {
      shared.deliver(request, failure);
      co_return;
    }
    address = lookup.address();
  }
  echo_exchange* exchange = runner.exchange_for(address);
  if (exchange == nullptr) {
    shared.deliver(request, runner.refusal(address));
    co_return;
  }
  const auto start = shared.time().now();
  const target_spec<icmp_spec> spec{request.subject, *request.spec};
  probe_deadline all;
  if (target_limit) all.arm(shared.deadlines(), *target_limit);
  echo_series series;
  for (std::uint32_t i = 0; i < spec->count && !shared.stopped(); ++i) {
    if (i > 0) {
      pause until_next{shared.deadlines(), start + (i - 1) * spec->interval, spec->interval};
      probe_deadline::step step{all, until_next};
      co_await until_next;
      if (shared.stopped() || all.ended() != ending::none) break;
    }
    echo_operation echo{*exchange, address, request.subject.scope(),
                        shared.timeout_of(request.subject)};
    echo_step asked{echo};
    probe_deadline::step step{all, asked};
    const echo_outcome& outcome = co_await echo;
    series.add(outcome);
    if (outcome.status == status::up) series.tell_reply(shared);
    if (all.ended() == ending::none) continue;
    if (all.ended() == ending::expired && outcome.status == status::cancelled) series.cut_off();
    break;
  }
  deliver_series(shared, request, series, address, *spec);
}

}  // namespace muster
