#include "engine/task_engine.hpp"
#include "muster/run.hpp"
#include "net/shared_operation.hpp"

#include <optional>
#include <utility>

namespace muster {

class command_run::engine {
 public:
  engine(asio::io_context& context, run_options options, target_stream& targets,
         run_observer& observer)
      : core{context, std::move(options), targets, observer} {}
  engine(asio::io_context& context, run_options options, target_stream&& targets,
         run_observer& observer)
      : targets_{std::move(targets)}, core{context, std::move(options), *targets_, observer} {}

 private:
  std::optional<target_stream> targets_;

 public:
  task_engine core;
};

command_run::command_run(asio::io_context& context, run_options options, target_stream& targets,
                         run_observer& observer)
    : context_{context},
      engine_{std::make_shared<engine>(context, std::move(options), targets, observer)} {}

command_run::command_run(const executor_type& executor, run_options options, target_stream targets,
                         run_observer& observer)
    : context_{io_context_of(executor)},
      engine_{
          std::make_shared<engine>(context_, std::move(options), std::move(targets), observer)} {}

command_run::~command_run() { stop_soon(context_, engine_); }

asio::awaitable<run_summary> command_run::run() { return run_shared(engine_); }

asio::awaitable<run_summary> command_run::run_shared(std::shared_ptr<engine> shared) {
  co_return co_await shared->core.run();
}

void command_run::stop(reason why) { engine_->core.stop(why); }
void command_run::hold(bool held) { engine_->core.hold(held); }
void command_run::kill() { engine_->core.kill(); }
void command_run::targets_ready() { engine_->core.targets_ready(); }
std::size_t command_run::max_in_flight() const { return engine_->core.max_in_flight(); }
void command_run::set_max_in_flight(std::size_t tasks_max) {
  engine_->core.set_max_in_flight(tasks_max);
}
void command_run::set_rate(double rate_per_second) { engine_->core.set_rate(rate_per_second); }
void command_run::set_per_host_max(std::size_t tasks_max) {
  engine_->core.set_per_host_max(tasks_max);
}
void command_run::set_group_max(std::string_view group, std::size_t tasks_max) {
  engine_->core.set_group_max(group, tasks_max);
}
run_progress command_run::progress() const { return engine_->core.progress(); }

}  // namespace muster
