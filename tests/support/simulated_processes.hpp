#pragma once

#include "net/timeline.hpp"
#include "process/process_source.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace muster::test {

class simulated_world;

/// How simulated processes fare, as probabilities of each.
struct processes_weather {
  double waits = 0;    ///< The machine has no process for it, for `delay_max` at the most.
  double missing = 0;  ///< It can't be run.
  double endless = 0;  ///< It does not end by itself.
  double deaf = 0;     ///< It goes on after SIGTERM, until SIGKILL.
  double killed = 0;   ///< Somebody else's signal ends it.
  double silent = 0;   ///< It writes nothing.
  std::chrono::nanoseconds delay_min = std::chrono::microseconds{100};
  std::chrono::nanoseconds delay_max = std::chrono::milliseconds{300};
};

/// What became of one process, as the world knows it.
struct process_run {
  std::optional<timeline::time_point> began;
  std::optional<timeline::time_point> ended;
  std::optional<timeline::time_point> told_to_end;
  int exit_code = -1;
};

/// The processes of a simulated world. Each writes a line, and ends with an exit code from 0 to 4.
class simulated_processes final : public process_source {
 public:
  explicit simulated_processes(simulated_world& world);
  simulated_processes(const simulated_processes&) = delete;
  simulated_processes& operator=(const simulated_processes&) = delete;
  ~simulated_processes() override;

  std::unique_ptr<child> make_child(process_consumer& consumer) override;
  /// This machine's, as to where programs are.
  program_paths& programs() override { return programs_; }
  resource_waits waits() const override { return waits_; }
  void rest() override {}
  void kill_marked() override {}

 private:
  class simulated_child;
  using setting = std::pair<timeline::time_point, std::uint64_t>;  // in the order of setting

  void on_alarm();

  simulated_world& world_;
  program_paths programs_;
  resource_waits waits_;
  std::map<setting, simulated_child*> due_;
  std::uint64_t settings_ = 0;
  std::unique_ptr<alarm> alarm_;
};

}  // namespace muster::test
