#include "support/simulated_processes.hpp"

#include "support/simulated_world.hpp"

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace muster::test {

/// Of each stage it is decided at its beginning how it ends, and when.
class simulated_processes::simulated_child final : public child {
 public:
  simulated_child(simulated_processes& all, process_consumer& consumer)
      : all_{all}, world_{all.world_}, weather_{world_.processes}, consumer_{consumer} {}
  ~simulated_child() override {
    unset();
    leave();
  }

  void start(std::vector<std::string> arguments, process_options options) override {
    options_ = std::move(options);
    run_ = &world_.process_runs[arguments.back()].emplace_back();
    if (world_.happens(weather_.missing))
      return finish(status::local_error, reason::command_not_found);
    if (!world_.happens(weather_.waits)) return run();
    ++all_.waits_.processes;
    set(stage::waiting, world_.delay({}, weather_.delay_max));
  }
  void stop(reason why) override {
    if (stopped_ != reason::none || timed_out_) return;
    stopped_ = why;
    if (stage_ == stage::waiting) return finish(status::cancelled, why);
    if (stage_ == stage::running) tell_to_end();
  }
  void kill() override {
    if (run_->began) set(stage::killed, {});
  }

  /// What was to come by now comes.
  void move_on() {
    switch (stage_) {
      case stage::waiting:
        return run();
      case stage::running:
        if (!ends_by_itself_) {
          timed_out_ = true;
          return tell_to_end();
        }
        return end();
      case stage::ending:
      case stage::killed:
        return end();
    }
  }

 private:
  enum class stage : std::uint8_t { waiting, running, ending, killed };

  void set(stage next, std::chrono::nanoseconds length) {
    unset();
    stage_ = next;
    setting_ = {world_.time().now() + length, ++all_.settings_};
    all_.due_.emplace(setting_, this);
    all_.alarm_->set(all_.due_.begin()->first.first);
  }
  void unset() { all_.due_.erase(setting_); }
  void leave() {
    if (run_ && run_->began && !run_->ended) --world_.process_count;
  }

  void run() {
    run_->began = world_.time().now();
    world_.processes_peak = std::max(world_.processes_peak, ++world_.process_count);
    signal_ = world_.happens(weather_.killed) ? SIGSEGV : 0;
    if (signal_ == 0) run_->exit_code = static_cast<int>(world_.random() % 5);
    const bool is_endless = world_.happens(weather_.endless);
    const auto length = world_.delay(weather_.delay_min, weather_.delay_max);
    ends_by_itself_ = !is_endless && (options_.timeout.count() == 0 || length <= options_.timeout);
    set(stage::running, ends_by_itself_ ? length : options_.timeout);
    if (!world_.happens(weather_.silent)) {
      consumer_.on_output(process_stream::output, "OK - it is fine | time=0.5s;1;2\n");
    }
  }
  void tell_to_end() {
    run_->told_to_end = world_.time().now();
    run_->exit_code = -1;
    const bool is_deaf = world_.happens(weather_.deaf);
    signal_ = is_deaf ? SIGKILL : SIGTERM;
    set(stage::ending, is_deaf ? options_.grace : world_.delay({}, options_.grace));
  }
  void end() {
    leave();
    if (stage_ == stage::killed) {
      signal_ = SIGKILL;
      run_->exit_code = -1;
    }
    run_->ended = world_.time().now();
    if (stopped_ != reason::none) return finish(status::cancelled, stopped_);
    if (timed_out_) return finish(status::timeout, reason::command_timeout);
    if (signal_ != 0) return finish(status::mismatch, reason::killed_by_signal);
    if (run_->exit_code == 0) return finish(status::up, reason::none);
    finish(status::mismatch, reason::exit_code_not_zero);
  }
  void finish(status what, reason why) {
    unset();
    process_result result;
    result.status = what;
    result.reason = why;
    result.started = run_->began.has_value();
    result.exit_code = run_->exit_code;
    result.signal = result.started ? signal_ : 0;
    if (run_->began && run_->ended) result.took = *run_->ended - *run_->began;
    consumer_.on_end(std::move(result));  // may destroy this child
  }

  simulated_processes& all_;
  simulated_world& world_;
  const processes_weather& weather_;
  process_consumer& consumer_;
  process_options options_;
  process_run* run_ = nullptr;
  stage stage_ = stage::waiting;
  setting setting_{};
  bool ends_by_itself_ = false;
  bool timed_out_ = false;
  reason stopped_ = reason::none;
  int signal_ = 0;
};

simulated_processes::simulated_processes(simulated_world& world)
    : world_{world}, alarm_{world.time().make_alarm([this] { on_alarm(); })} {}

simulated_processes::~simulated_processes() = default;

std::unique_ptr<child> simulated_processes::make_child(process_consumer& consumer) {
  return std::make_unique<simulated_child>(*this, consumer);
}

void simulated_processes::on_alarm() {
  while (!due_.empty() && due_.begin()->first.first <= world_.time().now()) {
    simulated_child* const next = due_.begin()->second;
    due_.erase(due_.begin());
    next->move_on();
  }
  if (!due_.empty()) alarm_->set(due_.begin()->first.first);
}

}  // namespace muster::test
