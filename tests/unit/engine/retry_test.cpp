#include "engine/retry_book.hpp"
#include "engine/retry_policy.hpp"
#include "support/catch.hpp"

#include <set>

using namespace muster;
using namespace std::chrono_literals;

namespace {

constexpr retry_book::time_point start{1000h};

probe_result silent(std::uint64_t sequence) {
  probe_result result;
  result.sequence = sequence;
  result.status = status::timeout;
  result.reason = reason::no_reply;
  return result;
}

probe_cursor cursor_of(std::uint64_t sequence) {
  probe_cursor cursor;
  cursor.ordinal = sequence;
  return cursor;
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

TEST_CASE("probes come back when they are due, each try remembered in order") {
  retry_book book{2, 100ms};
  CHECK_FALSE(book.next_due());
  probe_result first = silent(7);
  CHECK(book.next_try(first, start) == start + 100ms);
  book.put_off(first, cursor_of(7), start + 100ms);
  book.put_off(silent(8), cursor_of(8), start + 150ms);
  CHECK(book.waiting() == 2);
  CHECK(book.tried(7));
  CHECK(book.next_due() == start + 100ms);
  CHECK_FALSE(book.take_due(start + 99ms));
  CHECK(book.take_due(start + 100ms)->ordinal == 7);
  CHECK_FALSE(book.take_due(start + 149ms));
  CHECK(book.waiting() == 1);

  first.reason = reason::connect_timeout;
  CHECK(book.next_try(first, start + 1s) == start + 1200ms);
  book.put_off(first, cursor_of(7), start + 1200ms);
  CHECK(book.next_due() == start + 150ms);
  CHECK_FALSE(book.next_try(first, start + 2s));  // the third try was the last
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
  book.put_off(silent(1), cursor_of(1), start + 1s);
  probe_result cut = silent(1);
  cut.status = status::cancelled;
  book.conclude(cut, false);
  REQUIRE(cut.attempts);
  CHECK(cut.attempts->size() == 1);
  CHECK(book.take_any()->ordinal == 1);
  CHECK_FALSE(book.take_any());
}
