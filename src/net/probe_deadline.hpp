#pragma once

#include "net/deadline_queue.hpp"

#include <chrono>
#include <utility>

namespace muster {

/// A step of a probe that can be ended from outside: it then completes soon, with whatever error.
class cancellable {
 public:
  virtual void cancel() = 0;

 protected:
  ~cancellable() = default;
};

/// How much time there is for something, and since when.
struct time_limit {
  deadline::time_point start;
  deadline_queue::duration length;

  deadline::time_point end() const { return start + length; }
};

/// The deadline around a whole probe of several steps. When it ends, so does the step under way;
/// the probe then asks `ended()` why, rather than reading it out of that step's error.
class probe_deadline final : public deadline {
 public:
  using duration = deadline_queue::duration;

  /// Never ends, unless it is armed.
  probe_deadline() = default;
  probe_deadline(deadline_queue& queue, const time_limit& limit) { arm(queue, limit); }
  void arm(deadline_queue& queue, const time_limit& limit) {
    queue_ = &queue;
    length_ = limit.length;
    start_ = queue.lived_start(limit.start);
    lost_before_ = queue.lived().lost();
    queue.arm_lived(*this, start_, length_);
  }

  ending ended() const { return ending_; }
  /// Ends it now, for this reason and whether it is armed or not.
  void end(ending why) {
    disarm();
    on_deadline(why);
  }

  /// Stops the probe's clock, as while it waits for something of this machine's. The end of the run
  /// still ends it.
  void pause();
  /// Lets the clock run on with the time that was left.
  void go_on();
  /// How long the clock stood still since it was armed, all pauses and standstills together.
  duration paused() {
    if (queue_ == nullptr) return paused_;
    queue_->catch_up();
    return paused_ + queue_->lived().lost() - lost_before_;
  }

  /// Where it is armed; nullptr if it never was.
  deadline_queue* queue() const { return queue_; }

  /// A time without the standstills before it, to measure what lies between two.
  time_point lived(time_point real) {
    if (queue_ == nullptr) return real;
    queue_->catch_up();
    return queue_->lived().lived(real);
  }

  /// Marks a step as the one under way for as long as this lives. One within another takes its
  /// place meanwhile.
  class step {
   public:
    step(probe_deadline& owner, cancellable& what) : owner_{owner}, outer_{owner.step_} {
      owner_.step_ = &what;
    }
    step(const step&) = delete;
    step& operator=(const step&) = delete;
    ~step() { owner_.step_ = outer_; }

   private:
    probe_deadline& owner_;
    cancellable* outer_;
  };

 private:
  void on_deadline(ending why) override {
    ending_ = why;
    if (step_) step_->cancel();
  }

  deadline_queue* queue_ = nullptr;
  // Lived times, so that a standstill within a pause counts once.
  time_point start_{};
  duration length_{0};
  duration lost_before_{0};
  duration paused_{0};
  time_point paused_at_{};
  bool is_paused_ = false;
  ending ending_ = ending::none;
  cancellable* step_ = nullptr;
};

inline void probe_deadline::pause() {
  if (queue_ == nullptr || ending_ != ending::none) return;
  const time_point now = queue_->time().now();
  // Nothing but the end of the run comes before that.
  constexpr std::chrono::hours never{24 * 365};
  queue_->catch_up();  // or what was no lived time would be taken for a pause as well
  paused_at_ = queue_->lived().lived(now);
  is_paused_ = true;
  queue_->arm(*this, now, never);
}

inline void probe_deadline::go_on() {
  if (queue_ == nullptr || !std::exchange(is_paused_, false)) return;
  const time_point now = queue_->time().now();
  queue_->catch_up();
  paused_ += queue_->lived().lived(now) - paused_at_;
  if (ending_ == ending::none) queue_->arm_lived(*this, start_ + paused_, length_);
}

}  // namespace muster
