// Strategy: the pipes are made and watched before the process is started, so that nothing can go
// wrong afterwards that would leave a process behind of which nobody knows.
#include "process/child_life.hpp"
#include "process/interpreter.hpp"
#include "process/orphans.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

reason reason_of(spawn_step step, int error) {
  if (error == EMFILE || error == ENFILE) return reason::too_many_open_files;
  if (error == EAGAIN || error == ENOMEM || step == spawn_step::process) return reason::no_process;
  if (step == spawn_step::directory) return reason::no_directory;
  if (error == ENOENT || error == ENOTDIR) return reason::command_not_found;
  if (error == E2BIG) return reason::arguments_too_long;
  return reason::not_executable;
}

}  // namespace

/// The two ends of a pipe that are not given away yet.
class pipe_ends {
 public:
  pipe_ends() = default;
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  ~pipe_ends() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  bool open() { return ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  int take_reader() { return take(0); }
  int take_writer() { return take(1); }

 private:
  // What this process does with its end is never to block it.
  int take(std::size_t which) {
    const int end = std::exchange(ends_[which], -1);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
    return end;
  }
  std::array<int, 2> ends_{-1, -1};
};

spawned child_life::spawn(const std::array<int, 3>& streams) {
  const program_paths::found& program = host_.programs().find(arguments_.front());
  if (program.path.empty()) return {-1, -1, {program.error, spawn_step::program}, {}};
  return host_.starter().spawn(
      {program.path, arguments_, options_.environment, options_.directory, streams});
}

int child_life::try_to_start() {
  failed_ = spawn_step::process;
  pipe_ends input;
  pipe_ends output;
  pipe_ends errors;
  if (!output.open() || (!options_.merge_errors && !errors.open())) return errno;
  if (!options_.input.empty() && !input.open()) return errno;
  const int from = options_.input.empty() ? host_.null_device() : input.reader();

  output_.assign(output.take_reader());
  if (!options_.merge_errors) errors_.assign(errors.take_reader());
  if (!options_.input.empty()) input_.assign(input.take_writer());
  int error = output_.watch();
  if (error == 0 && errors_.descriptor() >= 0) error = errors_.watch();
  if (error == 0 && input_.descriptor() >= 0) error = input_.watch();
  spawned child;
  if (error == 0) {
    began_ = std::chrono::steady_clock::now();
    // Whatever happens from here on, a standstill shows.
    host_.deadlines().arm(*this, began_, never);
    lost_before_ = host_.deadlines().lived().lost();
    result_.began = host_.time().wall();
    child =
        spawn({from, output.writer(), options_.merge_errors ? output.writer() : errors.writer()});
    error = child.failure.error;
    failed_ = child.failure.step;
  }
  if (error != 0) {
    disarm();
    close_streams();
    return error;
  }
  process_ = child.process;
  if (orphans* const adopted = orphans::adopted()) adopted->exempt(process_);
  spawn_watch_ = std::move(child.watch);
  end_.assign(child.descriptor);
  if (const int unwatched = end_.watch(); unwatched != 0) {
    // It may have done something already, so it must not be started again.
    kill_and_reap();
    failed_ = spawn_step::process;
    return EIO;
  }
  result_.started = true;
  return 0;
}

/// What the process ended of, if that was before it ran its program: an errno, and then it is as if
/// it had never been started.
int child_life::failure_to_start() {
  if (failure_.error == 0) return 0;
  failed_ = failure_.step;
  if (failed_ == spawn_step::program && failure_.error == ENOENT) {
    host_.programs().forget(arguments_.front());
  }
  reap();
  end_.close();
  close_streams();
  result_ = {};
  stage_ = stage::starting;
  written_ = 0;
  warned_ = killed_ = announced_ = false;
  return std::exchange(failure_, {}).error;
}

void child_life::explain(int error) {
  result_.status = status::local_error;
  result_.reason = reason_of(failed_, error);
  if (failed_ != spawn_step::program) return;
  // For the kernel, a program is as little there as what its first bytes say is to run it.
  const program_paths::found& program = host_.programs().find(arguments_.front());
  const std::string path = seen_from(options_.directory, program.path);
  if (check_program(path) != 0) return;
  if (auto fault = find_interpreter_fault(path, options_.directory)) {
    result_.reason = reason::bad_interpreter;
    result_.detail = std::move(fault->name);
  } else if (error == ENOENT) {
    result_.reason = reason::bad_interpreter;
  }
}

void child_life::close_streams() {
  for (polled_socket* one : {&input_, &output_, &errors_})
    one->close();
}

}  // namespace muster
