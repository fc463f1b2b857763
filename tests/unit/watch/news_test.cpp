#include "watch/news.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

using namespace muster;
using namespace std::chrono_literals;

namespace {

/// A check whose results come one by one: `u`p, `d`own, `w`arning, or `b`: down behind another.
class told_check {
 public:
  explicit told_check(change_rules rules = {.rise = 1, .fall = 1}) : rules_{rules} {}

  /// What people are told after these results: the health, and a dot for each that is no news.
  std::string told(std::string_view results) {
    std::string all;
    for (const char one : results) {
      const health result = one == 'u'   ? health::up
                            : one == 'w' ? health::degraded
                            : one == 'd' ? health::down
                                         : health::unknown;
      now_ += 1s;
      const auto change = state_.take(result, rules_, now_);
      const watch_event event{check_, result_, state_, change, one == 'b' ? &check_ : nullptr};
      all += news_.takes(0, event) ? to_string(state_.now_is()).front() : '.';
    }
    return all;
  }

 private:
  change_rules rules_;
  watch_check check_;
  probe_result result_;
  check_state state_;
  check_state::wall_time now_{};
  news news_{1};
};

}  // namespace

TEST_CASE("that a check is well at first is no news, and that it is not is") {
  CHECK(told_check{}.told("uuu") == "...");
  CHECK(told_check{}.told("ddd") == "d..");
  CHECK(told_check{}.told("www") == "d..");
}

TEST_CASE("each change after that is news, and nothing else") {
  CHECK(told_check{}.told("uudduuwwuu") == "..d.u.d.u.");
  CHECK(told_check{{.rise = 2, .fall = 2}}.told("uuddddduuuu") == "...d....u..");
}

TEST_CASE(
    "what is not known because something before it is down is not told, nor that it is back") {
  CHECK(told_check{}.told("uubbbuu") == ".......");
  // But what is worse than it was, is.
  CHECK(told_check{}.told("uubbbdd") == ".....d.");
  CHECK(told_check{}.told("ddbbbuu") == "d....u.");
}

TEST_CASE("what can't be asked for another reason is told, and that it is back") {
  CHECK(told_check{}.told("uuxxxuu") == "..u..u.");
}

TEST_CASE("what flaps is told once, and once more when it has settled") {
  told_check check;
  const std::string told = check.told("uuuudududududududududud");
  const std::size_t last = told.find_last_not_of('.');
  REQUIRE(last != told.npos);
  CHECK(last < told.size() - 2);
  const std::string settled = check.told(std::string(30, 'u'));
  CHECK(settled.find_first_not_of('.') == settled.find_last_not_of('.'));
  CHECK(settled.find('u') != settled.npos);
}
