#include "net/echo_book.hpp"

#include "support/catch.hpp"

#include <set>
#include <vector>

using namespace muster;

namespace {

constexpr std::size_t slots = echo_book::sequence_numbers;
constexpr echo_book::time_point now{std::chrono::hours{1}};
constexpr std::chrono::nanoseconds no_rest{0};

/// The book never looks into an operation, so any address will do for one.
echo_operation& somebody(std::size_t i) {
  static std::vector<std::uint64_t> stand_ins(slots);
  return *reinterpret_cast<echo_operation*>(&stand_ins[i % slots]);
}

}  // namespace

TEST_CASE("whoever enters is found in the slot of their number until they leave") {
  echo_book book{1, 0xfffe, no_rest};
  const std::uint64_t first = book.enter(somebody(1));
  const std::uint64_t second = book.enter(somebody(2));
  CHECK(first == 0xfffe);
  CHECK(book.slot_of(first) == 0xfffe);
  CHECK(book.find(book.slot_of(first)) == &somebody(1));
  CHECK(book.find(book.slot_of(second)) == &somebody(2));
  book.leave(first, true, now);
  CHECK(book.find(book.slot_of(first)) == nullptr);
  CHECK(book.find(book.slot_of(second)) == &somebody(2));
}

TEST_CASE("numbers go on counting past the last slot") {
  echo_book book{1, slots - 1, no_rest};
  const std::uint64_t last = book.enter(somebody(0));
  const std::uint64_t next = book.enter(somebody(1));
  CHECK(next == last + 1);
  CHECK(book.slot_of(next) == 0);
}

TEST_CASE("a slot remembers whether its last request was answered, until it is used again") {
  echo_book book{1, 0, no_rest};
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
  echo_book book{1, 0, no_rest};
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
  echo_book book{1, 0, 5s};
  for (std::size_t i = 0; i < slots; ++i)
    book.leave(book.enter(somebody(i)), false, now + i * 1us);
  CHECK_FALSE(book.has_room(now + 5s - 1ns));
  REQUIRE(book.has_room(now + 5s));
  CHECK(book.slot_of(book.enter(somebody(0))) == 0);
  CHECK_FALSE(book.has_room(now + 5s));
  CHECK(book.has_room(now + 5s + 1us));
}

TEST_CASE("a number that was taken back does not rest") {
  using namespace std::chrono_literals;
  echo_book book{1, 0, 5s};
  for (std::size_t i = 0; i < slots; ++i)
    book.take_back(book.enter(somebody(i)));
  CHECK(book.has_room(now));
}
