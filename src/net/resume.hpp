#pragma once

#include <coroutine>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <asio/async_result.hpp>

namespace muster {

/// A completion token: `auto [error, bytes] = co_await socket.async_read_some(buffer, resume);`
/// suspends the coroutine, of whatever type, and resumes it with the operation's results as a
/// tuple.
///
/// The suspended coroutine and the operation's handler know each other, wherever Asio moves the
/// handler to. If the coroutine is destroyed first, the handler does nothing when it is called; if
/// the handler is destroyed first (the loop's end), the coroutine stays suspended for its owner to
/// destroy.
struct resume_t {};
inline constexpr resume_t resume{};

namespace detail {

template <class... Results>
class resume_handler;

/// What a suspended coroutine keeps while an operation runs.
template <class... Results>
class resume_state {
 public:
  resume_state() = default;
  // Moved only before the operation starts, so there is no handler to tell.
  resume_state(resume_state&&) noexcept {}
  ~resume_state();

  std::coroutine_handle<> coroutine;
  std::optional<std::tuple<Results...>> results;

 private:
  friend class resume_handler<Results...>;
  resume_handler<Results...>* handler_ = nullptr;
};

template <class... Results>
class resume_handler {
 public:
  explicit resume_handler(resume_state<Results...>& state) : state_{&state} {
    state.handler_ = this;
  }
  resume_handler(resume_handler&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {
    if (state_) state_->handler_ = this;
  }
  resume_handler& operator=(resume_handler&&) = delete;
  ~resume_handler() {
    if (state_) state_->handler_ = nullptr;
  }

  void operator()(Results... results) {
    auto* state = std::exchange(state_, nullptr);
    if (!state) return;
    state->handler_ = nullptr;
    state->results.emplace(std::move(results)...);
    state->coroutine.resume();
  }

 private:
  friend class resume_state<Results...>;
  resume_state<Results...>* state_;
};

template <class... Results>
resume_state<Results...>::~resume_state() {
  if (handler_) handler_->state_ = nullptr;
}

/// The awaiter: holds the operation until it is awaited, then starts it.
template <class Initiation, class Arguments, class... Results>
class resume_awaiter {
 public:
  resume_awaiter(Initiation initiation, Arguments arguments)
      : initiation_{std::move(initiation)}, arguments_{std::move(arguments)} {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    state_.coroutine = coroutine;
    std::apply(
        [this](auto&&... arguments) {
          std::move(initiation_)(resume_handler<Results...>{state_},
                                 std::forward<decltype(arguments)>(arguments)...);
        },
        std::move(arguments_));
  }
  std::tuple<Results...> await_resume() { return std::move(*state_.results); }

 private:
  Initiation initiation_;
  Arguments arguments_;
  resume_state<Results...> state_;
};

}  // namespace detail
}  // namespace muster

template <class... Results>
class asio::async_result<muster::resume_t, void(Results...)> {
 public:
  template <class Initiation, class... Arguments>
  static auto initiate(Initiation initiation, muster::resume_t, Arguments... arguments) {
    using arguments_tuple = std::tuple<Arguments...>;
    return muster::detail::resume_awaiter<Initiation, arguments_tuple, std::decay_t<Results>...>{
        std::move(initiation), arguments_tuple{std::move(arguments)...}};
  }
};
