// Strategy: a context has one host for all its processes, made when the first one is run, as a
// service of the context: so it ends before the loop that it waits on does, and takes the processes
// with it. Whoever awaits a process waits on a timer that never expires.
#include "muster/process.hpp"
#include "net/await_end.hpp"
#include "process/child_process.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include <asio/execution_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

namespace muster {
namespace {

class process_service final : public asio::execution_context::service {
 public:
  using key_type = process_service;
  static inline asio::execution_context::id id;

  explicit process_service(asio::execution_context& context)
      : service{context}, host_{std::in_place, static_cast<asio::io_context&>(context)} {}

  static process_host& host_of(asio::execution_context& context) {
    return *asio::use_service<process_service>(static_cast<asio::io_context&>(context)).host_;
  }

 private:
  void shutdown() override { host_.reset(); }

  std::optional<process_host> host_;
};

/// Hears of one process on behalf of the coroutine that awaits it.
class awaited_process final : private process_consumer {
 public:
  awaited_process(process_host& host, const asio::any_io_executor& executor)
      : ended_{executor, asio::steady_timer::time_point::max()}, child_{host, *this} {}

  void start(std::vector<std::string> arguments, process_options options) {
    child_.start(std::move(arguments), std::move(options));
  }
  void stop() { child_.stop(reason::interrupted); }
  bool running() const { return child_.running(); }
  /// Never expires; cancelled at the process's end.
  asio::steady_timer& ended() { return ended_; }
  process_result take_result() { return std::move(result_); }

 private:
  void on_output(process_stream, std::string_view) override {}
  void on_end(process_result&& result) override {
    result_ = std::move(result);
    ended_.cancel();
  }

  asio::steady_timer ended_;
  process_result result_;
  child_process child_;
};

void check(const std::vector<std::string>& arguments, const process_options& options) {
  if (arguments.empty()) throw std::invalid_argument{"run_process: there is no program to run"};
  for (const std::vector<std::string>* texts : {&arguments, &options.environment}) {
    for (const std::string& text : *texts) {
      if (text.find('\0') == text.npos) continue;
      throw std::invalid_argument{"run_process: a NUL byte has no place in an argument"};
    }
  }
  if (options.output_bytes_max > process_options::output_bytes_limit ||
      options.input.size() > process_options::input_bytes_max || options.timeout.count() < 0 ||
      options.grace.count() < 0) {
    throw std::invalid_argument{"run_process: an option is out of its range"};
  }
}

asio::awaitable<process_result> run(std::vector<std::string> arguments, process_options options) {
  check(arguments, options);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  process_host& host = process_service::host_of(executor.context());
  awaited_process own{host, executor};
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  if (asks_for_end(state.cancelled())) {
    process_result unstarted;
    unstarted.status = status::cancelled;
    unstarted.reason = reason::interrupted;
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return unstarted;
  }
  own.start(std::move(arguments), std::move(options));
  const auto over = [&own] { return !own.running(); };
  const auto stop = [&own] { own.stop(); };
  co_await await_end(own.ended(), over, stop);
  host.rest();
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return own.take_result();
}

}  // namespace

asio::awaitable<process_result> run_process(command_line command, process_options options) {
  return run(std::move(command).words(), std::move(options));
}

asio::awaitable<process_result> run_process(command_line command) {
  return run(std::move(command).words(), process_options{});
}

}  // namespace muster
