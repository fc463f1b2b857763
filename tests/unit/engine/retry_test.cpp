#include "engine/retry_book.hpp"
#include "engine/retry_policy.hpp"
#include "limit/delay_line.hpp"
#include "support/catch.hpp"

#include <set>

using namespace muster;
using namespace std::chrono_literals;

namespace {

probe_result silent(std::uint64_t sequence) {
  probe_result result;
  result.sequence = sequence;
  result.status = status::timeout;
  result.reason = reason::no_reply;
  return result;
}

}  // namespace

TEST_CASE("what may end otherwise is tried again, and nothing else") {
  const std::set<reason> names{
      reason::resolve_timeout,          reason::name_server_failure,
      reason::name_server_refused,      reason::name_server_not_implemented,
      reason::name_server_format_error, reason::name_server_error,
      reason::name_server_malformed,    reason::name_server_unreachable};
  const std::set<reason> plugin{reason::plugin_warning, reason::plugin_critical};
  for (const status value : all_statuses) {
    for (std::size_t i = 0; i < reason_count; ++i) {
      const auto why = static_cast<reason>(i);
      const bool expected = (value == status::timeout && why != reason::host_timeout) ||
                            value == status::reset ||
                            (value == status::mismatch && plugin.contains(why)) ||
                            (value == status::name_error && names.contains(why));
      CAPTURE(to_string(value), to_string(why));
      CHECK(is_retried(value, why) == expected);
    }
  }
}

TEST_CASE("the wait doubles from retry to retry, up to its maximum") {
  CHECK(wait_before(1, 500ms) == 500ms);
  CHECK(wait_before(2, 500ms) == 1s);
  CHECK(wait_before(5, 500ms) == 8s);
  CHECK(wait_before(8, 500ms) == 60s);
  CHECK(wait_before(100, 500ms) == 60s);
  CHECK(wait_before(1, 60s) == 60s);
  CHECK(wait_before(100, 0s) == 0s);
}

TEST_CASE("works come back when they are due") {
  const delay_line<int>::time_point start{1000h};
  delay_line<int> line{2};
  CHECK_FALSE(line.next_due());
  line.put(1, start + 100ms, 7);
  line.put(1, start + 150ms, 8);
  line.put(2, start + 120ms, 9);
  CHECK(line.waiting() == 3);
  CHECK(line.next_due() == start + 100ms);
  CHECK_FALSE(line.take_due(start + 99ms));
  CHECK(line.take_due(start + 100ms) == 7);
  CHECK_FALSE(line.take_due(start + 119ms));
  CHECK(line.take_due(start + 149ms) == 9);
  CHECK_FALSE(line.take_due(start + 149ms));
  CHECK(line.waiting() == 1);
  CHECK(line.next_due() == start + 150ms);
}

TEST_CASE("each try of a probe is remembered, in order, until there may be no more") {
  retry_book book{2, 100ms};
  probe_result first = silent(7);
  CHECK(book.next_wait(first) == 100ms);
  CHECK(book.remember(first) == 1);
  CHECK(book.remember(silent(8)) == 1);
  CHECK(book.tried(7));

  first.reason = reason::connect_timeout;
  CHECK(book.next_wait(first) == 200ms);
  CHECK(book.remember(first) == 2);
  CHECK_FALSE(book.next_wait(first));  // the third try is the last
  probe_result last;
  last.sequence = 7;
  last.status = status::up;
  last.rtt = 3ms;
  book.conclude(last, true);
  REQUIRE(last.attempts);
  REQUIRE(last.attempts->size() == 3);
  CHECK((*last.attempts)[0].reason == reason::no_reply);
  CHECK((*last.attempts)[1].reason == reason::connect_timeout);
  CHECK((*last.attempts)[2].status == status::up);
  CHECK((*last.attempts)[2].rtt == 3ms);
  CHECK_FALSE(book.tried(7));
}

TEST_CASE("a probe that was tried once and is final carries no list of tries") {
  retry_book book{1, 0ms};
  probe_result only = silent(1);
  book.conclude(only, true);
  CHECK_FALSE(only.attempts);
}

TEST_CASE("a probe that ends while it waits has the tries that there were") {
  retry_book book{3, 1s};
  book.remember(silent(1));
  probe_result cut = silent(1);
  cut.status = status::cancelled;
  book.conclude(cut, false);
  REQUIRE(cut.attempts);
  CHECK(cut.attempts->size() == 1);
}
