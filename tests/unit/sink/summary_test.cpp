#include "sink/summary.hpp"

#include "samples.hpp"
#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;

namespace {

struct counted {
  status value;
  reason why;
  int times;
};

outcome_counts counts(std::initializer_list<counted> all) {
  outcome_counts out;
  for (const counted& one : all) {
    for (int i = 0; i < one.times; ++i)
      out.add(one.value, one.why);
  }
  return out;
}

sweep_summary summary_of(int ups, int timeouts) {
  sweep_summary summary;
  for (int i = 0; i < ups; ++i)
    summary.totals.add(test::icmp_up());
  probe_result silent = test::icmp_up();
  silent.status = status::timeout;
  silent.rtt = -1ns;
  test::icmp_of(silent).received = 0;
  for (int i = 0; i < timeouts; ++i)
    summary.totals.add(silent);
  summary.asked = summary.totals.total();
  summary.elapsed = 410ms;
  return summary;
}

}  // namespace

TEST_CASE("a sweep in which all is up has a summary of two lines") {
  CHECK(render_summary(summary_of(65'534, 0), {}, false) ==
        "65,534 probes in 0.41 s (159,839/s): 65,534 up\n"
        "icmp rtt min/avg/p50/p95/p99/max 0.045/0.045/0.045/0.045/0.045/0.045 ms\n");
}

TEST_CASE("lost packets and hidden members are told") {
  CHECK(render_summary(summary_of(16, 239), counts({{status::timeout, reason::no_reply, 239}}),
                       false) ==
        "255 probes in 0.41 s (621/s): 16 up, 239 timeout\n"
        "icmp rtt min/avg/p50/p95/p99/max 0.045/0.045/0.045/0.045/0.045/0.045 ms\n"
        "icmp 255 packets sent, 16 received, 93.7% loss\n"
        "not shown: 239 timeout; --show-all lists them\n");
}

TEST_CASE(
    "what is not shown is counted by status, with its reasons where the status is not enough") {
  const outcome_counts hidden = counts({{status::skipped, reason::host_silent, 236'544},
                                        {status::refused, reason::connection_refused, 23'507},
                                        {status::local_error, reason::no_route, 1'000},
                                        {status::local_error, reason::firewall_denied, 2}});
  CHECK_THAT(
      render_summary(summary_of(1, 0), hidden, false),
      Catch::Matchers::EndsWith("not shown: 23,507 refused, 1,002 local_error (2 firewall_denied, "
                                "1,000 no_route), 236,544 skipped (host_silent); --show-all lists "
                                "them\n"));
}

TEST_CASE(
    "the round trips of each kind of probe have a line of their own, and every packet counts") {
  sweep_summary summary;
  summary.totals.add(test::icmp_with_loss());
  for (const auto rtt : {100us, 200us, 300us})
    summary.totals.add_reply(probe_kind::icmp, rtt);
  summary.totals.add(test::http_up());
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::ContainsSubstring("\nicmp rtt min/avg/p50/p95/p99/max "
                                                "0.100/0.200/0.201/0.300/0.300/0.300 ms\n"
                                                "http rtt min/avg/p50/p95/p99/max "
                                                "1.204/1.204/1.204/1.204/1.204/1.204 ms\n"));
}

TEST_CASE("a sweep that found nothing up says so, and has no times") {
  CHECK(render_summary(summary_of(0, 1), {}, false) ==
        "1 probe in 0.41 s (2.4/s): 0 up, 1 timeout\n"
        "icmp 1 packet sent, 0 received, 100% loss\n");
}

TEST_CASE("a sweep without probes does not divide by nothing") {
  sweep_summary summary;
  CHECK(render_summary(summary, {}, false) == "0 probes in 0.00 s: 0 up\n");
}

TEST_CASE("what this machine was short of is said in the summary") {
  sweep_summary summary;
  summary.strays.dropped = 3;
  summary.strays.asked_again = 1;
  summary.strays.send_waits = 2'000;
  const std::string text = render_summary(summary, {}, false);
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring(
                       "3 replies dropped by this machine, read too late; 1 request "
                       "repeated for it\n"));
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring(
                       "sending had to wait 2,000 times: the system was short of "
                       "buffers or neighbour entries\n"));
}

TEST_CASE("strays and bad lines are counted in the summary") {
  sweep_summary summary = summary_of(1, 0);
  summary.strays.duplicate = 2;
  summary.strays.foreign = 1'000;
  summary.bad_targets = 1;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith(
                 "1,002 stray replies, credited to nobody: 2 duplicate, 1,000 foreign\n"
                 "1 line was not a target\n"));
  summary.strays = {};
  summary.strays.late = 1;
  summary.bad_targets = 3;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith("1 stray reply, credited to nobody: 1 late\n"
                                       "3 lines were not targets\n"));
}

TEST_CASE("what probes had to wait for on this machine is told by kind") {
  sweep_summary summary = summary_of(1, 0);
  summary.waits.descriptors = 1'200;
  summary.waits.ports = 3;
  summary.waits.memory = 1;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith(
                 "1,204 waits of probes for this machine: 1,200 for file descriptors, "
                 "3 for local ports, 1 for kernel memory\n"));
  summary.waits = {};
  summary.waits.processes = 2;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith("2 waits of probes for this machine: 2 for a process\n"));
  summary.waits = {};
  summary.waits.ports = 1;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith("1 wait of a probe for this machine: 1 for local ports\n"));
}

TEST_CASE("dropped duplicates are counted in the summary") {
  sweep_summary summary = summary_of(1, 0);
  summary.duplicate_targets = 1;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith("1 duplicate target dropped\n"));
  summary.duplicate_targets = 12'345;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith("12,345 duplicate targets dropped\n"));
}

TEST_CASE("an early stop says by what, and how much was left") {
  sweep_summary summary = summary_of(1, 0);
  summary.stopped_early = true;
  summary.stop_reason = reason::interrupted;
  summary.hosts_not_started = 12'345;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith(
                 "stopped early by Ctrl-C or SIGTERM: 12,345 targets not started\n"));
  summary.stop_reason = reason::run_deadline;
  summary.hosts_not_started = 1;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith("stopped early by --deadline: 1 target not started\n"));
  summary.stop_reason = reason::enough_up;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith(
                 "stopped early by --min-up, as enough targets were up: 1 target not "
                 "started\n"));
  summary.stop_reason = reason::bad_target;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith(
                 "stopped early by --strict, as a line was not a target: 1 target not "
                 "started\n"));
  summary.stop_reason = reason::output_failed;
  summary.hosts_not_started_known = false;
  CHECK_THAT(render_summary(summary, {}, false),
             Catch::Matchers::EndsWith(
                 "stopped early by a failed output: an unknown number of targets not started\n"));
}

TEST_CASE("long sweeps are told in minutes and hours") {
  sweep_summary summary;
  summary.elapsed = 75s;
  CHECK(render_summary(summary, {}, false) == "0 probes in 1 min 15 s: 0 up\n");
  summary.elapsed = 59'999ms;
  CHECK(render_summary(summary, {}, false) == "0 probes in 60.00 s: 0 up\n");
  summary.elapsed = 2h + 3min + 59s;
  CHECK(render_summary(summary, {}, false) == "0 probes in 2 h 03 min: 0 up\n");
}

TEST_CASE("colours of the summary are those of the results") {
  CHECK_THAT(render_summary(summary_of(16, 239), {}, true),
             Catch::Matchers::StartsWith("255 probes in 0.41 s (621/s): \x1b[32m16 up\x1b[0m, "
                                         "\x1b[33m239 timeout\x1b[0m\n"));
  // There is nothing green about none.
  CHECK_THAT(
      render_summary(summary_of(0, 1), {}, true),
      Catch::Matchers::StartsWith("1 probe in 0.41 s (2.4/s): 0 up, \x1b[33m1 timeout\x1b[0m\n"));
}
