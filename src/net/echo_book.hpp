#pragma once

#include "core/permutation.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace muster {

class echo_operation;

/// What a request is told by on the wire: the id of a channel, and a sequence number.
struct echo_pair {
  std::uint32_t channel = 0;
  std::uint16_t sequence = 0;
};

/// Who waits for which pair. Requests are numbered in the order they enter, and the low bits of a
/// number are its slot in a ring: one after the other, so that what is used next is near what was
/// used last. Each slot has a pair of its own, channel by channel, and in each in an order that
/// follows from `secret`: nobody who is asked knows the sequence numbers of others. A slot in use
/// is passed over, so nothing in flight is ever displaced.
class echo_book {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Room for 65,536 requests on each of `channels`, a power of two, the first of which may get the
  /// number `first`. A slot is not used again until `rest` after its last request ended; 0 is for
  /// requests whose late replies can be told from later ones by the number they carry.
  echo_book(std::size_t channels, std::uint64_t first, std::uint64_t secret,
            std::chrono::nanoseconds rest);

  /// Whether `enter` may be called now.
  bool has_room(time_point now);
  /// Gives `operation` the next free number. There must be room.
  std::uint64_t enter(echo_operation& operation);
  /// A request ended at `now`, which matters to a book whose slots rest.
  void leave(std::uint64_t number, bool answered, time_point now);
  /// A request was not sent after all.
  void take_back(std::uint64_t number);
  bool rests() const { return rest_.count() > 0; }

  std::uint32_t slot_of(std::uint64_t number) const {
    return static_cast<std::uint32_t>(number & (slots_ - 1));
  }
  std::uint32_t slot_of(echo_pair pair) const {
    return slot_of(std::uint64_t{pair.channel} << 16 | order_.place_of(pair.sequence));
  }
  echo_pair pair_of(std::uint64_t number) const {
    return {slot_of(number) >> 16, static_cast<std::uint16_t>(order_.at(number & 0xffff))};
  }
  /// Who waits in a slot, or nullptr.
  echo_operation* find(std::uint32_t slot) const { return ring_[slot]; }
  /// True when the request that last held this slot was answered: another reply is a duplicate.
  bool answered(std::uint32_t slot) const { return (answered_[slot / 64] >> (slot % 64) & 1) != 0; }
  std::size_t slots() const { return slots_; }

  static constexpr std::size_t sequence_numbers = 65'536;

 private:
  struct free_deleter {
    void operator()(void* memory) const { std::free(memory); }
  };
  template <class T>
  using zeroed = std::unique_ptr<T[], free_deleter>;
  /// From calloc, so that pages that were never used cost nothing.
  template <class T>
  static zeroed<T> make_zeroed(std::size_t count);

  /// Goes on to the next number whose slot is free; there must be one.
  void pass_over_used();

  std::size_t slots_;
  std::size_t in_use_ = 0;
  permutation order_;
  std::uint64_t next_;
  std::chrono::nanoseconds rest_;
  zeroed<echo_operation*> ring_;
  zeroed<std::uint64_t> answered_;  // a bit a slot
  zeroed<time_point::rep> rested_;  // when a slot may be used again; only if slots rest
};

}  // namespace muster
