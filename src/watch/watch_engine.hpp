#pragma once

#include "engine/probe_cursor.hpp"
#include "engine/scheduler.hpp"
#include "muster/latency_histogram.hpp"
#include "muster/result.hpp"
#include "probe/probe_world.hpp"
#include "probe/prober.hpp"
#include "watch/timetable.hpp"
#include "watch/watch_event.hpp"
#include "watch/watch_plan.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

namespace muster {

/// Who hears of what the checks find.
class watch_observer {
 public:
  virtual void on_check(const watch_event& event) = 0;

 protected:
  ~watch_observer() = default;
};

/// How a watch keeps up.
struct watch_figures {
  std::uint64_t checks = 0;     ///< Made so far.
  std::uint64_t skipped = 0;    ///< Were due while the last one of the same check was going on.
  std::uint64_t missed = 0;     ///< Passed over, as nobody looked when they were due.
  std::uint64_t in_flight = 0;  ///< Now.
  latency_histogram lag;        ///< From when a check was due to its start.
};

/// Makes each check of a plan whenever it is due, under the limits, and keeps its state.
class watch_engine final : public result_consumer {
 public:
  /// Everything that is passed by reference outlives the engine. Throws std::invalid_argument when
  /// what the plan asks for can't be done here.
  watch_engine(asio::io_context& context, probe_world& world, watch_plan plan,
               watch_observer& observer);

  /// Runs until it is stopped. Cancelling the awaitable is `stop(reason::interrupted)`.
  asio::awaitable<void> run();
  /// Starts nothing more, and ends what is in flight.
  void stop(reason why);

  const watch_plan& plan() const { return plan_; }
  const check_state& state_of(std::size_t check) const { return rows_[check].state; }
  watch_figures figures() const;
  prober& probes() { return prober_; }

  void on_result(probe_result&& result) override;
  void on_reply(probe_kind, std::chrono::nanoseconds) override {}
  void on_unkillable(const target& subject, pid_t process) override {
    if (tell_unkillable_) tell_unkillable_(subject, process);
  }
  void on_unkillable(std::function<void(const target&, pid_t)> tell) {
    tell_unkillable_ = std::move(tell);
  }

 private:
  friend class scheduler<watch_engine>;

  // What the scheduler asks of its client.

  struct cursor {
    timetable::due due;
    bool taken = false;
  };
  struct work {
    probe_request request;
    timetable::due due;
    std::uint64_t host;
  };

  source_answer pull(cursor& into);
  static bool has_room() { return true; }
  std::uint64_t host_of(const cursor& of) const;
  static std::uint64_t host_of(const work& of) { return of.host; }
  work take(cursor& from);
  static bool has_more(const cursor& rest) { return !rest.taken; }
  static std::uint64_t group_of(const work&) { return 0; }
  std::size_t scarce_for(const work& probe) const;
  static void give(work& probe, semaphore_permit permit) {
    probe.request.resource = std::move(permit);
  }
  static bool admits(const work&) { return true; }
  void start(work&& probe, semaphore_permit permit);
  void end_unstarted(work&& probe, reason) { forget(probe.due.which); }
  void take_back(work&& probe) { forget(probe.due.which); }
  void settle(cursor&& rest) { forget(rest.due.which); }
  static bool may_come_back() { return false; }

  using checks = std::vector<timetable::entry>;

  void find_canaries();
  /// A check of those that this group comes after which can't be relied on; nothing if there is
  /// none.
  const watch_check* doubtful_before(const check_group& group);
  void look_again_at(const checks& which);

  /// A check is neither under way nor about to be.
  void forget(timetable::entry which) { rows_[which].is_busy = false; }

  struct row {
    check_state state;
    bool is_busy = false;
    timeline::time_point made{};  ///< When it last ended.
  };

  watch_plan plan_;
  watch_observer& observer_;
  timeline& time_;
  std::vector<row> rows_;                          // by check
  std::map<const check_group*, checks> canaries_;  // of groups that come after others
  timetable times_;
  std::unique_ptr<alarm> due_;
  watch_figures figures_;
  std::function<void(const target&, pid_t)> tell_unkillable_;
  semaphore processes_;
  prober prober_;
  scheduler<watch_engine> scheduler_;
};

}  // namespace muster
