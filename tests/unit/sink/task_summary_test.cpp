#include "sink/task_summary.hpp"

#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;

TEST_CASE("a run in which all went well has a summary of three lines") {
  run_summary summary;
  summary.totals.add(status::up, 1200);
  summary.tasks = summary.asked = 1200;
  summary.elapsed = 2s;
  summary.in_flight_peak = 8;
  summary.took.add(10ms);
  CHECK(render_run_summary(summary, false) ==
        "1,200 targets in 2.00 s (600/s): 1,200 ok\n"
        "task min/avg/p50/p95/p99/max 10.000/10.000/10.000/10.000/10.000/10.000 ms\n"
        "8 tasks at once at the most\n");
}

TEST_CASE("the summary of a run tells times, rates, the longest queue and what was unusual") {
  run_summary summary;
  summary.totals.add(status::up, 4);
  summary.totals.add(status::mismatch, 2);
  summary.tasks = 3;
  summary.retries = 1;
  summary.elapsed = 1s;
  summary.in_flight_peak = 1;
  summary.waiting_peak = 2;
  summary.waits.memory = 3;
  summary.refilled = 1;
  summary.done_before = 5;
  summary.bad_targets = 1;
  summary.duplicate_targets = 2;
  summary.stopped_early = true;
  summary.stop_reason = reason::too_many_failed;
  summary.not_started = 7;
  CHECK(render_run_summary(summary, false) ==
        "6 targets in 1.00 s (6/s): 4 ok, 2 failed\n"
        "3 tasks\n"
        "1 task at once at the most, 2 tasks in the longest queue\n"
        "1 retry\n"
        "3 waits of tasks for this machine: 3 for kernel memory\n"
        "1 target found in the output of tasks\n"
        "5 targets done before\n"
        "1 line was not a target\n"
        "2 duplicate targets dropped\n"
        "stopped early by --halt, as too many tasks failed: 7 targets not started\n");
}
