// The report as Markdown tables, as docs/benchmarks.md has them.
#include "numbers_text.hpp"
#include "report.hpp"

#include <fmt/format.h>

namespace muster::bench {
namespace {

/// A bar would end the cell.
std::string plain(std::string text) {
  for (auto& c : text) {
    if (c == '|' || c == '\n') c = ' ';
  }
  return text;
}

std::string name_of(const row& one) {
  auto out = one.contender == "coroutine" ? "**coroutine**" : one.contender;
  if (one.scaled) out += fmt::format(", {} of them", grouped(one.probes));
  return out;
}

std::string line_of(const row& one) {
  if (one.outcome != verdict::good) {
    const auto* word = one.outcome == verdict::absent         ? "absent"
                       : one.outcome == verdict::disqualified ? "disqualified"
                                                              : "could not";
    return fmt::format("| {} | {}: {} | | | | | | | |\n", name_of(one), word, plain(one.why));
  }
  return fmt::format("| {} | {} | {} | {} µs | {} | {} | {} | {} | {} |\n", name_of(one),
                     range_text(one.wall_s, duration_text), short_number(one.rate.median),
                     short_number(one.cpu_us_per_probe()), memory_text(one.memory_kib.median),
                     count_text(one.threads.median), count_text(one.switches.median),
                     duration_text(one.first_s.median),
                     one.of_limit ? fmt::format("{:.2f}", one.of_limit->median) : "");
}

std::string table_of(const scenario_report& one) {
  auto out = fmt::format(
      "\n### {}: {}\n\n"
      "| | wall | probes/s | CPU a probe | memory | threads | switches | first result | of limit "
      "|\n"
      "|---|---|---|---|---|---|---|---|---|\n",
      one.name, one.title);
  for (const auto& each : one.rows)
    out += line_of(each);
  return out + '\n' + about_ahead(one) + '\n';
}

std::string table_of(const growth_report& one) {
  auto out = fmt::format("\n### {}: {}\n\n| {} |", one.name, one.title, one.x_title);
  std::string rule = "|---|";
  for (const auto& line : one.lines) {
    out += fmt::format(" {} |", line.contender);
    rule += "---|";
  }
  out += "\n" + rule + "\n";
  if (one.lines.empty()) return out;
  for (std::size_t i = 0; i < one.lines.front().points.size(); ++i) {
    out += fmt::format("| {} |", count_text(one.lines.front().points[i].x));
    for (const auto& line : one.lines) {
      const auto& point = line.points[i];
      out += point.why_not.empty()
                 ? fmt::format(" {} µs, {} |", short_number(point.cpu_us_per_probe),
                               memory_text(point.memory_kib))
                 : fmt::format(" {} |", plain(point.why_not));
    }
    out += "\n";
  }
  return out;
}

std::string table_of(const std::vector<figure>& figures) {
  std::string out =
      "\n### What is asked of muster\n\n| | asked | measured | |\n|---|---|---|---|\n";
  for (const auto& one : figures) {
    out += fmt::format("| {} | {} | {} | {} |\n", one.what, one.asked, one.measured,
                       one.asked.empty() ? ""
                       : one.met         ? "met"
                                         : "**not met**");
  }
  return out;
}

}  // namespace

std::string markdown_of(const report& all) {
  const auto& machine = all.machine;
  auto out = fmt::format("{}; {}; {} × {}; {}\n", machine.time, machine.kernel, machine.cores,
                         machine.processor, machine.memory);
  for (const auto& version : machine.versions)
    out += fmt::format("\n- {}", plain(version));
  out += "\n";
  if (!all.figures.empty()) out += table_of(all.figures);
  for (const auto& one : all.scenarios)
    out += table_of(one);
  for (const auto& one : all.growth)
    out += table_of(one);
  return out;
}

}  // namespace muster::bench
