#pragma once

#include "muster/address.hpp"
#include "muster/status.hpp"
#include "net/deadline_queue.hpp"
#include "net/packed_time.hpp"

#include <chrono>
#include <coroutine>
#include <cstdint>

namespace muster {

class echo_exchange;

/// What became of an echo request.
struct echo_outcome {
  muster::status status = muster::status::skipped;
  muster::reason reason = muster::reason::none;
  /// True when the request left this machine.
  bool sent = false;
  /// TTL or hop limit of the reply, 0 if unknown.
  std::uint8_t ttl = 0;
  /// Size of the reply's ICMP message.
  std::uint16_t bytes = 0;
  /// Valid when `up` or `mismatch`.
  std::chrono::nanoseconds rtt = {};
  /// Who sent the ICMP error; unspecified if there was none.
  ip_address error_source = {};
};

/// One echo request and the wait for its answer. Awaited from a `job`; it lives in that job's
/// frame, and takes its own name off the exchange's books when the frame is destroyed.
///
/// A million of these may wait at once, so it holds what the wait needs and no more: the outcome is
/// told to the job, and is gone when the job waits for something else.
class echo_operation final : public deadline {
 public:
  using duration = std::chrono::steady_clock::duration;

  /// Asks `destination`; the answer has `timeout` from the moment the request is really sent. The
  /// exchange and `destination` outlive the operation.
  echo_operation(echo_exchange& exchange, const ip_address& destination, std::uint32_t scope,
                 duration timeout)
      : exchange_{exchange}, destination_{destination}, timeout_{timeout}, scope_{scope} {}
  echo_operation(const echo_operation&) = delete;
  echo_operation& operator=(const echo_operation&) = delete;
  ~echo_operation();

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine);
  /// The outcome, valid until the job waits again.
  const echo_outcome& await_resume() const noexcept;
  /// Ends it as cancelled, while it is awaited; its job is resumed from this call.
  void cancel();

 private:
  friend class echo_exchange;
  void on_deadline(ending why) override;
  void complete(echo_outcome outcome);
  /// Only while it waits for the answer: when it is taken to have left.
  time_point sent_at() const;
  time_point batch_began() const { return sent_at() - index_ * packed_time::unpack(pace_); }
  /// The round trip of a reply that arrived then; not above 0 if that can't be.
  duration rtt_until(time_point arrived) const;

  echo_exchange& exchange_;
  const ip_address& destination_;
  duration timeout_;
  std::uint64_t number_ = 0;
  std::coroutine_handle<> coroutine_;
  std::uint32_t scope_;
  // Of its batch, once it was sent: how many left before it, and each one's share of the time.
  std::uint32_t index_ : 6 = 0;
  std::uint32_t pace_ : packed_time::bits = 0;
  std::uint32_t resends_ : 2 = 0;
  std::uint32_t registered_ : 1 = 0;
  std::uint32_t sent_ : 1 = 0;
};

}  // namespace muster
