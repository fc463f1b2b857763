#include "muster/sweep.hpp"

#include "engine/sweep_engine.hpp"
#include "net/shared_operation.hpp"

#include <optional>
#include <utility>

namespace muster {

class sweep::engine {
 public:
  engine(asio::io_context& context, sweep_options options, target_stream& targets,
         result_handler on_result)
      : world_{context}, core{context, world_, std::move(options), targets, std::move(on_result)} {}
  engine(asio::io_context& context, sweep_options options, target_stream&& targets,
         result_handler on_result)
      : targets_{std::move(targets)},
        world_{context},
        core{context, world_, std::move(options), *targets_, std::move(on_result)} {}

 private:
  std::optional<target_stream> targets_;
  system_world world_;

 public:
  sweep_engine core;
};

sweep::sweep(asio::io_context& context, sweep_options options, target_stream& targets,
             result_handler on_result)
    : context_{context},
      engine_{
          std::make_shared<engine>(context, std::move(options), targets, std::move(on_result))} {}

sweep::sweep(const executor_type& executor, sweep_options options, target_stream targets,
             result_handler on_result)
    : context_{io_context_of(executor)},
      engine_{std::make_shared<engine>(context_, std::move(options), std::move(targets),
                                       std::move(on_result))} {}

sweep::~sweep() { stop_soon(context_, engine_); }

asio::awaitable<sweep_summary> sweep::run() { return run_shared(engine_); }

asio::awaitable<sweep_summary> sweep::run_shared(std::shared_ptr<engine> shared) {
  co_return co_await shared->core.run();
}

void sweep::open_icmp() { engine_->core.probes().open(); }

void sweep::stop(reason why) { engine_->core.stop(why); }

void sweep::hold(bool held) { engine_->core.hold(held); }

void sweep::kill() { engine_->core.probes().kill(); }

void sweep::targets_ready() { engine_->core.wake(); }

void sweep::on_targets_wanted(std::function<void()> want) {
  engine_->core.want_targets = std::move(want);
}

void sweep::on_stopping(std::function<void()> look) { engine_->core.before_stop = std::move(look); }

void sweep::on_unkillable(std::function<void(const target&, pid_t)> tell) {
  engine_->core.tell_unkillable = std::move(tell);
}

void sweep::on_unasked(unasked_handler tell) { engine_->core.tell_unasked = std::move(tell); }

sweep_progress sweep::progress() const { return engine_->core.progress(); }

std::string sweep::icmp_mode() const { return engine_->core.probes().note(); }

std::string sweep::problem() const { return engine_->core.probes().problem(); }

}  // namespace muster
