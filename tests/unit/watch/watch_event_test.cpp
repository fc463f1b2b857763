#include "watch/watch_event.hpp"

#include "support/catch.hpp"
#include "support/loopback.hpp"

#include <memory>
#include <string>
#include <utility>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A check of db.example in a group with labels, and its results so far.
class told_check {
 public:
  told_check() {
    auto group = std::make_shared<check_group>();
    group->name = "shop";
    group->labels = {{"site", "lab"}, {"team", "net"}};
    check_.group = std::move(group);
    check_.name = "db.example icmp";
  }

  /// What is written of one more of the check's results, a second after the one before.
  std::string written(output_format format, status what, const watch_check* behind = nullptr,
                      std::string group = "shop") {
    if (group != check_.group->name) check_.group = std::make_shared<check_group>();
    now_ += 1s;
    probe_result result;
    result.kind = probe_kind::icmp;
    result.subject = target{*ip_address::parse("10.0.0.7")};
    result.status = what;
    result.finished = now_;
    const health seen = behind ? health::unknown : what == status::up ? health::up : health::down;
    const auto change = state_.take(seen, {.rise = 1, .fall = 1}, now_);
    const std::string path = directory_.file("out");
    {
      const auto sink = make_watch_sink(format, output_file::create(path), "out", false);
      sink->write({check_, result, state_, change, behind});
      sink->flush();
    }
    return read_whole_file(path);
  }

  const watch_check& check() const { return check_; }

 private:
  temporary_directory directory_;
  watch_check check_;
  check_state state_;
  check_state::wall_time now_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 28}};
};

/// Behind its time, which is this machine's.
std::string behind_time(const std::string& line) { return line.substr(20); }

}  // namespace

TEST_CASE("a line says what a check is now, the result, and what it was for how long") {
  told_check check;
  CHECK(behind_time(check.written(output_format::text, status::up)) ==
        "up       10.0.0.7                   up                     icmp\n");
  check.written(output_format::text, status::up);
  CHECK(behind_time(check.written(output_format::text, status::timeout)) ==
        "down     10.0.0.7                   timeout                icmp  was up for 2.00 s\n");
  CHECK(behind_time(check.written(output_format::text, status::up)) ==
        "up       10.0.0.7                   up                     icmp  was down for 1.00 s\n");
}

TEST_CASE("a line names what a check is behind, and that it flaps") {
  told_check check;
  const told_check router;
  check.written(output_format::text, status::up);
  CHECK(behind_time(check.written(output_format::text, status::timeout, &router.check())) ==
        "unknown  10.0.0.7                   timeout                icmp"
        "  behind shop: db.example icmp  was up for 1.00 s\n");
  std::string last;
  for (int i = 0; i < 30; ++i)
    last = check.written(output_format::text, i % 2 == 0 ? status::up : status::timeout);
  CHECK_THAT(last, ContainsSubstring("  flapping"));
}

TEST_CASE("a record has the state, what it was, and the fields of the result") {
  told_check check;
  CHECK(check.written(output_format::jsonl, status::up) ==
        R"({"group":"shop","check":"db.example icmp","health":"up",)"
        R"("since":"2026-11-28T00:00:01.000000Z","was":"unknown",)"
        R"("labels":["site=lab","team=net"],"time":"2026-11-28T00:00:01.000000Z",)"
        R"("target":"10.0.0.7","probe":"icmp","status":"up"})"
        "\n");
  CHECK(check.written(output_format::jsonl, status::timeout) ==
        R"({"group":"shop","check":"db.example icmp","health":"down",)"
        R"("since":"2026-11-28T00:00:02.000000Z","was":"up",)"
        R"("was_since":"2026-11-28T00:00:01.000000Z",)"
        R"("labels":["site=lab","team=net"],"time":"2026-11-28T00:00:02.000000Z",)"
        R"("target":"10.0.0.7","probe":"icmp","status":"timeout"})"
        "\n");
  const std::string csv = check.written(output_format::csv, status::timeout);
  CHECK_THAT(csv,
             ContainsSubstring("\nshop,db.example icmp,down,2026-11-28T00:00:02.000000Z,,,,,"
                               "site=lab team=net,2026-11-28T00:00:03.000000Z,10.0.0.7,icmp,"));
}

TEST_CASE("without a group there is no field of it") {
  told_check check;
  CHECK_THAT(check.written(output_format::jsonl, status::up, nullptr, ""),
             ContainsSubstring(R"({"check":"db.example icmp","health":"up")"));
}

TEST_CASE("there is no page of events") {
  const temporary_directory directory;
  CHECK_THROWS_AS(
      make_watch_sink(output_format::html, output_file::create(directory.file("p")), "p", false),
      std::invalid_argument);
}
