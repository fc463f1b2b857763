// Strategy: clone(2) as vfork(2) does it, which copies no page table: the new process borrows this
// one's memory, on a stack of its own, until it runs its program, and this one waits so long. So it
// can say in that memory what went wrong, which no exit code could. It does nothing there but
// system calls. All signals are blocked before, as a handler of ours that ran in the new process
// would work on our memory; it has none left when it lets them in again.
#include "process/spawner.hpp"

#include "net/descriptor_limit.hpp"

#include <cerrno>
#include <csignal>
#include <optional>

#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster {
namespace {

struct birth {
  const spawn_request* request;
  const rlimit* descriptor_limit;  // null to leave it
  pid_t parent;
  volatile int error;
  volatile spawn_step failed;
};

void fail(birth& own, spawn_step step) {
  own.error = errno;
  own.failed = step;
  ::_exit(127);
}

// Handlers, and the signals that muster itself ignores, go back to what the system does; what this
// process was started to ignore (nohup) stays ignored.
void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction what {};
    if (::sigaction(signal, nullptr, &what) != 0) continue;
    const bool ours = signal == SIGPIPE || signal == SIGXFSZ;
    const bool handled = what.sa_handler != SIG_DFL && what.sa_handler != SIG_IGN;
    if (!handled && !(ours && what.sa_handler == SIG_IGN)) continue;
    what = {};
    what.sa_handler = SIG_DFL;
    ::sigaction(signal, &what, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

int begin_life(void* argument) {
  birth& own = *static_cast<birth*>(argument);
  const spawn_request& request = *own.request;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before that.
  if (::getppid() != own.parent) ::_exit(127);
  ::setsid();
  reset_signals();
  if (::dup2(request.input, STDIN_FILENO) < 0 || ::dup2(request.output, STDOUT_FILENO) < 0 ||
      ::dup2(request.errors, STDERR_FILENO) < 0) {
    fail(own, spawn_step::process);
  }
  if (request.directory && ::chdir(request.directory) != 0) fail(own, spawn_step::directory);
  // Ours are closed by themselves; this is about what this process was started with.
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  if (own.descriptor_limit) ::setrlimit(RLIMIT_NOFILE, own.descriptor_limit);
  ::execve(request.path, request.arguments, request.environment);
  fail(own, spawn_step::program);
  return 127;
}

}  // namespace

spawner::spawner() : stack_{std::make_unique<std::byte[]>(stack_bytes)} {}

spawned spawner::spawn(const spawn_request& request) {
  const std::optional<rlimit>& limit = original_descriptor_limit();
  birth own{&request, limit ? &*limit : nullptr, ::getpid(), 0, spawn_step::none};
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &before);
  spawned born;
  born.process = ::clone(begin_life, stack_.get() + stack_bytes,
                         CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &own, &born.descriptor);
  const int error = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (born.process < 0) return {-1, -1, error, spawn_step::process};
  if (own.failed == spawn_step::none) return born;
  ::waitpid(born.process, nullptr, 0);
  ::close(born.descriptor);
  return {-1, -1, own.error, own.failed};
}

}  // namespace muster
