#include "numbers_text.hpp"
#include "report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster::bench {
namespace {

std::string microseconds(double value) { return short_number(value) + " µs"; }

std::string share(const std::optional<spread>& of) {
  if (!of) return "";
  if (of->min == of->max) return fmt::format("{:.2f}", of->median);
  return fmt::format("{:.2f} ({:.2f}–{:.2f})", of->median, of->min, of->max);
}

std::string mark(const row& one) {
  switch (one.outcome) {
    case verdict::good:
      return one.scaled ? fmt::format("scaled down to {}", grouped(one.probes)) : "";
    case verdict::disqualified:
      return "DISQUALIFIED: " + one.why;
    case verdict::failed:
      return "could not: " + one.why;
    case verdict::absent:
      break;
  }
  return "absent: " + one.why;
}

/// fmt pads by code points' estimated width, so columns with µ and – line up.
std::string line_of(const row& one) {
  if (one.outcome != verdict::good) return fmt::format("{:<18} {}\n", one.contender, mark(one));
  auto out =
      fmt::format("{:<18} {:<29} {:>9} {:>11} {:>9} {:>7} {:>9} {:>9} {:>9}  {:<17} {:>2}  {}",
                  one.contender, range_text(one.wall_s, duration_text),
                  duration_text(one.cpu_s.median), microseconds(one.cpu_us_per_probe()),
                  memory_text(one.memory_kib.median), count_text(one.threads.median),
                  count_text(one.switches.median), duration_text(one.first_s.median),
                  short_number(one.rate.median), share(one.of_limit), one.runs, mark(one));
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

}  // namespace

std::string range_text(const spread& of, std::string (*text)(double)) {
  const auto least = text(of.min);
  const auto most = text(of.max);
  if (least == most) return text(of.median);
  return fmt::format("{} ({}–{})", text(of.median), least, most);
}

std::string text_of(const scenario_report& one) {
  auto out = fmt::format("\n{}: {}\n", one.name, one.title);
  out += fmt::format("{:<18} {:<29} {:>9} {:>11} {:>9} {:>7} {:>9} {:>9} {:>9}  {:<17} {:>2}\n", "",
                     "wall, median (min–max)", "cpu", "cpu/probe", "memory", "threads", "switches",
                     "first", "probes/s", "of the limit", "n");
  for (const auto& each : one.rows)
    out += line_of(each);
  return out + about_ahead(one) + '\n';
}

std::string text_of(const std::vector<figure>& figures) {
  if (figures.empty()) return {};
  std::size_t widest = 0;
  for (const auto& one : figures)
    widest = std::max(widest, one.what.size());
  std::string out = "\nWhat is asked of muster\n";
  for (const auto& one : figures) {
    out += fmt::format("{:<{}}  {:<40}", one.what, widest, one.measured);
    if (!one.asked.empty()) {
      out += fmt::format(" asked {:<16} {}", one.asked, one.met ? "met" : "NOT MET");
    }
    out += '\n';
  }
  return out;
}

std::string text_of(const growth_report& one) {
  auto out = fmt::format("\n{}: {}\n{:<14}", one.name, one.title, one.x_title);
  if (one.lines.empty()) return out + "\n";
  for (const auto& line : one.lines)
    out += fmt::format(" {:>28}", line.contender);
  out += "\n";
  for (std::size_t i = 0; i < one.lines.front().points.size(); ++i) {
    out +=
        fmt::format("{:<14}", grouped(static_cast<std::uint64_t>(one.lines.front().points[i].x)));
    for (const auto& line : one.lines) {
      const auto& point = line.points[i];
      out +=
          fmt::format(" {:>28}", point.why_not.empty()
                                     ? fmt::format("{}, {}", microseconds(point.cpu_us_per_probe),
                                                   memory_text(point.memory_kib))
                                     : "–");
    }
    out += "\n";
  }
  for (const auto& line : one.lines) {
    for (const auto& point : line.points) {
      if (point.why_not.empty()) continue;
      out += fmt::format("  {} at {}: {}\n", line.contender,
                         grouped(static_cast<std::uint64_t>(point.x)), point.why_not);
    }
  }
  return out;
}

std::string text_of(const report& all) {
  const auto& machine = all.machine;
  auto out = fmt::format("muster-bench, {}\n{}, {} × {}, {}\n", machine.time, machine.kernel,
                         machine.cores, machine.processor, machine.memory);
  for (const auto& version : machine.versions)
    out += version + "\n";
  for (const auto& one : all.scenarios)
    out += text_of(one);
  for (const auto& one : all.growth)
    out += text_of(one);
  out += text_of(all.figures);
  return out;
}

}  // namespace muster::bench
