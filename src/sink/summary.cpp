#include "sink/summary.hpp"

#include "core/duration_text.hpp"
#include "record/numbers.hpp"
#include "sink/colour.hpp"
#include "sink/summary_parts.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace muster {

void append_counted(std::string& out, std::uint64_t count, std::string_view singular,
                    std::string_view plural) {
  append_grouped(out, count);
  out += ' ';
  out += count == 1 ? singular : plural;
}

std::vector<headline_part> headline_parts(const statistics& totals) {
  std::vector<headline_part> parts;
  for (const status value : all_statuses) {
    const std::uint64_t count = totals.of(value);
    // That nothing is up is worth saying, too.
    if (count > 0 || value == status::up) parts.push_back({to_string(value), count, value});
  }
  return parts;
}

void append_headline(std::string& out, const statistics& totals,
                     const std::vector<headline_part>& parts, std::chrono::nanoseconds elapsed,
                     std::string_view singular, std::string_view plural, bool colour) {
  const std::uint64_t total = totals.total();
  append_counted(out, total, singular, plural);
  out += " in " + duration_text(elapsed);
  const double seconds = std::chrono::duration<double>(elapsed).count();
  if (seconds > 0 && total > 0) {
    out += " (";
    append_rate(out, static_cast<double>(total) / seconds);
    out += "/s)";
  }
  std::string_view before = ": ";
  for (const auto& [word, count, like] : parts) {
    std::string words;
    append_grouped(words, count);
    words += ' ';
    words += word;
    out += std::exchange(before, ", ");
    append_coloured(out, words, like, colour && count > 0);
  }
  out += '\n';
}

void append_times(std::string& out, std::string_view name, const latency_histogram& times) {
  if (times.count() == 0) return;
  out += name;
  out += " min/avg/p50/p95/p99/max ";
  const std::array values{times.min(),          times.mean(),         times.quantile(0.50),
                          times.quantile(0.95), times.quantile(0.99), times.max()};
  std::string_view before;
  for (const auto value : values) {
    out += std::exchange(before, "/");
    append_milliseconds(out, value);
  }
  out += " ms\n";
}

namespace {

void append_packets(std::string& out, const statistics& totals, probe_kind kind) {
  const std::uint64_t sent = totals.packets_sent(kind);
  const std::uint64_t received = totals.packets_received(kind);
  if (sent == 0 || (sent == totals.total() && received == sent)) return;
  out += to_string(kind);
  out += ' ';
  append_counted(out, sent, "packet", "packets");
  out += " sent, ";
  append_grouped(out, received);
  const double loss = static_cast<double>(loss_thousandths(sent, received)) / 10;
  out += fmt::format(" received, {:g}% loss\n", loss);
}

/// "2 duplicate, 1 late": those of the counts that are not 0.
void append_counts(
    std::string& out,
    std::initializer_list<std::pair<std::uint64_t, std::string_view>> counts_and_words) {
  std::string_view before;
  for (const auto& [count, word] : counts_and_words) {
    if (count == 0) continue;
    out += std::exchange(before, ", ");
    append_grouped(out, count);
    out += ' ';
    out += word;
  }
  out += '\n';
}

void append_strays(std::string& out, const stray_replies& strays) {
  if (strays.total() == 0) return;
  append_counted(out, strays.total(),
                 "stray reply, credited to nobody: ", "stray replies, credited to nobody: ");
  append_counts(out, {{strays.duplicate, "duplicate"},
                      {strays.late, "late"},
                      {strays.foreign, "foreign"},
                      {strays.corrupt, "corrupt"}});
}

}  // namespace

void append_waits(std::string& out, const resource_waits& waits, std::string_view singular,
                  std::string_view plural) {
  if (waits.total() == 0) return;
  append_counted(out, waits.total(), fmt::format("wait of a {} for this machine: ", singular),
                 fmt::format("waits of {} for this machine: ", plural));
  append_counts(out, {{waits.descriptors, "for file descriptors"},
                      {waits.ports, "for local ports"},
                      {waits.memory, "for kernel memory"},
                      {waits.processes, "for a process"}});
}

namespace {

// What this machine was short of. No target paid for it, but the sweep was slower than it could be.
void append_shortages(std::string& out, const stray_replies& icmp) {
  if (icmp.dropped > 0) {
    append_counted(out, icmp.dropped, "reply", "replies");
    out += " dropped by this machine, read too late; ";
    append_counted(out, icmp.asked_again, "request", "requests");
    out += " repeated for it\n";
  }
  if (icmp.send_waits > 0) {
    out += "sending had to wait ";
    append_counted(out, icmp.send_waits, "time", "times");
    out += ": the system was short of buffers or neighbour entries\n";
  }
}

/// Whether the status alone leaves open what is wrong.
bool needs_reasons(status value) {
  return value == status::unreachable || value == status::local_error || value == status::skipped;
}

/// " (3 no_route, 2 firewall_denied)"
void append_reasons(std::string& out, const outcome_counts& counts, status value) {
  std::string_view before = " (";
  for (std::size_t i = 1; i < reason_count; ++i) {
    const auto why = static_cast<reason>(i);
    const std::uint64_t count = counts.of(value, why);
    if (count == 0) continue;
    out += std::exchange(before, ", ");
    if (count != counts.of(value)) {
      append_grouped(out, count);
      out += ' ';
    }
    out += to_string(why);
  }
  if (before != " (") out += ')';
}

std::string_view stopper_name(reason value) {
  switch (value) {
    case reason::interrupted:
      return "Ctrl-C or SIGTERM";
    case reason::run_deadline:
      return "--deadline";
    case reason::output_failed:
      return "a failed output";
    case reason::enough_up:
      return "--min-up, as enough targets were up";
    case reason::too_many_failed:
      return "--halt, as too many tasks failed";
    case reason::out_of_memory:
      return "a want of memory";
    case reason::bad_target:
      return "--strict, as a line was not a target";
    default:
      return to_string(value);
  }
}

}  // namespace

void append_not_shown(std::string& out, const outcome_counts& hidden) {
  if (hidden.total() == 0) return;
  std::string_view before = "not shown: ";
  for (const status value : all_statuses) {
    if (hidden.of(value) == 0) continue;
    out += std::exchange(before, ", ");
    append_grouped(out, hidden.of(value));
    out += ' ';
    out += to_string(value);
    if (needs_reasons(value)) append_reasons(out, hidden, value);
  }
  out += "; --show-all lists them\n";
}

void append_stop(std::string& out, reason why, std::uint64_t not_started, bool known) {
  out += "stopped early";
  if (const std::string_view by = stopper_name(why); !by.empty()) {
    out += " by ";
    out += by;
  }
  out += ": ";
  if (known) {
    append_counted(out, not_started, "target", "targets");
  } else {
    out += "an unknown number of targets";
  }
  out += " not started\n";
}

std::string render_summary(const sweep_summary& summary, const outcome_counts& hidden,
                           bool colour) {
  std::string out;
  append_headline(out, summary.totals, headline_parts(summary.totals), summary.elapsed, "probe",
                  "probes", colour);
  for (const probe_kind kind : all_probe_kinds) {
    append_times(out, fmt::format("{} rtt", to_string(kind)), summary.totals.rtt(kind));
  }
  for (const probe_kind kind : all_probe_kinds)
    append_packets(out, summary.totals, kind);
  append_strays(out, summary.strays);
  append_shortages(out, summary.strays);
  append_waits(out, summary.waits, "probe", "probes");
  if (summary.bad_targets > 0) {
    append_counted(out, summary.bad_targets, "line was not a target\n", "lines were not targets\n");
  }
  if (summary.duplicate_targets > 0) {
    append_counted(out, summary.duplicate_targets, "duplicate target dropped\n",
                   "duplicate targets dropped\n");
  }
  append_not_shown(out, hidden);
  if (summary.stopped_early) {
    append_stop(out, summary.stop_reason, summary.hosts_not_started,
                summary.hosts_not_started_known);
  }
  return out;
}

}  // namespace muster
