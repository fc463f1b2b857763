#pragma once

#include "net/patient_step.hpp"
#include "process/child_process.hpp"

#include <array>
#include <chrono>
#include <coroutine>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace muster {

/// What the coroutine of a process keeps in its frame.
class child_life final : private deadline {
 public:
  enum class stage : std::uint8_t { starting, running, ending, killed, ended };

  child_life(child_process& owner, std::vector<std::string>&& arguments, process_options&& options)
      : owner_{&owner},
        host_{owner.host_},
        options_{std::move(options)},
        arguments_{std::move(arguments)},
        input_{host_.streams()},
        output_{host_.streams()},
        errors_{host_.streams()},
        end_{host_.streams()} {
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
  class wait {
   public:
    explicit wait(child_life& own) : own_{own} {}
    wait(const wait&) = delete;
    wait& operator=(const wait&) = delete;
    ~wait() { forget(); }
    bool await_ready() const { return own_.something_ready(); }
    void await_suspend(std::coroutine_handle<> coroutine);
    void await_resume() { forget(); }

   private:
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
  bool done() const;
  /// Whether it was ended from outside, whatever it was at.
  bool is_over() const { return timed_out_ || stopped_ != reason::none; }
  void turn();
  void read(polled_socket& from, process_stream stream);
  void write_input();
  void note_end();
  void move_on();
  void set_clock(stage next, std::chrono::nanoseconds length);
  void on_deadline(ending why) override;
  void signal_group(int signal) const {
    if (process_ <= 0) return;
    // One that is not yet the leader of its group has nobody in it.
    if (::kill(-process_, signal) != 0) ::kill(process_, signal);
  }
  void terminate();
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
  pid_t process_ = -1;
  std::size_t written_ = 0;
  std::chrono::steady_clock::time_point began_{};
  birth_watch birth_;
  spawn_failure failure_;
  spawn_step failed_ = spawn_step::none;
  stage stage_ = stage::starting;
  bool rang_ = false;  // the time for this stage is over
  bool timed_out_ = false;
  reason stopped_ = reason::none;
  bool stop_wanted_ = false;  // not acted on yet
};

}  // namespace muster
