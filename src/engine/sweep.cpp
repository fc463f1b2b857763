#include "muster/sweep.hpp"

#include "engine/sweep_engine.hpp"

#include <utility>

namespace muster {

class sweep::engine {
 public:
  engine(asio::io_context& context, sweep_options options, target_stream& targets,
         result_handler on_result)
      : network_{context},
        core{context, network_, std::move(options), targets, std::move(on_result)} {}

 private:
  system_network network_;

 public:
  sweep_engine core;
};

sweep::sweep(asio::io_context& context, sweep_options options, target_stream& targets,
             result_handler on_result)
    : context_{context},
      engine_{
          std::make_unique<engine>(context, std::move(options), targets, std::move(on_result))} {}

sweep::~sweep() = default;

asio::awaitable<sweep_summary> sweep::run() { return engine_->core.run(); }

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

sweep_progress sweep::progress() const { return engine_->core.progress(); }

std::string sweep::icmp_mode() const { return engine_->core.probes().note(); }

std::string sweep::icmp_problem() const { return engine_->core.probes().problem(); }

}  // namespace muster
