#include "plots.hpp"

#include "support/process.hpp"

#include <fmt/format.h>

namespace muster::bench {
namespace {

// The same colour for a contender in every plot; they differ in lightness, too.
struct pen {
  const char* contender;
  const char* colour;
};
constexpr pen pens[] = {{"coroutine", "#1b7f5c"},
                        {"thread", "#c8553d"},
                        {"pool:64", "#c79a2b"},
                        {"fping", "#7a5cbf"},
                        {"limit", "#8a8f98"}};

const char* colour_of(const std::string& contender) {
  for (const auto& one : pens) {
    if (contender == one.contender) return one.colour;
  }
  return "#333333";
}

double value_at(const growth_point& point, growth_axis axis) {
  return axis == growth_axis::cpu ? point.cpu_us_per_probe : point.memory_kib / 1024;
}

std::string script_for(const growth_report& one, growth_axis axis) {
  auto out = fmt::format(
      "set terminal svg size 620,400 font 'sans-serif,13' background '#ffffff' name '{}'\n"
      "set logscale xy\nset grid lc '#dddddd' lt 1 lw 0.5\nset border 3 lc '#888888'\n"
      "set tics nomirror\nset key outside top center horizontal reverse Left samplen 2\n"
      "set xlabel '{}'\nset ylabel '{}'\nset format x '10^{{%L}}'\nset format y '%g'\n",
      axis == growth_axis::cpu ? "cpu" : "memory", one.x_title,
      axis == growth_axis::cpu ? "CPU for each probe, µs" : "peak memory, MiB");
  std::string plot;
  for (std::size_t i = 0; i < one.lines.size(); ++i) {
    out += fmt::format("$d{} << END\n", i);
    for (const auto& point : one.lines[i].points) {
      if (point.why_not.empty()) out += fmt::format("{} {}\n", point.x, value_at(point, axis));
    }
    out += "END\n";
    plot +=
        fmt::format("{}$d{} using 1:2 with linespoints lc rgb '{}' lw {} pt 7 ps 0.6 title '{}'",
                    i == 0 ? "plot " : ", ", i, colour_of(one.lines[i].contender), i == 0 ? 3 : 1.6,
                    one.lines[i].contender);
  }
  return out + plot + "\n";
}

}  // namespace

std::string growth_plot(const growth_report& one, growth_axis axis) {
  if (!test::has_program("gnuplot")) return "<p>No plot: gnuplot is not installed.</p>";
  test::process_options options;
  options.input = script_for(one, axis);
  const auto drawn = test::run({"gnuplot"}, options);
  const auto begin = drawn.out.find("<svg");
  if (drawn.exit_code != 0 || begin == drawn.out.npos) {
    return "<p>No plot: gnuplot failed.</p>";
  }
  return drawn.out.substr(begin);
}

}  // namespace muster::bench
