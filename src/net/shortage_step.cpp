#include "net/shortage_step.hpp"

#include <utility>

namespace muster {

bool shortage_step::stand_in_line(scarce_resource missing) {
  if (scarce_.hopeless()) return false;
  const bool first = !std::exchange(waited_, true);
  whole_.pause();
  scarce_.queue(*this, missing, first);
  return true;
}

void shortage_step::try_again() {
  whole_.go_on();
  proceed();
}

void shortage_pause::cancel() {
  if (!in_line()) return;
  leave_line();
  coroutine_.resume();
}

}  // namespace muster
