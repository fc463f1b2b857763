#include "bench/tally.hpp"
#include "support/catch.hpp"

using muster::bench::tally;
using muster::bench::targets;
using muster::bench::work;

namespace {

/// Ten addresses, of which the first four are up.
work ten_targets() {
  work out;
  out.targets = targets::parse("10.0.0.1-10.0.0.10");
  out.live = 4;
  return out;
}

}  // namespace

TEST_CASE("every target once and with the right status is right") {
  const auto wanted = ten_targets();
  tally results{wanted};
  for (std::uint32_t i = 0; i < 10; ++i)
    results.add(wanted.targets.text(i), i < 4 ? "up" : "timeout");
  CHECK(results.right() == 10);
  CHECK(results.wrong() == 0);
  CHECK(results.lost() == 0);
}

TEST_CASE("what is missing is lost") {
  const auto wanted = ten_targets();
  tally results{wanted};
  results.add("10.0.0.1", "up");
  CHECK(results.right() == 1);
  CHECK(results.lost() == 9);
}

TEST_CASE("a wrong status, a stranger and a second result are wrong") {
  const auto wanted = ten_targets();
  tally results{wanted};
  results.add("10.0.0.9", "up");
  CHECK(results.first_wrong() == "10.0.0.9 up");
  results.add("10.0.0.11", "up");
  results.add("10.0.0.1", "up");
  results.add("10.0.0.1", "up");
  CHECK(results.right() == 1);
  CHECK(results.wrong() == 3);
  CHECK(results.lost() == 8);
}

TEST_CASE("who names only those that are up has said that the others are down") {
  const auto wanted = ten_targets();
  tally results{wanted};
  for (std::uint32_t i = 0; i < 3; ++i)
    results.add(wanted.targets.text(i), "up");
  results.rest_is_down();
  CHECK(results.right() == 9);
  CHECK(results.wrong() == 1);
  CHECK(results.first_wrong() == "10.0.0.4 down");
  CHECK(results.lost() == 0);
}

TEST_CASE("of a user's own targets any status is right, but each only once") {
  work wanted;
  wanted.targets = targets::parse("192.0.2.1,host.example");
  tally results{wanted};
  results.add("host.example", "name_error");
  results.add("192.0.2.1", "up");
  results.add("192.0.2.1", "up");
  CHECK(results.right() == 2);
  CHECK(results.wrong() == 1);
}
