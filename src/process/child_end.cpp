// Strategy: whoever a process has started is in its session, unless he made one of his own. The
// group that has the session's number gets its signals at once, from the kernel; others in the
// session are looked for, and looked for again until there are no new ones, as each of them may
// start one more while we look. That takes time, so it is only done when a process is to be ended,
// or when one that has ended left somebody behind: then, where orphans are given to this process,
// he is among its children.
//
// A muster that is itself a task has tasks with sessions of their own, which it ends when it is
// told to. If it is still at that when its own grace is over, it is told a second time, at which it
// kills them at once, and is waited for before it is killed.
#include "process/child_life.hpp"
#include "process/orphans.hpp"
#include "process/process_descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <unordered_set>
#include <utility>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster {
namespace {

using clock = std::chrono::steady_clock;

// How long a process that was killed is waited for. The kernel ends it at once unless it is held up
// itself, as by a disk; on a busy machine that takes a moment all the same.
constexpr std::chrono::seconds killed_wait{5};
// How long one that has tasks of its own has to kill them.
constexpr std::chrono::milliseconds warned_wait{1'000};
// The same, where the loop waits for it.
constexpr std::chrono::milliseconds warned_wait_last{500};
// How soon it is looked again for what can't be watched.
constexpr std::chrono::milliseconds unwatched_wait{20};

std::chrono::nanoseconds time_of(const timeval& value) {
  return std::chrono::seconds{value.tv_sec} + std::chrono::microseconds{value.tv_usec};
}

}  // namespace

// ---- Signals

void child_life::signal_group(int signal) const {
  if (process_ <= 0) return;
  // One that is not yet the leader of its group has nobody in it.
  if (::kill(-process_, signal) != 0) ::kill(process_, signal);
}

void child_life::signal_session(int signal) {
  if (process_ <= 0) return;
  signal_group(signal);
  const bool is_kill = signal == SIGKILL;
  refusing_ = 0;
  if (is_kill && !process_descriptor::send_signal(end_.descriptor(), signal) && errno == EPERM) {
    refusing_ = process_;
  }
  std::unordered_set<pid_t> told;
  bool more = true;
  for (int scans = 0; more && scans < session_search::scans_max; ++scans) {
    more = false;
    const auto& members = scans > 0 ? host_.sessions().members(process_, clock::now())
                                    : host_.sessions().recent_members(process_);
    for (const pid_t member : members) {
      // A second SIGTERM may mean something else than the first.
      if (!is_kill && ::getpgid(member) == process_) continue;
      if (!told.insert(member).second) continue;
      const int error = signal_member(member, process_, signal);
      more = more || error == 0;
      if (is_kill && error == EPERM && refusing_ == 0) refusing_ = member;
    }
  }
}

std::vector<pid_t> child_life::heads_of_others() {
  std::vector<pid_t> heads = host_.sessions().recent_members(process_);
  heads.push_back(process_);
  std::erase_if(heads, [](pid_t one) { return !has_child_in_own_session(one); });
  return heads;
}

/// Tells those who have tasks of their own a second time. False when there are none.
bool child_life::warn_heads_of_others() {
  if (std::exchange(warned_, true)) return false;
  const std::vector<pid_t> heads = heads_of_others();
  for (const pid_t head : heads)
    signal_member(head, process_, SIGTERM);
  if (heads.empty()) return false;
  wait_for(heads.front(), warned_wait);
  return true;
}

void child_life::terminate() {
  told_at_ = clock::now();
  signal_session(SIGTERM);
  signal_session(SIGCONT);  // one that is stopped would not hear it
  set_clock(stage::ending, options_.grace);
}

void child_life::kill_session() {
  left_.close();
  killed_ = true;
  killed_at_ = clock::now();
  signal_session(SIGKILL);
  if (refusing_ == process_) {
    stage_ = stage::killed;
    return wait_for_refusing();
  }
  set_clock(stage::killed, std::max<std::chrono::nanoseconds>(killed_wait, options_.grace));
}

void child_life::kill() {
  if (process_ <= 0) return;
  for (const pid_t head : heads_of_others()) {
    const process_descriptor waited_for{head};
    if (signal_member(head, process_, SIGTERM) == 0) {
      host_.await_end(waited_for.get(), warned_wait_last);
    }
  }
  signal_group(SIGKILL);
  host_.sessions().mark_for_kill(process_);
}

// ---- Stages

void child_life::move_on() {
  switch (stage_) {
    case stage::running:
      timed_out_ = true;
      return terminate();
    case stage::ending:
      if (warn_heads_of_others()) {
        stage_ = stage::warned;
        return;
      }
      [[fallthrough]];
    case stage::warned:
      return kill_session();
    case stage::killed:
      // The kernel does not let it go: what is known has to do.
      spawn_watch_.end();
      result_.took = clock::now() - began_;
      result_.signal = SIGKILL;
      [[fallthrough]];
    case stage::ended:
      result_.left_open = true;
      output_.close();
      errors_.close();
      stage_ = stage::ended;
      return;
    case stage::starting:
    case stage::leaving:
    case stage::over:
      return;
  }
}

/// The process has ended, and its output is over: what is left of its session is to end, too.
void child_life::settle() {
  left_.close();
  const std::vector<pid_t> left = left_behind();
  if (left.empty()) {
    stage_ = stage::over;
    return;
  }
  const auto now = clock::now();
  const auto grace = options_.grace - (now - told_at_);
  if (is_over() && !killed_ && grace.count() > 0) return wait_for(left.front(), grace);
  if (!killed_ && warn_heads_of_others()) return;
  if (!std::exchange(killed_, true)) killed_at_ = now;
  signal_session(SIGKILL);
  if (refusing_ != 0) return wait_for_refusing();
  if (now - killed_at_ < killed_wait) return wait_for(left.front(), killed_wait);
  stage_ = stage::over;  // the kernel does not let them go
}

/// Those in its session who have outlived it, as far as that can be told at little cost.
std::vector<pid_t> child_life::left_behind() {
  orphans* const adopted = orphans::adopted();
  if (adopted && adopted->are_seen()) return adopted->in_session(process_);
  if (!is_over()) return {};
  // Whoever was started before it was told is there by then.
  std::vector<pid_t> left = host_.sessions().members(process_, killed_ ? killed_at_ : told_at_);
  std::erase_if(left, [this](pid_t one) { return signal_member(one, process_, 0) == ESRCH; });
  return left;
}

void child_life::wait_for(pid_t process, std::chrono::nanoseconds length) {
  set_clock(has_ended() ? stage::leaving : stage::warned, length);
  if (process == process_) return;  // which is waited for anyway
  left_.assign(process_descriptor{process}.release());
  if (left_.descriptor() >= 0 && left_.watch() == 0) return;
  left_.close();
  set_clock(stage_, std::min<std::chrono::nanoseconds>(length, unwatched_wait));
}

/// It counts as running until it ends, however long that takes.
void child_life::wait_for_refusing() {
  if (!std::exchange(announced_, true)) owner_->consumer_.on_unkillable(refusing_);
  const bool was_ended = has_ended();
  wait_for(refusing_, warned_wait);
  if (was_ended && left_.descriptor() < 0) return;
  if (!was_ended) stage_ = stage::killed;
  disarm();
}

// ---- Its end

void child_life::reap() {
  rusage usage{};
  if (::wait4(process_, nullptr, WNOHANG, &usage) == process_) {
    result_.cpu_time = time_of(usage.ru_utime) + time_of(usage.ru_stime);
  }
  if (orphans* const adopted = orphans::adopted()) adopted->exempt_no_more(process_);
  process_ = -1;
}

void child_life::kill_and_reap() {
  signal_session(SIGKILL);
  if (end_.descriptor() >= 0 && refusing_ != process_) host_.await_end(end_.descriptor());
  reap();
}

}  // namespace muster
