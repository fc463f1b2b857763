#include "net/echo_book.hpp"

#include <bit>
#include <cassert>
#include <new>

namespace muster {

template <class T>
echo_book::zeroed<T> echo_book::make_zeroed(std::size_t count) {
  for (;;) {
    // NOLINTNEXTLINE(bugprone-sizeof-expression): what is in such a table may be a pointer.
    zeroed<T> memory{static_cast<T*>(std::calloc(count, sizeof(T)))};
    if (memory) return memory;
    // As operator new does it.
    const std::new_handler make_room = std::get_new_handler();
    if (make_room == nullptr) throw std::bad_alloc{};
    make_room();
  }
}

echo_book::echo_book(std::size_t channels, std::uint64_t first, std::uint64_t secret,
                     std::chrono::nanoseconds rest)
    : slots_{channels * sequence_numbers},
      order_{sequence_numbers, secret},
      next_{first},
      rest_{rest},
      ring_{make_zeroed<echo_operation*>(slots_)},
      answered_{make_zeroed<std::uint64_t>(slots_ / 64)},
      rested_{rests() ? make_zeroed<time_point::rep>(slots_) : nullptr} {
  assert(std::has_single_bit(channels));
}

void echo_book::pass_over_used() {
  while (ring_[slot_of(next_)] != nullptr)
    ++next_;
}

// Slots are used in turns, so the next free one is about the one that has rested longest.
bool echo_book::has_room(time_point now) {
  if (in_use_ == slots_) return false;
  pass_over_used();
  return !rests() || rested_[slot_of(next_)] <= now.time_since_epoch().count();
}

std::uint64_t echo_book::enter(echo_operation& operation) {
  assert(in_use_ < slots_);
  pass_over_used();
  const std::uint64_t number = next_++;
  const std::uint32_t slot = slot_of(number);
  ring_[slot] = &operation;
  answered_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
  ++in_use_;
  return number;
}

void echo_book::leave(std::uint64_t number, bool answered, time_point now) {
  const std::uint32_t slot = slot_of(number);
  assert(ring_[slot] != nullptr);
  ring_[slot] = nullptr;
  --in_use_;
  if (answered) answered_[slot / 64] |= std::uint64_t{1} << slot % 64;
  if (rests()) rested_[slot] = (now + rest_).time_since_epoch().count();
}

void echo_book::take_back(std::uint64_t number) {
  const std::uint32_t slot = slot_of(number);
  assert(ring_[slot] != nullptr);
  ring_[slot] = nullptr;
  --in_use_;
}

}  // namespace muster
