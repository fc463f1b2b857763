#include "cli/session.hpp"

#include "cli/say.hpp"

#include <new>
#include <utility>

#include <asio/co_spawn.hpp>

namespace muster {
namespace {

// What is in flight when memory runs out is told within this.
constexpr std::chrono::seconds lost_patience{2};

}  // namespace

session::session(const std::optional<std::chrono::nanoseconds>& deadline,
                 std::function<void()> out_of_memory)
    : deadline_{deadline},
      out_of_memory_{std::move(out_of_memory)},
      memory_{context_, out_of_memory_},
      signals_{context_},
      delivery_{context_, [this] { return should_have_ended(); }} {
  standard_error().give_up_when([this] { return should_have_ended(); });
}

session::~session() {
  standard_error().flush();
  standard_error().give_up_when({});
}

bool session::should_have_ended() const {
  return signals_.pending() ||
         (deadline_ && began_ && std::chrono::steady_clock::now() - *began_ > *deadline_);
}

bool session::run(asio::awaitable<void> work) {
  asio::co_spawn(context_, std::move(work), [this](std::exception_ptr failure) {
    failure_ = std::move(failure);
    is_over_ = true;
    context_.stop();
  });
  try {
    context_.run();
  } catch (const std::bad_alloc&) {
    memory_.release();
    try {
      out_of_memory_();
      context_.run_for(lost_patience);
    } catch (const std::bad_alloc&) {
      // Nothing is left to be done without it.
    }
  }
  return is_over_;
}

}  // namespace muster
