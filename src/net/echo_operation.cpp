#include "net/echo_operation.hpp"

#include "net/echo_exchange.hpp"

namespace muster {

// Where the requests of a batch don't leave evenly, one may have its reply before its share of the
// call begins. But all up to this one had left when its reply arrived: each of them took its share
// of the time until then, not more, and the last share is what the round trip has.
echo_operation::duration echo_operation::rtt_until(time_point arrived) const {
  const duration since_share = arrived - sent_at();
  if (since_share >= packed_time::unpack(pace_)) return since_share;
  return (arrived - batch_began()) / (index_ + 1);
}

echo_operation::time_point echo_operation::sent_at() const {
  return exchange_.deadlines_.lived().real(expires() - timeout_);
}

echo_operation::~echo_operation() { exchange_.forget(*this, false); }

void echo_operation::await_suspend(std::coroutine_handle<> coroutine) {
  coroutine_ = coroutine;
  exchange_.start(*this);
}

const echo_outcome& echo_operation::await_resume() const noexcept { return exchange_.outcome_; }

void echo_operation::cancel() { complete({status::cancelled}); }

void echo_operation::on_deadline(ending why) {
  if (why == ending::cancelled) {
    cancel();
  } else if (!exchange_.resend(*this)) {
    complete({status::timeout, reason::no_reply});
  }
}

void echo_operation::complete(echo_outcome outcome) {
  disarm();
  exchange_.forget(*this, outcome.status == status::up || outcome.status == status::mismatch);
  outcome.sent = sent_;
  exchange_.outcome_ = outcome;
  coroutine_.resume();  // may destroy *this
}

}  // namespace muster
