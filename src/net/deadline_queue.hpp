#pragma once

#include "muster/detail/intrusive_list.hpp"
#include "net/timeline.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>

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
  /// When it was last armed for.
  time_point expires() const { return expires_; }

 protected:
  ~deadline() = default;

 private:
  friend class deadline_queue;
  /// Called once, from the io_context, with `expired` or `cancelled`; may destroy `*this`.
  virtual void on_deadline(ending why) = 0;
  /// This process stood still for so long while it was armed, and it was put off by that.
  virtual void on_standstill(std::chrono::steady_clock::duration length) {
    static_cast<void>(length);
  }
  time_point expires_{};
};

/// All deadlines of a run behind one alarm. Deadlines of the same length expire in the order in
/// which they were armed, so each length in use is a FIFO: arming, disarming and expiring are O(1).
class deadline_queue {
 public:
  using time_point = deadline::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// The timeline outlives the queue.
  explicit deadline_queue(timeline& time);

  /// Lets `entry` expire at `start + length`.
  void arm(deadline& entry, time_point start, duration length);
  /// Calls every armed deadline with `cancelled`, and every one that these calls arm.
  void cancel_all();
  /// Keeps the io_context at work no longer than something is armed: to be called when the last of
  /// several deadlines may just have been disarmed.
  void rest();
  /// Sees whether this process stood still, stopped or without a processor, since the alarm was
  /// due: what was armed then is put off by that. Called before deadlines expire, and to be called
  /// before anything else that came meanwhile is looked at.
  void catch_up();
  /// Called before deadlines expire, so that answers that have arrived but were not read yet are
  /// read first: a busy process must not turn an answer into a timeout.
  void on_before_expiry(std::function<void()> look) { before_expiry_ = std::move(look); }

  /// Deadlines are looked at once in this time, so that ten thousand that expire one after the
  /// other cost a thousand wake-ups a second at the most. None is early; this is how late one may
  /// be.
  static constexpr std::chrono::milliseconds quantum{1};
  /// An alarm that is this late or later was late because of a standstill.
  static constexpr std::chrono::milliseconds standstill_min{20};
  /// While anything is armed, the alarm rings this often, so that no more than this of a standstill
  /// is taken for a wait.
  static constexpr std::chrono::milliseconds heartbeat{500};

 private:
  struct fifo {
    duration length;
    intrusive_list<deadline> entries;
  };
  fifo& fifo_of(duration length);
  time_point earliest() const;
  void on_alarm();
  void expire(time_point now);
  void set_alarm();

  timeline& time_;
  std::unique_ptr<alarm> alarm_;
  std::function<void()> before_expiry_;
  std::list<fifo> fifos_;
  time_point alarm_expires_ = time_point::max();  // what the alarm is set for
};

}  // namespace muster
