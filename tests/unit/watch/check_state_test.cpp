#include "watch/check_state.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

using namespace muster;
using namespace std::chrono_literals;

namespace {

using wall_time = check_state::wall_time;

health health_of(char letter) {
  switch (letter) {
    case 'u':
      return health::up;
    case 'w':
      return health::degraded;
    case 'd':
      return health::down;
    default:
      return health::unknown;
  }
}

char letter_of(health one) { return "?uwd"[static_cast<std::size_t>(one)]; }

/// What becomes of results that come a minute apart: a dot where nothing changes.
std::string changes(check_state& state, std::string_view results, const change_rules& rules = {}) {
  std::string all;
  wall_time at{};
  for (const char result : results) {
    const auto change = state.take(health_of(result), rules, at += 1min);
    all += change ? letter_of(change->to) : '.';
  }
  return all;
}

std::string changes(std::string_view results, const change_rules& rules = {}) {
  check_state state;
  return changes(state, results, rules);
}

}  // namespace

TEST_CASE("nothing is known before the first result, and one that is good is believed") {
  CHECK(check_state{}.now_is() == health::unknown);
  CHECK(changes("u") == "u");
  CHECK(changes("w") == "w");
  CHECK(changes("dd") == ".d");
  CHECK(changes("du") == ".u");
  CHECK(changes("???") == "...");
}

TEST_CASE("it takes as many results in a row as the rules say to change anything") {
  CHECK(changes("uddu", {.rise = 1, .fall = 2}) == "u.du");
  CHECK(changes("ududud", {.rise = 1, .fall = 2}) == "u.....");
  CHECK(changes("udddduuuu", {.rise = 3, .fall = 4}) == "u...d..u.");
  CHECK(changes("udu", {.rise = 1, .fall = 1}) == "udu");
}

TEST_CASE("what is between good and bad is a change of its own") {
  CHECK(changes("uww") == "u.w");
  CHECK(changes("uwwdd") == "u.w.d");
  CHECK(changes("uddw") == "u.dw");
  CHECK(changes("udd?wu") == "u.d.wu");
  // Results that are worse in different ways come to what all of them say.
  CHECK(changes("uwd") == "u.w");
  CHECK(changes("udw") == "u.w");
  CHECK(changes("uddwu", {.rise = 2, .fall = 2}) == "u.d.w");
}

TEST_CASE("a check that says nothing makes its target unknown, and not down") {
  CHECK(changes("u??") == "u.?");
  CHECK(changes("u?u?u?") == "u.....");
  CHECK(changes("u??u") == "u.?u");
  // What it was before is still known: a bad result alone is a doubt, as it was.
  CHECK(changes("u??d") == "u.?.");
  CHECK(changes("u??dd") == "u.?.d");
  CHECK(changes("udd??d") == "u.d.?d");
  check_state state;
  changes(state, "udd??");
  CHECK(state.known() == health::down);
}

TEST_CASE("a change is dated back to the first result that spoke of it") {
  check_state state;
  const change_rules rules{.rise = 1, .fall = 3};
  changes(state, "uu");
  const wall_time noon{12h};
  state.take(health::down, rules, noon);
  CHECK(state.is_in_doubt());
  state.take(health::down, rules, noon + 1min);
  const auto change = state.take(health::down, rules, noon + 2min);
  REQUIRE(change);
  CHECK(change->from == health::up);
  CHECK(change->at == noon);
  CHECK(state.since() == noon);
  CHECK_FALSE(state.is_in_doubt());
}

TEST_CASE("one that changes all the time is flapping, until it has been quiet for a while") {
  check_state state;
  const change_rules rules{.rise = 1, .fall = 1};
  changes(state, "udududu", rules);
  CHECK_FALSE(state.is_flapping());
  changes(state, "dududu", rules);
  CHECK(state.is_flapping());
  changes(state, "uuuuuuuuuu", rules);
  CHECK(state.is_flapping());
  changes(state, "uuuuuu", rules);
  CHECK_FALSE(state.is_flapping());
}
