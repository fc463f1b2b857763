#include "net/echo_book.hpp"

#include <bit>
#include <cassert>
#include <new>

namespace muster {

template <class T>
echo_book::zeroed<T> echo_book::make_zeroed(std::size_t count) {
  zeroed<T> memory{static_cast<T*>(std::calloc(count, sizeof(T)))};
  if (!memory) throw std::bad_alloc{};
  return memory;
}

echo_book::echo_book(std::size_t channels, std::uint64_t first_number,
                     std::chrono::nanoseconds rest)
    : slots_{channels * sequence_numbers},
      next_{first_number},
      rest_{rest},
      ring_{make_zeroed<echo_operation*>(slots_)},
      answered_{make_zeroed<std::uint64_t>(slots_ / 64)},
      rested_{rests() ? make_zeroed<time_point::rep>(slots_) : nullptr} {
  assert(std::has_single_bit(channels));
}

// Numbers are used in the order of the ring, so the next free slot is about the one that has rested
// longest.
bool echo_book::has_room(time_point now) {
  if (in_use_ == slots_) return false;
  while (ring_[slot_of(next_)] != nullptr)
    ++next_;
  return !rests() || rested_[slot_of(next_)] <= now.time_since_epoch().count();
}

std::uint64_t echo_book::enter(echo_operation& operation) {
  assert(in_use_ < slots_);
  while (ring_[slot_of(next_)] != nullptr)
    ++next_;
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
