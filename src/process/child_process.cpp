// Strategy: one coroutine for each process. It starts the process, waiting in line while the
// machine is short of something, and then wakes up for whatever comes first: output, room for
// input, the process's end (its pidfd), the time that is set for the stage it is in, or a wish to
// stop it.
//
// The stages: `running` until its timeout; `ending` after SIGTERM, until its grace is over;
// `killed` after SIGKILL, when it is waited for once more; `ended`, when output that others hold
// open is read on for its grace; and `leaving`, while there is anybody left in its session
// (child_end.cpp). The process is reaped last of all, so its number, which is that of its session
// and group, is not used again before whatever is left of them has been killed.
#include "process/child_process.hpp"

#include "process/child_life.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster {
namespace {

using clock = std::chrono::steady_clock;

// Pieces that are read of one stream before others have their turn.
constexpr int reads_max = 4;
constexpr std::uint64_t much_bytes = 256 * 1024;
// A quarter of what a user may have in pipes is for 64 tasks (pipe(7)).
constexpr int large_pipe_bytes = 256 * 1024;

scarce_resource missing_for(spawn_step step, int error) {
  if (step == spawn_step::process && error == EAGAIN) return scarce_resource::processes;
  return shortage_of(error);
}

/// write(2) without the signal that this process may get when nobody reads.
ssize_t write_quietly(int descriptor, std::string_view bytes) {
  sigset_t broken_pipe;
  sigset_t before;
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
  const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
  const int error = errno;
  if (count < 0 && error == EPIPE && ::sigismember(&before, SIGPIPE) == 0) {
    const timespec at_once{};
    ::sigtimedwait(&broken_pipe, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return count;
}

}  // namespace

// ---- The wait

void child_life::wait::await_suspend(std::coroutine_handle<>) {
  own_.waiting_ = true;
  own_.end_.await(readiness::readable, *this);
  if (own_.left_.descriptor() >= 0) own_.left_.await(readiness::readable, *this);
  if (own_.output_.descriptor() >= 0) own_.output_.await(readiness::readable, *this);
  if (own_.errors_.descriptor() >= 0) own_.errors_.await(readiness::readable, *this);
  if (own_.input_.descriptor() >= 0) own_.input_.await(readiness::writable, *this);
}

void child_life::wait::forget() {
  if (!std::exchange(own_.waiting_, false)) return;
  for (polled_socket* one : {&own_.end_, &own_.left_, &own_.output_, &own_.errors_, &own_.input_})
    one->forget_waiter();
}

bool child_life::something_ready() const {
  return rang_ || stop_wanted_ || (!has_ended() && end_.ready(readiness::readable)) ||
         left_.ready(readiness::readable) || output_.ready(readiness::readable) ||
         errors_.ready(readiness::readable) || input_.ready(readiness::writable);
}

// ---- The coroutine

job child_life::live(process_host& host, child_process& owner, std::vector<std::string> arguments,
                     process_options options) {
  child_life own{owner, std::move(arguments), std::move(options)};
  introduction hello{own};
  co_await hello;
  int error = own.try_to_start();
  for (bool again = false;; again = true) {
    if (error == 0) {
      host.scarce().taken();
      own.set_clock(stage::running, own.options_.timeout);
      own.note_late_start();
      while (!own.done()) {
        wait next{own};
        co_await next;
        own.turn();
      }
      host.scarce().given_back();
      error = own.failure_to_start();
      if (error == 0) break;
    }
    const scarce_resource missing = missing_for(own.failed_, error);
    if (missing == scarce_resource::none || host.scarce().hopeless() || own.is_over()) break;
    probe_deadline starting;
    own.starting_ = &starting;
    shortage_pause pause{host.scarce(), starting, missing, again};
    co_await pause;
    own.starting_ = nullptr;
    if (starting.ended() != ending::none) break;
    error = own.try_to_start();
  }
  if (error != 0 && !own.is_over()) {
    own.explain(error);
  }
  own.conclude();
}

// ---- Its life

void child_life::set_clock(stage next, std::chrono::nanoseconds length) {
  stage_ = next;
  disarm();
  rang_ = false;
  const bool endless = next == stage::running && length.count() == 0;
  host_.deadlines().arm(*this, clock::now(), endless ? never : length);
}

void child_life::on_deadline(ending) {
  rang_ = true;
  if (waiting_) self_.resume();
}

void child_life::stop(reason why) {
  if (stopped_ != reason::none || timed_out_) return;
  if (has_ended()) {
    rang_ = true;  // what others may still write is not waited for
  } else {
    stopped_ = why;
    if (starting_) return starting_->end(ending::cancelled);
    stop_wanted_ = true;
  }
  if (waiting_) self_.resume();
}

void child_life::turn() {
  // Output first: what it wrote before its end is there by then.
  const bool ends = !has_ended() && end_.ready(readiness::readable);
  read(output_, process_stream::output);
  read(errors_, process_stream::errors);
  write_input();
  if (ends) {
    note_end();
  } else if (std::exchange(stop_wanted_, false)) {
    terminate();
  } else if (std::exchange(rang_, false) ||
             (stage_ == stage::warned && left_.ready(readiness::readable))) {
    move_on();
  }
  if (has_ended() && output_.descriptor() < 0 && errors_.descriptor() < 0) settle();
}

void child_life::read(polled_socket& from, process_stream stream) {
  if (from.descriptor() < 0 || !from.ready(readiness::readable)) return;
  const bool is_output = stream == process_stream::output;
  std::string& kept = is_output ? result_.output : result_.errors;
  std::uint64_t& bytes = is_output ? result_.output_bytes : result_.error_bytes;
  const auto buffer = host_.read_buffer();
  for (int i = 0; i < reads_max; ++i) {
    const ssize_t count = ::read(from.descriptor(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return from.used_up(readiness::readable);
    if (count <= 0) return from.close();
    const std::string_view piece{buffer.data(), static_cast<std::size_t>(count)};
    // Of one that writes much, fewer and larger pieces; where the system grants that.
    if (bytes < much_bytes && bytes + piece.size() >= much_bytes) {
      ::fcntl(from.descriptor(), F_SETPIPE_SZ, large_pipe_bytes);
    }
    bytes += piece.size();
    const std::size_t room = options_.output_bytes_max - kept.size();
    kept += piece.substr(0, room);
    owner_->consumer_.on_output(stream, piece);
    if (piece.size() > room) owner_->consumer_.on_excess(stream, piece.substr(room));
  }
  from.tell_again();
}

void child_life::write_input() {
  if (input_.descriptor() < 0) return;
  for (int i = 0; i < reads_max; ++i) {
    if (written_ == options_.input.size()) return input_.close();
    const ssize_t count =
        write_quietly(input_.descriptor(), std::string_view{options_.input}.substr(written_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return input_.used_up(readiness::writable);
    if (count < 0) return input_.close();  // it does not want it
    written_ += static_cast<std::size_t>(count);
  }
  if (written_ == options_.input.size()) return input_.close();
  input_.tell_again();
}

/// A process that has not ended when this one, which stood still while it started it, goes on: it
/// runs on, too.
void child_life::note_late_start() {
  const auto lost = host_.deadlines().lived().lost();
  if (lost == lost_before_) return;
  pollfd end{end_.descriptor(), POLLIN, 0};
  if (::poll(&end, 1, 0) == 0) lost_before_ = lost;
}

/// How long a process ran that is told to have ended. One that ends while this process stands still
/// ended no later than now, but for the standstill; one that runs on meanwhile has its whole time.
std::chrono::nanoseconds child_life::time_to_end() {
  host_.deadlines().catch_up();
  const auto lost = host_.deadlines().lived().lost();
  return clock::now() - began_ - (lost - std::max(lost_before_, host_.lost_before_news()));
}

// Its end is noted without reaping it.
void child_life::note_end() {
  siginfo_t info{};
  const int failed =
      ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (failed == 0 && info.si_pid == 0) return end_.used_up(readiness::readable);
  result_.took = time_to_end();
  failure_ = spawn_watch_.end();
  if (failed == 0 && info.si_code == CLD_EXITED) {
    result_.exit_code = info.si_status;
  } else if (failed == 0) {
    result_.signal = info.si_status;
  }
  stop_wanted_ = false;
  input_.close();
  left_.close();
  set_clock(stage::ended, options_.grace);
}

void child_life::conclude() {
  disarm();
  host_.deadlines().rest();
  if (process_ > 0) {
    signal_group(SIGKILL);
    reap();
  }
  end_.close();
  left_.close();
  if (result_.status != status::local_error) {
    if (stopped_ != reason::none) {
      result_.status = status::cancelled;
      result_.reason = stopped_;
    } else if (timed_out_) {
      result_.status = status::timeout;
      result_.reason = reason::command_timeout;
    } else if (result_.exit_code == 0) {
      result_.status = status::up;
    } else {
      result_.status = status::mismatch;
      result_.reason = result_.signal != 0 ? reason::killed_by_signal : reason::exit_code_not_zero;
    }
  }
  child_process& owner = *std::exchange(owner_, nullptr);
  owner.life_ = nullptr;
  owner.consumer_.on_end(std::move(result_));
}

// ---- What others see of it

child_process::child_process(process_host& host, process_consumer& consumer)
    : host_{host}, consumer_{consumer} {}

child_process::~child_process() {
  if (life_) life_->abandon();
}

void child_process::start(std::vector<std::string> arguments, process_options options) {
  child_life::live(host_, *this, std::move(arguments), std::move(options));
}

void child_process::stop(reason why) {
  if (life_) life_->stop(why);
}

void child_process::kill() {
  if (life_) life_->kill();
}

}  // namespace muster
