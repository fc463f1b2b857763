#pragma once

#include "muster/detail/intrusive_list.hpp"
#include "muster/resource_waits.hpp"
#include "net/timeline.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace muster {

/// What this machine can be short of when a connection is to be made, or a process.
enum class scarce_resource : std::uint8_t {
  none,
  descriptors,  ///< EMFILE, ENFILE.
  ports,        ///< Every local port is in use towards that destination.
  memory,       ///< ENOBUFS, ENOMEM, EAGAIN, or the user's epoll watches (ENOSPC).
  processes,    ///< This user, or the system, has as many as may be (EAGAIN of clone).
  starts,       ///< Too many processes are about to run their programs; it isn't counted.
};

/// What `socket`, `send`, `epoll_ctl` or the start of a process failed for, if it is for want of
/// something that will be given back. `connect` is different: see `connection`.
scarce_resource shortage_of(int error);

/// Those who wait for something that this machine has run out of. The first in line tries again
/// when one of the run's own connections has ended, or after a while: others may have given
/// something back. When it succeeds the next one tries.
class shortage {
 public:
  using duration = std::chrono::steady_clock::duration;

  /// Waits between two tries, of which each is twice as long as the one before.
  static constexpr std::chrono::milliseconds pause_min{1};
  static constexpr std::chrono::milliseconds pause_max{100};
  /// Tries in a row before other handlers have their turn.
  static constexpr int tries_max = 64;
  /// How long waiting goes on while this run holds nothing whose end could help, and nobody gets
  /// anything: longer than the minute that a port stays in TIME_WAIT. For descriptors, most of
  /// which this process would have to give back itself, and for what others have, it ends sooner.
  static constexpr std::chrono::seconds patience_default{90};
  static constexpr std::chrono::seconds descriptor_patience{2};
  static constexpr std::chrono::seconds process_patience{20};

  /// The timeline outlives the shortage.
  explicit shortage(timeline& time, duration patience = patience_default);
  shortage(const shortage&) = delete;
  shortage& operator=(const shortage&) = delete;

  /// One who waits. Leaves the line when it is destroyed.
  class waiter : public list_hook {
   protected:
    ~waiter() = default;

   private:
    friend class shortage;
    /// Called once, out of the line: it tries, and if there is still a shortage it queues again
    /// before it returns. May destroy `*this`.
    virtual void try_again() = 0;
  };

  /// Called when somebody begins to wait, so that what is held for later can be given back.
  void on_shortage(std::function<void()> notify) { on_shortage_ = std::move(notify); }
  /// Whether somebody waits.
  bool is_short() const { return !line_.empty(); }

  /// Puts `one` at the end of the line. A wait of many tries is counted once: `first` is the first.
  void queue(waiter& one, scarce_resource what, bool first);
  /// True when it is no use to wait any longer.
  bool hopeless() const { return hopeless_; }
  /// A connection of this run got what it needed, and gave it back.
  void taken() {
    ++held_;
    relieved_now_ = true;
    gave_up_ = false;
  }
  void given_back() {
    --held_;
    if (!line_.empty()) hurry();
  }
  timeline::time_point now() const { return time_.now(); }
  const resource_waits& waits() const { return waits_; }
  /// Keeps the io_context at work no longer than somebody waits: to be called when the last of
  /// those who waited may just have left the line.
  void rest() {
    if (line_.empty() && serving_) end();
  }

 private:
  void try_some();
  duration patience() const;
  void on_alarm();
  void hurry();
  void end();

  timeline& time_;
  std::unique_ptr<alarm> alarm_;
  intrusive_list<waiter> line_;
  std::function<void()> on_shortage_;
  resource_waits waits_;
  const duration patience_;
  timeline::time_point relieved_;  // when somebody last got something
  std::chrono::milliseconds pause_ = pause_min;
  std::size_t held_ = 0;
  scarce_resource missing_ = scarce_resource::none;  // to whoever queued last
  bool failed_ = false;                              // whoever tried just now queued again
  bool relieved_now_ = false;  // somebody got something since this was looked at
  bool hopeless_ = false;
  bool gave_up_ = false;  // the last in line did
  bool serving_ = false;
  bool hurried_ = false;  // something was given back, so the pause was cut short
};

}  // namespace muster
