#include "cli/run/script_run.hpp"

#include "muster/detail/asio_compat.hpp"

#include <utility>
#include <vector>

#include <asio/use_awaitable.hpp>

namespace muster {

script_run::script_run(asio::io_context& context)
    : context_{context}, ended_{context, asio::steady_timer::time_point::max()} {}

asio::awaitable<process_result> script_run::run(std::string script, process_options options) {
  if (!host_) {
    host_.emplace(context_);
    process_consumer& self = *this;
    child_.emplace(*host_, self);
  }
  std::vector<std::string> words{"/bin/sh", "-c", std::move(script)};
  child_->start(std::move(words), std::move(options));
  while (child_->running())
    co_await ended_.async_wait(as_tuple(asio::use_awaitable));
  co_return std::move(result_);
}

void script_run::stop() {
  if (child_) child_->stop(reason::interrupted);
}

void script_run::kill() {
  if (!child_) return;
  child_->kill();
  host_->kill_marked();
}

void script_run::on_end(process_result&& result) {
  result_ = std::move(result);
  ended_.cancel();
}

}  // namespace muster
