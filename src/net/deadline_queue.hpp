#pragma once

#include "muster/detail/intrusive_list.hpp"
#include "net/lived_time.hpp"
#include "net/timeline.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

namespace muster {

/// Why an operation was ended before it was complete: the one place where a timeout and a
/// cancellation are told apart.
enum class ending : std::uint8_t {
  none,       ///< It was not ended.
  expired,    ///< Its time ran out.
  cancelled,  ///< Its owner stopped the run.
};

/// Something that must end by a certain time. Derive from it, arm it in a `deadline_queue`; it
/// leaves the queue when it is called, disarmed or destroyed.
class deadline : public list_hook {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  void disarm() { unlink(); }
  bool armed() const { return linked(); }
  /// When it was last armed for, in the lived time of its queue.
  time_point expires() const { return expires_; }

 protected:
  ~deadline() = default;

 private:
  friend class deadline_queue;
  /// Called once, from the io_context, with `expired` or `cancelled`; may destroy `*this`.
  virtual void on_deadline(ending why) = 0;
  time_point expires_{};
};

/// All deadlines of a run behind one alarm. Deadlines of the same length expire in the order in
/// which they were armed, so each length in use is a FIFO, of which any number may be: arming,
/// disarming and expiring are O(1) where many have the same length, and O(log n) where each has its
/// own.
class deadline_queue {
 public:
  using time_point = deadline::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// The timeline outlives the queue.
  explicit deadline_queue(timeline& time);

  /// Lets `entry` expire so long after `start`, a real time; standstills of this process in between
  /// don't count.
  void arm(deadline& entry, time_point start, duration length) {
    arm_lived(entry, lived_start(start), length);
  }
  /// The lived time of something that starts then, which may be now.
  time_point lived_start(time_point start) {
    // Whoever starts something after the alarm was due shows that the process was still until then.
    if (start >= standstill_from_) note_standstill(start);
    return lived_.lived(start);
  }
  /// The same, of a lived time.
  void arm_lived(deadline& entry, time_point start, duration length);
  timeline& time() const { return time_; }
  /// What deadlines are measured in.
  const lived_time& lived() const { return lived_; }
  /// Calls every armed deadline with `cancelled`, and every one that these calls arm.
  void cancel_all();
  /// Keeps the io_context at work no longer than something is armed: to be called when the last of
  /// several deadlines may just have been disarmed.
  void rest();
  /// Sees whether this process stood still, stopped or without a processor, since the alarm was
  /// due: that is no part of its lived time. Called before deadlines expire, and to be called
  /// before anything else that came meanwhile is looked at.
  void catch_up() {
    if (standstill_from_ == time_point::max()) return;
    if (const auto now = time_.now(); now >= standstill_from_) note_standstill(now);
  }
  /// Called before deadlines expire, and after a standstill, so that what has arrived unread is
  /// read first: a busy process must not turn an answer into a timeout.
  void on_before_expiry(std::function<void()> notify) { before_expiry_ = std::move(notify); }

  /// Deadlines are looked at once in this time, so that ten thousand that expire one after the
  /// other cost a thousand wake-ups a second at the most. None is early; this is how late one may
  /// be.
  static constexpr std::chrono::milliseconds quantum{1};
  /// An alarm that is this late or later was late because of a standstill.
  static constexpr std::chrono::milliseconds standstill_min{20};
  /// While anything is armed, the alarm rings this often, so that no more than this of a standstill
  /// is taken for a wait.
  static constexpr std::chrono::milliseconds heartbeat{500};
  /// So many lengths of time are remembered though nothing of them is armed.
  static constexpr std::size_t lengths_kept = 64;
  /// How many lengths of time are remembered: at most that many, and twice those that are in use.
  std::size_t lengths() const { return fifos_.size(); }

 private:
  struct fifo {
    explicit fifo(duration its) : length{its} {}

    duration length;
    intrusive_list<deadline> entries = {};
    time_point noted = time_point::max();  // the earliest that `heads_` has for it
    std::size_t notes = 0;                 // how many `heads_` has
  };
  /// What is known of the head of a FIFO. It may have left, but none has come before it.
  struct head {
    time_point expires;
    fifo* of;
    bool operator>(const head& other) const { return expires > other.expires; }
  };
  fifo& fifo_of(duration length);
  void forget_unused();
  void note_head(fifo& one);
  void drop_head();
  void note_standstill(time_point until);
  time_point now() const { return time_.now() - lived_.lost(); }
  time_point earliest();
  void on_alarm();
  void expire(time_point by);
  void set_alarm();

  timeline& time_;
  // A real time: when the alarm is so late that the process must have stood still.
  time_point standstill_from_ = time_point::max();
  // All others are lived.
  lived_time lived_;
  std::unique_ptr<alarm> alarm_;
  std::function<void()> before_expiry_;
  std::unordered_map<duration::rep, fifo> fifos_;  // by length
  std::size_t lengths_max_ = lengths_kept;         // until the unused ones are looked for
  fifo* latest_ = nullptr;                         // most often asked for, first found
  std::priority_queue<head, std::vector<head>, std::greater<>> heads_;
  time_point alarm_expires_ = time_point::max();  // what the alarm is set for
  time_point latest_start_{};                     // of what was armed: there was life by then
};

}  // namespace muster
