#include "net/echo_book.hpp"

#include "support/catch.hpp"

#include <set>
#include <utility>
#include <vector>

using namespace muster;

namespace {

constexpr std::size_t slots = echo_book::sequence_numbers;
constexpr echo_book::time_point now{std::chrono::hours{1}};
constexpr std::chrono::nanoseconds no_rest{0};
constexpr std::uint64_t secret = 0x0123'4567'89ab'cdef;

/// The book never looks into an operation, so any address will do for one.
echo_operation& somebody(std::size_t i) {
  static std::vector<std::uint64_t> stand_ins(slots);
  return *reinterpret_cast<echo_operation*>(&stand_ins[i % slots]);
}

}  // namespace

TEST_CASE("whoever enters is found in the slot of their number until they leave") {
  echo_book book{1, 0xfffe, secret, no_rest};
  const std::uint64_t first = book.enter(somebody(1));
  const std::uint64_t second = book.enter(somebody(2));
  CHECK(book.find(book.slot_of(first)) == &somebody(1));
  CHECK(book.find(book.slot_of(second)) == &somebody(2));
  book.leave(first, true, now);
  CHECK(book.find(book.slot_of(first)) == nullptr);
  CHECK(book.find(book.slot_of(second)) == &somebody(2));
}

TEST_CASE("each pair has its turn once, channel by channel, and then another number") {
  constexpr std::size_t channels = 2;
  echo_book book{channels, slots - 3, secret, no_rest};  // from near the end of a channel
  std::set<std::uint64_t> numbers;
  for (std::size_t turn = 0; turn < 2; ++turn) {
    std::set<std::pair<std::uint32_t, std::uint16_t>> used;
    std::size_t changes = 0;
    std::uint32_t channel = 0;
    for (std::size_t i = 0; i < channels * slots; ++i) {
      const std::uint64_t number = book.enter(somebody(i));
      const echo_pair pair = book.pair_of(number);
      REQUIRE(book.slot_of(pair) == book.slot_of(number));
      if (std::exchange(channel, pair.channel) != pair.channel) ++changes;
      used.emplace(pair.channel, pair.sequence);
      numbers.insert(number);
      book.leave(number, false, now);
    }
    CHECK(used.size() == channels * slots);
    CHECK(changes == channels);
  }
  CHECK(numbers.size() == 2 * channels * slots);
}

TEST_CASE("who knows one sequence number does not know the next, without the secret") {
  constexpr std::size_t asked = 1000;
  echo_book book{1, 0, secret, no_rest};
  echo_book other{1, 0, secret + 1, no_rest};
  std::size_t alike = 0, consecutive = 0;
  std::set<std::uint16_t> steps;
  std::uint16_t before = 0;
  for (std::size_t i = 0; i < asked; ++i) {
    const std::uint16_t sequence = book.pair_of(book.enter(somebody(i))).sequence;
    if (sequence == other.pair_of(other.enter(somebody(i))).sequence) ++alike;
    const auto step = static_cast<std::uint16_t>(sequence - std::exchange(before, sequence));
    steps.insert(step);
    if (step == 1) ++consecutive;
  }
  CHECK(alike < 5);
  CHECK(consecutive < 5);
  CHECK(steps.size() > asked * 9 / 10);
}

TEST_CASE("a slot remembers whether its last request was answered, until it is used again") {
  echo_book book{1, 0, secret, no_rest};
  const std::uint64_t answered = book.enter(somebody(0));
  const std::uint64_t silent = book.enter(somebody(1));
  book.leave(answered, true, now);
  book.leave(silent, false, now);
  CHECK(book.answered(book.slot_of(answered)));
  CHECK_FALSE(book.answered(book.slot_of(silent)));
  for (std::size_t i = 2; i < slots; ++i)
    book.leave(book.enter(somebody(i)), false, now);
  const std::uint64_t again = book.enter(somebody(0));
  CHECK(book.slot_of(again) == book.slot_of(answered));
  CHECK_FALSE(book.answered(book.slot_of(again)));
}

TEST_CASE("a slot in use is passed over, and a full book says so") {
  echo_book book{1, 0, secret, no_rest};
  const std::uint64_t kept = book.enter(somebody(0));
  std::set<std::uint32_t> used{book.slot_of(kept)};
  for (std::size_t i = 1; i < slots; ++i) {
    CHECK(book.has_room(now));
    used.insert(book.slot_of(book.enter(somebody(i))));
  }
  CHECK(used.size() == slots);
  CHECK_FALSE(book.has_room(now));
  book.leave(kept, false, now);
  CHECK(book.has_room(now));
  CHECK(book.slot_of(book.enter(somebody(0))) == book.slot_of(kept));
}

TEST_CASE("a slot rests after its last request before it is used again") {
  using namespace std::chrono_literals;
  echo_book book{1, 0, secret, 5s};
  std::uint32_t first = 0;
  for (std::size_t i = 0; i < slots; ++i) {
    const std::uint64_t number = book.enter(somebody(i));
    if (i == 0) first = book.slot_of(number);
    book.leave(number, false, now + i * 1us);
  }
  CHECK_FALSE(book.has_room(now + 5s - 1ns));
  REQUIRE(book.has_room(now + 5s));
  CHECK(book.slot_of(book.enter(somebody(0))) == first);
  CHECK_FALSE(book.has_room(now + 5s));
  CHECK(book.has_room(now + 5s + 1us));
}

TEST_CASE("a number that was taken back does not rest") {
  using namespace std::chrono_literals;
  echo_book book{1, 0, secret, 5s};
  for (std::size_t i = 0; i < slots; ++i)
    book.take_back(book.enter(somebody(i)));
  CHECK(book.has_room(now));
}
