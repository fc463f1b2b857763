// Strategy: waiters stand in an intrusive list and are posted to their executors when a permit
// comes back. A service of the execution context knows every semaphore, so that the destruction of
// an io_context reaches handlers that wait here as it reaches those that wait for timers and
// sockets: a coroutine may own the very semaphore that it is waiting for, and only the service
// breaks that circle. Shutdown first collects all waiters and then destroys them one by one, since
// a destroyed frame may own semaphores, hold permits, or both.
#include "muster/semaphore.hpp"

#include <algorithm>
#include <cassert>

#include <asio/error.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/query.hpp>

namespace muster {
namespace detail {
namespace {

class semaphore_service final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;
  explicit semaphore_service(asio::execution_context& context) : service{context} {}

  void add(semaphore_state& state) { states_.push_back(state); }

 private:
  void shutdown() override {
    intrusive_list<semaphore_waiter> waiters;
    while (!states_.empty())
      states_.pop_front().abandon(waiters);
    while (!waiters.empty())
      waiters.pop_front().destroy();
  }

  intrusive_list<semaphore_state> states_;
};

}  // namespace

semaphore_state::semaphore_state(asio::any_io_executor executor_of_handlers,
                                 std::size_t permits_max)
    : executor{std::move(executor_of_handlers)}, limit{permits_max} {
  asio::execution_context& context = asio::query(executor, asio::execution::context);
  asio::use_service<semaphore_service>(context).add(*this);
}

semaphore_permit semaphore_state::take() {
  assert(in_use < limit);
  ++in_use;
  in_use_peak = std::max(in_use_peak, in_use);
  return semaphore_permit{*this};
}

void semaphore_state::give_back() {
  assert(in_use > 0);
  --in_use;
  if (!closed_) {
    grant();
  } else if (in_use == 0) {
    delete this;
  }
}

void semaphore_state::enqueue(semaphore_waiter& waiter) {
  waiters_.push_back(waiter);
  waiter.queued_in = this;
  ++waiting;
}

void semaphore_state::cancel(semaphore_waiter& waiter) {
  waiter.unlink();
  waiter.queued_in = nullptr;
  --waiting;
  waiter.complete(asio::error::operation_aborted, {});
}

void semaphore_state::set_limit(std::size_t permits_max) {
  limit = permits_max;
  grant();
}

void semaphore_state::close() {
  while (waiting > 0)
    pop().complete(asio::error::operation_aborted, {});
  unlink();
  closed_ = true;
  if (in_use == 0) delete this;
}

void semaphore_state::abandon(intrusive_list<semaphore_waiter>& waiters) {
  while (waiting > 0)
    waiters.push_back(pop());
}

semaphore_waiter& semaphore_state::pop() {
  semaphore_waiter& waiter = waiters_.pop_front();
  waiter.queued_in = nullptr;
  --waiting;
  return waiter;
}

void semaphore_state::grant() {
  while (waiting > 0 && in_use < limit)
    pop().complete({}, take());
}

}  // namespace detail

void semaphore_permit::reset() noexcept {
  if (auto* state = std::exchange(state_, nullptr)) state->give_back();
}

semaphore::semaphore(executor_type executor, std::size_t permits_max)
    : state_{new detail::semaphore_state{std::move(executor), permits_max}} {}

semaphore::~semaphore() { state_->close(); }

std::optional<semaphore::permit> semaphore::try_acquire() {
  if (!state_->available()) return std::nullopt;
  return state_->take();
}

void semaphore::set_limit(std::size_t permits_max) { state_->set_limit(permits_max); }

}  // namespace muster
