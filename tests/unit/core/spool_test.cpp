#include "core/spool.hpp"

#include "support/catch.hpp"

#include <string>

using muster::spool;

namespace {

std::string all_of(spool& from, const spool::text& text) {
  std::string all;
  CHECK(from.read(text, [&all](std::string_view piece) { all += piece; }));
  return all;
}

}  // namespace

TEST_CASE("texts in a spool are what was appended to them, however that was mixed") {
  spool waiting;
  spool::text one;
  spool::text other;
  std::string expected_one;
  std::string expected_other;
  for (int i = 0; i < 1'000; ++i) {
    const std::string piece(static_cast<std::size_t>(i * 37 % 1'009),
                            static_cast<char>('a' + i % 26));
    const bool first = i % 3 == 0;
    waiting.append(first ? one : other, piece);
    (first ? expected_one : expected_other) += piece;
  }
  CHECK(one.size() == expected_one.size());
  CHECK(all_of(waiting, one) == expected_one);
  CHECK(all_of(waiting, other) == expected_other);
  waiting.drop(one);
  CHECK(one.size() == 0);
  CHECK(all_of(waiting, one).empty());
  CHECK(all_of(waiting, other) == expected_other);
  waiting.drop(other);
  waiting.append(one, "again");
  CHECK(all_of(waiting, one) == "again");
  CHECK_FALSE(waiting.error());
}
