// The report as a page that needs nothing but itself. Strategy: what a reader wants first is how
// much less muster takes than a thread for each task; so three large ratios stand on top. Then a
// table for each scenario in which every figure has a bar behind it, on a logarithmic scale, as the
// contenders differ by factors of thousands.
#include "numbers_text.hpp"
#include "plots.hpp"
#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace muster::bench {
namespace {

constexpr std::string_view page_start = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>muster-bench</title>
<style>
:root { color-scheme: light; --ink: #1d2126; --soft: #6a717b; --line: #e3e5e8; --own: #1b7f5c; }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: #fff;
  max-width: 1240px; margin: 2em auto; padding: 0 1.5em; }
h1 { font-size: 1.7em; margin: 0 0 .2em; } h2 { font-size: 1.2em; margin: 2.2em 0 .3em; }
p { margin: .4em 0; } .soft { color: var(--soft); font-size: .9em; }
.glance { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1em; margin: 1.2em 0; }
.glance div { border: 1px solid var(--line); border-radius: 8px; padding: .9em 1.1em; }
.glance b { display: block; font-size: 2.3em; line-height: 1.1; color: var(--own); }
table { border-collapse: collapse; width: 100%; margin: .5em 0; font-size: .9em; }
th { text-align: right; font-weight: 600; color: var(--soft); white-space: nowrap; }
th:first-child, td:first-child, th.left, td.left { text-align: left; }
th, td { padding: .28em .6em; border-bottom: 1px solid var(--line); }
td { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.left { white-space: normal; }
tr.own td { font-weight: 600; background-color: #f0f8f4; }
tr.limit td { color: var(--soft); font-style: italic; }
td.bar { background-image: linear-gradient(#c9d3de, #c9d3de); background-repeat: no-repeat;
  background-position: left bottom; }
tr.own td.bar { background-image: linear-gradient(#8fccb3, #8fccb3); }
td.note, .bad { color: #a33a25; } td.note { text-align: left; white-space: normal; }
td small { color: var(--soft); font-weight: 400; }
.table { overflow-x: auto; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 1em; }
.plots svg { width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; }
details { margin: .3em 0; } summary { cursor: pointer; color: var(--soft); font-size: .9em; }
code { font-size: .85em; overflow-wrap: anywhere; }
@media print { body { max-width: none; } }
</style></head><body>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

const scenario_report* find_scenario(const report& all, std::string_view name) {
  for (const auto& one : all.scenarios) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

std::string glance(const report& all) {
  const auto* timeouts = find_scenario(all, "timeouts");
  if (!timeouts) return {};
  const auto* own = timeouts->find("coroutine");
  const auto* thread = timeouts->find("thread");
  if (!own || !thread || !own->measured() || !thread->measured()) return {};
  const auto box = [](double ratio, std::string_view what, const std::string& from,
                      const std::string& to) {
    return fmt::format("<div><b>{}</b>{}<br><span class=soft>{} to {}</span></div>\n",
                       times_text(ratio), what, from, to);
  };
  auto out = fmt::format("<h2>{}: a thread for each, against muster</h2>\n<div class=glance>\n",
                         escaped(timeouts->title));
  out += box(thread->cpu_s.median / own->cpu_s.median, "the CPU time",
             duration_text(thread->cpu_s.median), duration_text(own->cpu_s.median));
  out += box(thread->memory_kib.median / own->memory_kib.median, "the memory",
             memory_text(thread->memory_kib.median), memory_text(own->memory_kib.median));
  out += box(thread->wall_s.median / own->wall_s.median, "the time, of which 3 s are the timeout",
             duration_text(thread->wall_s.median), duration_text(own->wall_s.median));
  return out + "</div>\n";
}

/// The least and the greatest of a column, for its bars.
struct scale {
  double min = 0;
  double max = 0;
  void take(double value) {
    if (value <= 0) return;
    min = min == 0 ? value : std::min(min, value);
    max = std::max(max, value);
  }
  double percent(double value) const {
    constexpr double shortest = 4;
    if (value <= 0 || max <= min) return shortest;
    return shortest + (100 - shortest) * std::log(value / min) / std::log(max / min);
  }
};

std::string cell(const scale& of, double value, const std::string& text) {
  if (value <= 0) return "<td>–</td>";
  return fmt::format("<td class=bar style='background-size:{:.1f}% 4px'>{}</td>", of.percent(value),
                     text);
}

std::string range_of(const spread& of, std::string (*text)(double)) {
  const auto least = text(of.min);
  const auto most = text(of.max);
  if (least == most) return text(of.median);
  return fmt::format("{} <small>{}–{}</small>", text(of.median), least, most);
}

std::string note(const row& one) {
  const auto* word = one.outcome == verdict::absent         ? "absent"
                     : one.outcome == verdict::disqualified ? "disqualified"
                                                            : "could not";
  return fmt::format("<td class=note colspan=9>{}: {}</td>", word, escaped(one.why));
}

struct scales {
  scale wall, cpu, memory, first, rate;
  explicit scales(const scenario_report& one) {
    for (const auto& each : one.rows) {
      if (each.outcome != verdict::good) continue;
      wall.take(each.wall_s.median);
      cpu.take(each.cpu_us_per_probe());
      memory.take(each.memory_kib.median);
      first.take(each.first_s.median);
      rate.take(each.rate.median);
    }
  }
};

/// The kernel takes its samples of user and system time at ticks; of short runs they mean nothing.
std::string parts_of_cpu(const row& one) {
  constexpr double told_from_s = 0.1;
  if (one.cpu_s.median < told_from_s) return {};
  return fmt::format(" <small>{} + {}</small>", duration_text(one.user_s.median),
                     duration_text(one.system_s.median));
}

std::string row_of(const row& one, const scales& all) {
  const auto* kind = one.contender == "coroutine" ? " class=own"
                     : one.contender == "limit"   ? " class=limit"
                                                  : "";
  auto out = fmt::format("<tr{}><td title=\"{}\">{}", kind, escaped(one.command.substr(0, 300)),
                         escaped(one.contender));
  if (one.scaled) out += fmt::format(" <small>{} of them</small>", grouped(one.probes));
  out += "</td>";
  if (one.outcome != verdict::good) return out + note(one) + "</tr>\n";
  out += cell(all.wall, one.wall_s.median, range_of(one.wall_s, duration_text));
  out += cell(all.rate, one.rate.median, short_number(one.rate.median));
  out += cell(all.cpu, one.cpu_us_per_probe(), short_number(one.cpu_us_per_probe()) + " µs");
  out += fmt::format("<td>{}{}</td>", duration_text(one.cpu_s.median), parts_of_cpu(one));
  out += cell(all.memory, one.memory_kib.median, memory_text(one.memory_kib.median));
  out += fmt::format("<td>{}</td><td>{}</td>", count_text(one.threads.median),
                     count_text(one.switches.median));
  out += cell(all.first, one.first_s.median, duration_text(one.first_s.median));
  out += one.of_limit ? fmt::format("<td>{:.2f}</td>", one.of_limit->median) : "<td></td>";
  return out + "</tr>\n";
}

std::string table_of(const scenario_report& one) {
  const scales all{one};
  auto out = fmt::format(
      "<h2>{}</h2>\n<p>{}</p>\n<div "
      "class=table><table><tr><th>contender</th><th>wall</th><th>probes/s</th>"
      "<th>CPU a probe</th><th>CPU, user + system</th><th>memory</th><th>threads</th>"
      "<th>switches</th><th>first result</th><th>of the limit</th></tr>\n",
      escaped(one.name), escaped(one.title));
  for (const auto& each : one.rows)
    out += row_of(each, all);
  out += "</table></div>\n";
  out += fmt::format("<p>{}</p>\n", escaped(about_ahead(one)));
  out += "<details><summary>The commands</summary>\n";
  for (const auto& each : one.rows) {
    if (each.measured()) {
      out += fmt::format("<p><b>{}</b>, {} runs: <code>{}</code></p>\n", escaped(each.contender),
                         each.runs, escaped(each.command.substr(0, 300)));
    }
  }
  return out + "</details>\n";
}

std::string table_of(const std::vector<figure>& figures) {
  if (figures.empty()) return {};
  std::string out =
      "<h2>What is asked of muster</h2>\n<table><tr><th>figure</th><th class=left>measured</th>"
      "<th class=left>asked</th><th class=left></th></tr>\n";
  for (const auto& one : figures) {
    out += fmt::format(
        "<tr><td class=left>{}</td><td class=left>{}</td><td class=left>{}</td>"
        "<td class=left>{}</td></tr>\n",
        escaped(one.what), escaped(one.measured), escaped(one.asked),
        one.asked.empty() ? ""
        : one.met         ? "met"
                          : "<b class=bad>not met</b>");
  }
  return out + "</table>\n";
}

std::string plots_of(const growth_report& one) {
  return fmt::format(
      "<h2>Growth: {}</h2>\n<p>{}</p>\n<div class=plots>{}{}</div>\n"
      "<details><summary>The figures</summary><pre>{}</pre></details>\n",
      escaped(one.name), escaped(one.title), growth_plot(one, growth_axis::cpu),
      growth_plot(one, growth_axis::memory), escaped(text_of(one)));
}

}  // namespace

std::string html_of(const report& all) {
  std::string out{page_start};
  const auto& machine = all.machine;
  out += "<h1>muster-bench</h1>\n";
  out += fmt::format("<p class=soft>{} · {} · {} × {} · {}</p>\n", escaped(machine.time),
                     escaped(machine.kernel), machine.cores, escaped(machine.processor),
                     escaped(machine.memory));
  out += glance(all);
  out +=
      "<p class=soft>Medians of interleaved rounds, with the least and the greatest. Memory is all "
      "that a contender's processes hold at their peak, page tables and kernel stacks counted. The "
      "line below a figure is its size, on a logarithmic scale from the least to the greatest of "
      "its column. <i>limit</i> is a plain loop of system calls, which waits for nobody who is "
      "silent.</p>\n";
  out += table_of(all.figures);
  for (const auto& one : all.growth)
    out += plots_of(one);
  for (const auto& one : all.scenarios)
    out += table_of(one);
  out += "<h2>Versions</h2>\n";
  for (const auto& version : machine.versions)
    out += fmt::format("<p class=soft>{}</p>\n", escaped(version));
  return out + "</body></html>\n";
}

}  // namespace muster::bench
