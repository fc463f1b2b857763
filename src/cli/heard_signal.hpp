#pragma once

#include <csignal>

namespace muster {

/// Sees to it that a signal that a signal_set waits for arrives, even if whoever started this has
/// blocked it, and changes the flags of its action (sigaction(2)).
inline void hear_signal(int number, int flags_to_set, int flags_to_clear) {
  struct sigaction action {};
  ::sigaction(number, nullptr, &action);
  action.sa_flags = (action.sa_flags | flags_to_set) & ~flags_to_clear;
  ::sigaction(number, &action, nullptr);
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, number);
  ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
}

}  // namespace muster
