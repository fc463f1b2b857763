// Strategy: the new process lives in its parent's memory, on a stack of its own, and shares the
// table of descriptors, while the parent runs on. So it does nothing here but direct system calls:
// no lock, no allocation, no errno, and no function of a library's or a sanitizer's. The first
// thing that it changes is the table, which it makes its own with nothing in it but the lowest
// descriptors: to copy thousands, only to close them again, would take longer than everything else.
// All signals are blocked when it begins, as a handler of its parent's would work on its parent's
// memory; it has none left when it lets them in.
#include "process/new_process.hpp"

#include "process/direct_call.hpp"

#include <csignal>

#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>

namespace muster {
namespace {

constexpr int standard_descriptors = 3;
constexpr long all_beyond = ~0U;

/// The kernel's own idea of a signal's handling; 0 for what the system does.
struct signal_handling {
  std::uintptr_t handler = 0;
  std::uintptr_t rest[3] = {};  // flags, a trampoline, the mask
};
constexpr long signal_mask_bytes = 8;

[[gnu::always_inline]] inline long handling(int signal, signal_handling* next,
                                            signal_handling* now) {
  return direct_call(SYS_rt_sigaction, signal, as_word(next), as_word(now), signal_mask_bytes);
}

[[gnu::always_inline]] inline void leave() {
  for (;;)
    direct_call(SYS_exit_group, 127);
}

[[gnu::always_inline]] inline void fail(new_process& own, spawn_step step, long result) {
  own.error = static_cast<int>(-result);
  own.failed = step;
  leave();
}

[[gnu::always_inline]] inline void unshare_descriptors(new_process& own) {
  int highest = 0;
  for (const int stream : own.streams)
    highest = stream > highest ? stream : highest;
  if (direct_call(SYS_close_range, highest + 1, all_beyond, CLOSE_RANGE_UNSHARE) >= 0) return;
  const long result = direct_call(SYS_unshare, CLONE_FILES);
  if (result < 0) fail(own, spawn_step::process, result);
}

// Handlers, and the signals that muster itself ignores, go back to what the system does; what this
// process was started to ignore (nohup) stays ignored.
[[gnu::always_inline]] inline void reset_signals() {
  const auto ignored = reinterpret_cast<std::uintptr_t>(SIG_IGN);
  for (int signal = 1; signal < NSIG; ++signal) {
    signal_handling now;
    if (handling(signal, nullptr, &now) < 0 || now.handler == 0) continue;
    const bool ours = signal == SIGPIPE || signal == SIGXFSZ;
    if (now.handler == ignored && !ours) continue;
    signal_handling by_default;
    handling(signal, &by_default, nullptr);
  }
  const std::uint64_t none = 0;
  direct_call(SYS_rt_sigprocmask, SIG_SETMASK, as_word(&none), 0, signal_mask_bytes);
}

}  // namespace

int begin_life(void* process) {
  new_process& own = *static_cast<new_process*>(process);
  unshare_descriptors(own);
  direct_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before that.
  if (direct_call(SYS_getppid) != own.parent) leave();
  direct_call(SYS_setsid);
  reset_signals();
  for (int i = 0; i < standard_descriptors; ++i) {
    const long result = direct_call(SYS_dup3, own.streams[i], i, 0);
    if (result < 0) fail(own, spawn_step::process, result);
  }
  if (own.directory) {
    const long result = direct_call(SYS_chdir, as_word(own.directory));
    if (result < 0) fail(own, spawn_step::directory, result);
  }
  direct_call(SYS_close_range, standard_descriptors, all_beyond, 0);
  if (own.descriptor_limit) {
    direct_call(SYS_prlimit64, 0, RLIMIT_NOFILE, as_word(own.descriptor_limit), 0);
  }
  long result =
      direct_call(SYS_execve, as_word(own.path), as_word(own.arguments), as_word(own.environment));
  if (result == -ENOEXEC) {
    result = direct_call(SYS_execve, as_word("/bin/sh"), as_word(own.shell_arguments),
                         as_word(own.environment));
  }
  fail(own, spawn_step::program, result);
  return 0;
}

}  // namespace muster
