#pragma once

#include "net/shortage_step.hpp"
#include "process/child_process.hpp"

#include <array>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace muster {

/// What the coroutine of a process keeps in its frame.
class child_life final : private deadline {
 public:
  enum class stage : std::uint8_t {
    starting,
    running,
    ending,   ///< Told to end; until its grace is over.
    warned,   ///< Told a second time, because it has tasks of its own to kill.
    killed,   ///< Killed, and waited for once more.
    ended,    ///< Its output is read on, if others hold it open.
    leaving,  ///< What is left of its session is waited for.
    over,
  };

  child_life(child_process& owner, std::vector<std::string>&& arguments, process_options&& options)
      : owner_{&owner},
        host_{owner.host_},
        options_{std::move(options)},
        arguments_{std::move(arguments)},
        input_{host_.streams()},
        output_{host_.streams()},
        errors_{host_.streams()},
        end_{host_.streams()},
        left_{host_.streams()} {
    owner.life_ = this;
  }
  child_life(const child_life&) = delete;
  child_life& operator=(const child_life&) = delete;
  ~child_life() {
    if (owner_) owner_->life_ = nullptr;
    if (process_ > 0) kill_and_reap();
  }

  static job live(process_host& host, child_process& owner, std::vector<std::string> arguments,
                  process_options options);

  void stop(reason why);
  void kill();
  /// Nobody waits for it any more: ends the coroutine where it is suspended.
  void abandon() {
    owner_->life_ = nullptr;
    owner_ = nullptr;
    self_.destroy();
  }

 private:
  /// The time that one without a limit has: it is looked after as well, so that a standstill shows.
  static constexpr std::chrono::hours never{24 * 365 * 100};

  /// `co_await introduction{…}`: tells what the coroutine is called, and goes on.
  struct introduction {
    child_life& own;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> coroutine) const noexcept {
      own.self_ = coroutine;
      return false;
    }
    void await_resume() const noexcept {}
  };
  /// `co_await wait{…}`: until there is something to do.
  class wait final : private socket_waiter {
   public:
    explicit wait(child_life& own) : own_{own} {}
    wait(const wait&) = delete;
    wait& operator=(const wait&) = delete;
    ~wait() { forget(); }
    bool await_ready() const { return own_.something_ready(); }
    void await_suspend(std::coroutine_handle<>);
    void await_resume() { forget(); }

   private:
    void on_ready() override { own_.self_.resume(); }
    void forget();
    child_life& own_;
  };

  /// An errno, or 0 when the process runs.
  int try_to_start();
  spawned spawn(const std::array<int, 3>& streams);
  int failure_to_start();
  /// What is reported when it could not be started.
  void explain(int error);
  void close_streams();
  bool something_ready() const;
  bool has_ended() const { return stage_ >= stage::ended; }
  bool done() const { return stage_ == stage::over; }
  /// Whether it was ended from outside, whatever it was at.
  bool is_over() const { return timed_out_ || stopped_ != reason::none; }
  void turn();
  void read(polled_socket& from, process_stream stream);
  void write_input();
  void note_end();
  void note_late_start();
  std::chrono::nanoseconds time_to_end();
  void move_on();
  void set_clock(stage next, std::chrono::nanoseconds length);
  void on_deadline(ending why) override;

  // Its end, and that of its session.

  void signal_group(int signal) const;
  void signal_session(int signal);
  /// Those in the session who have children with sessions of their own.
  std::vector<pid_t> heads_of_others();
  bool warn_heads_of_others();
  void terminate();
  void kill_session();
  void settle();
  std::vector<pid_t> left_behind();
  void wait_for(pid_t process, std::chrono::nanoseconds length);
  void wait_for_refusing();
  void reap();
  void kill_and_reap();
  void conclude();

  child_process* owner_;
  process_host& host_;
  process_options options_;
  std::vector<std::string> arguments_;
  process_result result_;
  std::coroutine_handle<> self_;
  bool waiting_ = false;
  probe_deadline* starting_ = nullptr;  // while it waits for its start
  polled_socket input_;
  polled_socket output_;
  polled_socket errors_;
  polled_socket end_;
  polled_socket left_;  // of somebody in its session who is waited for
  pid_t process_ = -1;
  std::size_t written_ = 0;
  std::chrono::steady_clock::time_point began_{};
  std::chrono::nanoseconds lost_before_{0};  // by standstills of this process before it began
  spawn_watch spawn_watch_;
  spawn_failure failure_;
  spawn_step failed_ = spawn_step::none;
  stage stage_ = stage::starting;
  bool rang_ = false;  // the time for this stage is over
  bool timed_out_ = false;
  reason stopped_ = reason::none;
  bool stop_wanted_ = false;  // not acted on yet
  std::chrono::steady_clock::time_point told_at_{};
  std::chrono::steady_clock::time_point killed_at_{};
  bool warned_ = false;
  bool killed_ = false;
  pid_t refusing_ = 0;      // one that could not be killed, as it is another user's
  bool announced_ = false;  // that there is such a one
};

}  // namespace muster
