#include "cli/sweep/pictures.hpp"

#include "sink/rtt_histogram.hpp"
#include "sink/subnet_map.hpp"
#include "sink/terminal.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <unistd.h>

namespace muster {
namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

/// How many things it takes for a picture of them.
std::uint64_t threshold(std::optional<bool> asked_for, bool watched, std::uint64_t enough) {
  if (asked_for) return *asked_for ? 1 : never;
  return watched ? enough : never;
}

std::ptrdiff_t lines_in(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

/// What a screen holds beside the summary; a map whose top has scrolled away is of no use.
std::ptrdiff_t lines_for(const terminal_size& size) {
  constexpr std::ptrdiff_t summary_lines = 8;
  return size.lines - summary_lines;
}

}  // namespace

pictures::pictures(const sweep_arguments& arguments) {
  const bool watched = arguments.quiet == 0 && ::isatty(STDERR_FILENO) == 1;
  hosts_wanted_ = threshold(arguments.map, watched, hosts_min);
  rtts_wanted_ = threshold(arguments.histogram, watched, rtts_min);
  if (hosts_wanted_ != never) hosts_ = std::make_unique<host_map>();
}

std::string pictures::render(const sweep_summary& summary) const {
  const terminal_size size = size_of_terminal(STDERR_FILENO);
  const colour_depth colours = colours_of_terminal(STDERR_FILENO);
  std::string out;
  if (hosts_ && hosts_->hosts() >= hosts_wanted_) {
    map_style style;
    style.columns = size.columns;
    style.lines = size.lines;
    style.unicode = locale_is_utf8();
    style.colour = colours;
    out += render_map(*hosts_, style);
  }
  if (summary.totals.rtt().count() >= rtts_wanted_) {
    histogram_style style;
    style.columns = size.columns;
    style.unicode = locale_is_utf8();
    style.colour = colours != colour_depth::none;
    const std::string histogram = render_histogram(summary.totals.rtt(), style);
    if (out.empty()) {
      out = histogram;
    } else if (rtts_wanted_ == 1 || lines_in(out) + lines_in(histogram) <= lines_for(size)) {
      out += '\n' + histogram;
    }
  }
  if (!out.empty()) out += '\n';
  return out;
}

}  // namespace muster
