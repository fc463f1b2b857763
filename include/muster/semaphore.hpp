#pragma once

#include "muster/detail/intrusive_list.hpp"

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/recycling_allocator.hpp>

namespace muster {

namespace detail {

class semaphore_state;

}  // namespace detail

/// One permit of a semaphore, given back when destroyed. Move-only; may be empty. It may outlive
/// the semaphore and the io_context.
class [[nodiscard]] semaphore_permit {
 public:
  semaphore_permit() = default;
  semaphore_permit(semaphore_permit&& other) noexcept
      : state_{std::exchange(other.state_, nullptr)} {}
  semaphore_permit& operator=(semaphore_permit&& other) noexcept {
    semaphore_permit{std::move(other)}.swap(*this);
    return *this;
  }
  ~semaphore_permit() { reset(); }

  /// Whether this holds a permit.
  explicit operator bool() const { return state_ != nullptr; }
  /// Gives the permit back now.
  void reset() noexcept;
  void swap(semaphore_permit& other) noexcept { std::swap(state_, other.state_); }

 private:
  friend class detail::semaphore_state;
  explicit semaphore_permit(detail::semaphore_state& state) : state_{&state} {}
  detail::semaphore_state* state_ = nullptr;
};

namespace detail {

/// A queued async_acquire, which owns its handler. `complete` and `destroy` free it.
class semaphore_waiter : public list_hook {
 public:
  /// Posts the handler.
  virtual void complete(std::error_code error, semaphore_permit permit) = 0;
  /// Destroys the handler uninvoked.
  virtual void destroy() noexcept = 0;

  semaphore_state* queued_in = nullptr;  ///< Null once it is out of the queue.

 protected:
  ~semaphore_waiter() = default;
};

/// What a semaphore shares with its permits: it is freed when the semaphore is gone and the last
/// permit is back, so that coroutine frames and semaphores may be destroyed in any order.
class semaphore_state : public list_hook {
 public:
  semaphore_state(asio::any_io_executor executor, std::size_t limit);

  bool available() const { return waiting == 0 && in_use < limit; }
  semaphore_permit take();
  void give_back();
  void enqueue(semaphore_waiter& waiter);
  void cancel(semaphore_waiter& waiter);
  void set_limit(std::size_t permits_max);
  /// The semaphore is being destroyed: its waiters get operation_aborted.
  void close();
  /// The io_context is being destroyed: moves the waiters to `waiters`, to be destroyed there.
  void abandon(intrusive_list<semaphore_waiter>& waiters);

  asio::any_io_executor executor;
  std::size_t limit;
  std::size_t in_use = 0;
  std::size_t in_use_peak = 0;
  std::size_t waiting = 0;

 private:
  semaphore_waiter& pop();
  void grant();

  intrusive_list<semaphore_waiter> waiters_;
  bool closed_ = false;
};

/// The cancellation handler of one waiter. It stays behind in the slot, inert, when the waiter is
/// done.
struct acquire_cancellation {
  explicit acquire_cancellation(semaphore_waiter* cancelled) : waiter{cancelled} {}
  void operator()(asio::cancellation_type type) {
    if (type == asio::cancellation_type::none || waiter == nullptr) return;
    if (waiter->queued_in != nullptr) waiter->queued_in->cancel(*waiter);
  }

  semaphore_waiter* waiter;
};

/// A handler on its way through the executor. Destroyed uninvoked, it gives its permit back.
template <class Handler>
struct acquire_completion {
  using allocator_type = asio::associated_allocator_t<Handler, asio::recycling_allocator<void>>;
  allocator_type get_allocator() const noexcept {
    return asio::get_associated_allocator(handler, asio::recycling_allocator<void>{});
  }
  void operator()() { std::move(handler)(error, std::move(permit)); }

  Handler handler;
  std::error_code error;
  semaphore_permit permit;
};

/// A waiter with its handler's type. Keeps both executors' outstanding work until it is posted.
template <class Handler>
class acquire_op final : public semaphore_waiter {
  using handler_executor = asio::associated_executor_t<Handler, asio::any_io_executor>;
  using completion = acquire_completion<Handler>;
  using allocator = typename std::allocator_traits<
      typename completion::allocator_type>::template rebind_alloc<acquire_op>;
  using traits = std::allocator_traits<allocator>;

 public:
  static void start(semaphore_state& state, Handler handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    allocator memory{asio::get_associated_allocator(handler, asio::recycling_allocator<void>{})};
    acquire_op* op = traits::allocate(memory, 1);
    // A handler's move constructor does not throw (Asio's requirement), nor does a work guard's.
    ::new (static_cast<void*>(op)) acquire_op{state.executor, std::move(handler)};
    state.enqueue(*op);
    if (slot.is_connected()) {
      op->cancellation_ = &slot.template emplace<acquire_cancellation>(op);
    }
  }

  void complete(std::error_code error, semaphore_permit permit) override {
    if (cancellation_ != nullptr) cancellation_->waiter = nullptr;
    auto io_work = std::move(io_work_);
    auto handler_work = std::move(handler_work_);
    completion done{release(), error, std::move(permit)};
    asio::post(handler_work.get_executor(), std::move(done));
  }

  // The slot is left alone: what it belongs to may be gone by now.
  void destroy() noexcept override {
    auto io_work = std::move(io_work_);
    auto handler_work = std::move(handler_work_);
    [[maybe_unused]] const Handler handler = release();
  }

 private:
  acquire_op(const asio::any_io_executor& executor, Handler&& handler)
      : io_work_{executor},
        handler_work_{asio::get_associated_executor(handler, executor)},
        handler_{std::move(handler)} {}
  ~acquire_op() = default;

  /// Frees the op before its handler is used, so that the handler can reuse the memory.
  Handler release() noexcept {
    Handler handler = std::move(handler_);
    allocator memory{asio::get_associated_allocator(handler, asio::recycling_allocator<void>{})};
    this->~acquire_op();
    traits::deallocate(memory, this, 1);
    return handler;
  }

  asio::executor_work_guard<asio::any_io_executor> io_work_;
  asio::executor_work_guard<handler_executor> handler_work_;
  acquire_cancellation* cancellation_ = nullptr;
  Handler handler_;
};

/// The initiation of async_acquire.
struct initiate_acquire {
  using executor_type = asio::any_io_executor;
  executor_type get_executor() const noexcept { return state->executor; }

  template <class Handler>
  void operator()(Handler&& handler) const {
    using handler_type = std::decay_t<Handler>;
    if (!state->available()) {
      acquire_op<handler_type>::start(*state, std::forward<Handler>(handler));
      return;
    }
    auto executor = asio::get_associated_executor(handler, state->executor);
    acquire_completion<handler_type> done{std::forward<Handler>(handler), {}, state->take()};
    asio::post(executor, std::move(done));
  }

  semaphore_state* state;
};

}  // namespace detail

/// A counting semaphore for coroutines and other handlers on one io_context, run by one thread.
///
/// It is fair: permits go to waiters in the order in which they asked, and nobody overtakes them.
/// Handlers are always posted, never called from within a function of this class or from a permit's
/// destructor. Destroying the semaphore cancels its waiters with operation_aborted, as an Asio I/O
/// object does; destroying the io_context first destroys their handlers, and is as safe. Permits
/// may outlive both.
class semaphore {
 public:
  using executor_type = asio::any_io_executor;
  using permit = semaphore_permit;

  /// At most `permits_max` permits are in use at once. With 0, everybody waits until it is raised.
  semaphore(executor_type executor, std::size_t permits_max);
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;
  ~semaphore();

  executor_type get_executor() const { return state_->executor; }

  /// A permit, if one is free and nobody is waiting for it.
  std::optional<permit> try_acquire();

  /// Waits for a permit. Completion signature: void(std::error_code, permit).
  ///
  /// Per-operation cancellation of any type ends the wait with asio::error::operation_aborted and
  /// an empty permit, as does the semaphore's destruction; there are no other errors.
  template <asio::completion_token_for<void(std::error_code, permit)> Token>
  auto async_acquire(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, permit)>(
        detail::initiate_acquire{state_}, token);
  }

  /// Changes the number of permits while running. When it shrinks, permits in use are not taken
  /// away: nobody gets one until enough have come back.
  void set_limit(std::size_t permits_max);

  /// Permits held, including those on their way to a handler.
  std::size_t in_use() const { return state_->in_use; }
  /// The most that were in use at once.
  std::size_t in_use_peak() const { return state_->in_use_peak; }
  std::size_t limit() const { return state_->limit; }
  /// How many are waiting for a permit.
  std::size_t waiting() const { return state_->waiting; }

 private:
  detail::semaphore_state* state_;
};

}  // namespace muster
