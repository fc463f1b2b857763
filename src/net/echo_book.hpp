#pragma once

#include "core/permutation.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace muster {

class echo_operation;

/// Who waits for which (channel, sequence number) pair. Each request gets a number; its low bits
/// are its slot in a ring: the channel, then the sequence number. A slot in use is passed over, so
/// nothing in flight is ever displaced. Slots are used in turns, each once: channel by channel, and
/// in each in an order that follows from `secret`. So nobody who is asked knows the sequence
/// numbers of others.
class echo_book {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Room for 65,536 requests on each of `channels`, a power of two. It begins in the turn, and at
  /// the place in it, that the high and the low bits of `first` are. A slot is not used again until
  /// `rest` after its last request ended; 0 is for requests whose late replies can be told from
  /// later ones by the number they carry.
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
  /// Who waits in a slot, or nullptr.
  echo_operation* find(std::uint32_t slot) const { return ring_[slot & (slots_ - 1)]; }
  /// True when the request that last held this slot was answered: another reply is a duplicate.
  bool answered(std::uint32_t slot) const {
    slot &= static_cast<std::uint32_t>(slots_ - 1);
    return (answered_[slot / 64] >> (slot % 64) & 1) != 0;
  }
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

  /// Goes on to the next place whose slot is free; there must be one.
  void pass_over_used();
  void go_on();
  /// Another number for each place of each turn.
  std::uint64_t number_at(std::uint64_t place) const;

  std::size_t slots_;
  std::size_t in_use_ = 0;
  permutation order_;
  std::uint64_t place_;  // counted on through all turns
  std::uint64_t next_;   // the number at that place
  std::chrono::nanoseconds rest_;
  zeroed<echo_operation*> ring_;
  zeroed<std::uint64_t> answered_;  // a bit a slot
  zeroed<time_point::rep> rested_;  // when a slot may be used again; only if slots rest
};

}  // namespace muster
