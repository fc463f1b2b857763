// Strategy: the timetable is the source of the scheduler. When nothing is due, it says so, and an
// alarm wakes it when something is. A check that is still under way when it is due again is not
// made twice.
#include "watch/watch_engine.hpp"

#include "engine/scarce_lines.hpp"
#include "net/descriptor_limit.hpp"
#include "watch/verdict.hpp"

#include <utility>

namespace muster {
namespace {

// Checks that wait for a host, or for something scarce, before no more are taken: each waits once.
constexpr std::size_t parked_max = 1'000'000;
constexpr std::chrono::milliseconds rate_quantum{1};
// What many checks depend on is not asked again for each of them that fails.
constexpr std::chrono::seconds canary_pause{1};

scheduler_limits limits_of(const watch_plan& plan) {
  return {.rate = plan.rate,
          .rate_quantum = rate_quantum,
          .in_flight_max = plan.probe.in_flight_max,
          .per_host_max = plan.per_host_max,
          .parked_max = parked_max,
          .lines_max = parked_max,
          .batch_max = icmp_transport::batch_max};
}

}  // namespace

watch_engine::watch_engine(asio::io_context& context, probe_world& world, watch_plan plan,
                           watch_observer& observer)
    : plan_{std::move(plan)},
      observer_{observer},
      time_{world.time()},
      rows_(plan_.checks.size()),
      times_{time_.now(), time_.wall().time_since_epoch()},
      due_{time_.make_alarm([this] { scheduler_.wake(); })},
      processes_{context.get_executor(), plan_.processes_max},
      prober_{context, world, plan_.probe, plan_.common, plan_.excludes, *this},
      scheduler_{
          context, time_, *this, limits_of(plan_), {&shared_descriptors(context), &processes_}} {
  const auto now = time_.now();
  for (std::size_t i = 0; i < plan_.checks.size(); ++i) {
    const watch_check& check = plan_.checks[i];
    times_.add(static_cast<timetable::entry>(i), check.group->every, check.identity(), now);
  }
  find_canaries();
}

void watch_engine::find_canaries() {
  std::map<std::string_view, checks> by_name;
  for (std::size_t i = 0; i < plan_.checks.size(); ++i)
    by_name[plan_.checks[i].group->name].push_back(static_cast<timetable::entry>(i));
  for (const watch_check& check : plan_.checks) {
    const check_group& group = *check.group;
    if (group.after.empty() || canaries_.contains(&group)) continue;
    checks& found = canaries_[&group];
    for (const std::string& name : group.after) {
      const checks& those = by_name[name];
      found.insert(found.end(), those.begin(), those.end());
    }
  }
}

asio::awaitable<void> watch_engine::run() {
  co_await scheduler_.live(plan_.run_deadline, [this] { scheduler_.begin(); });
  due_->clear();
  prober_.rest();
}

void watch_engine::stop(reason why) {
  if (scheduler_.stop(why)) prober_.stop(why);
}

watch_figures watch_engine::figures() const {
  watch_figures now = figures_;
  now.in_flight = scheduler_.in_flight();
  for (std::size_t i = 0; i < rows_.size(); ++i)
    now.missed += times_.missed(static_cast<timetable::entry>(i));
  return now;
}

// ---- What to start next

source_answer watch_engine::pull(cursor& into) {
  const auto now = time_.now();
  while (const auto due = times_.take(now)) {
    row& own = rows_[due->which];
    if (own.is_busy) {
      ++figures_.skipped;
      continue;
    }
    own.is_busy = true;
    into = {*due};
    return source_answer::works;
  }
  if (const auto next = times_.next()) due_->set(*next);
  return source_answer::wait;
}

std::uint64_t watch_engine::host_of(const cursor& of) const {
  return host_key(plan_.checks[of.due.which].subject);
}

watch_engine::work watch_engine::take(cursor& from) {
  from.taken = true;
  const watch_check& check = plan_.checks[from.due.which];
  work next{{}, from.due, host_of(from)};
  next.request.subject = check.subject;
  next.request.spec = check.spec.get();
  next.request.index = check.index;
  next.request.sequence = from.due.which;
  return next;
}

std::size_t watch_engine::scarce_for(const work& probe) const {
  return scarce_line_of<watch_engine>(probe.request.kind());
}

void watch_engine::start(work&& probe, semaphore_permit permit) {
  figures_.lag.add(time_.now() - probe.due.at);
  probe.request.permit = std::move(permit);
  prober_.start(std::move(probe.request));
}

// ---- Results

const watch_check* watch_engine::doubtful_before(const check_group& group) {
  const auto found = canaries_.find(&group);
  if (found == canaries_.end()) return nullptr;
  look_again_at(found->second);
  for (const timetable::entry which : found->second) {
    const check_state& state = rows_[which].state;
    const bool is_well = state.now_is() == health::up || state.now_is() == health::degraded;
    if (!is_well || state.is_in_doubt()) return &plan_.checks[which];
  }
  return nullptr;
}

void watch_engine::look_again_at(const checks& which) {
  const auto now = time_.now();
  for (const timetable::entry one : which) {
    const row& own = rows_[one];
    if (own.is_busy || now - own.made < canary_pause) continue;
    times_.hasten(one, now, now);
    scheduler_.wake();
  }
}

void watch_engine::on_result(probe_result&& result) {
  const scheduler<watch_engine>::ending ended{scheduler_, host_key(result.subject), 0};
  const auto which = static_cast<timetable::entry>(result.sequence);
  const watch_check& check = plan_.checks[which];
  row& own = rows_[which];
  own.is_busy = false;
  if (result.status == status::cancelled) return;
  ++figures_.checks;
  own.made = time_.now();
  health verdict = verdict_of(result);
  const watch_check* const behind =
      verdict == health::down ? doubtful_before(*check.group) : nullptr;
  if (behind) verdict = health::unknown;
  const auto change = own.state.take(verdict, check.group->rules, result.finished);
  if (own.state.is_in_doubt() && check.group->recheck.count() > 0) {
    const auto now = time_.now();
    times_.hasten(which, now + check.group->recheck, now);
    scheduler_.wake();
  }
  observer_.on_check({check, result, own.state, change, behind});
}

}  // namespace muster
