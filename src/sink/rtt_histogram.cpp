// Strategy: the values lie between two round numbers; of the three scales of round numbers, the
// finest is taken that has few enough steps between them. Each bar is then a difference of two
// cumulative counts, so that nothing is counted twice or not at all.
#include "sink/rtt_histogram.hpp"

#include "record/numbers.hpp"
#include "sink/colour.hpp"
#include "sink/rtt_scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::size_t bar_columns_max = 60;
constexpr std::size_t bar_columns_min = 10;

/// A bar of `eighths` of a column; what is not nothing leaves a trace.
std::string bar_text(std::uint64_t eighths, bool unicode) {
  constexpr std::array<std::string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  std::string text;
  if (!unicode) {
    text.append((eighths + 7) / 8, '#');
    return text;
  }
  for (std::uint64_t i = 0; i < eighths / 8; ++i)
    text += "█";
  text += parts[eighths % 8];
  return text;
}

std::uint64_t eighths_of(std::uint64_t count, std::uint64_t count_max, std::size_t columns) {
  if (count == 0) return 0;
  const double part = static_cast<double>(count) / static_cast<double>(count_max);
  return std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::llround(part * 8 * static_cast<double>(columns))));
}

struct bar_words {
  std::string from;
  std::string to;
  std::string count;
  std::string share;
};

std::vector<bar_words> words_of(const std::vector<rtt_bar>& bars, std::uint64_t total) {
  std::vector<bar_words> all;
  for (const rtt_bar& bar : bars) {
    bar_words words;
    words.from = rtt_scale_text(bar.from);
    words.to = rtt_scale_text(bar.to);
    append_grouped(words.count, bar.count);
    const double share = 100 * static_cast<double>(bar.count) / static_cast<double>(total);
    words.share = bar.count == 0 ? "" : share < 0.1 ? "<0.1%" : fmt::format("{:.1f}%", share);
    all.push_back(std::move(words));
  }
  return all;
}

std::size_t widest(const std::vector<bar_words>& all, std::string bar_words::*part) {
  std::size_t width = 0;
  for (const bar_words& words : all)
    width = std::max(width, (words.*part).size());
  return width;
}

}  // namespace

std::vector<rtt_bar> rtt_bars(const latency_histogram& values, std::size_t bars_max) {
  if (values.count() == 0) return {};
  rtt_grain grain = rtt_grain::tenths;
  const auto bars_of = [&] {
    return rtt_scale_index(grain, values.max()) - rtt_scale_index(grain, values.min()) + 1;
  };
  if (bars_of() > bars_max) grain = rtt_grain::one_two_five;
  if (bars_of() > bars_max) grain = rtt_grain::decades;

  const unsigned first = rtt_scale_index(grain, values.min());
  const unsigned last = rtt_scale_index(grain, values.max());
  std::vector<rtt_bar> bars;
  std::uint64_t counted = 0;
  for (unsigned index = first; index <= last; ++index) {
    rtt_bar bar;
    if (index > 0) bar.from = rtt_scale_bound(grain, index - 1);
    bar.to = rtt_scale_bound(grain, index);
    const std::uint64_t up_to = index == last ? values.count() : values.count_up_to(bar.to);
    bar.count = up_to - counted;
    counted = up_to;
    bars.push_back(bar);
  }
  return bars;
}

std::string render_histogram(const latency_histogram& values, const histogram_style& style) {
  const std::vector<rtt_bar> bars = rtt_bars(values, histogram_bars_max);
  if (bars.empty()) return {};
  const std::vector<bar_words> all = words_of(bars, values.count());
  const std::size_t from = widest(all, &bar_words::from);
  const std::size_t to = widest(all, &bar_words::to);
  const std::size_t count = widest(all, &bar_words::count);
  // "from – to ms  count  share  bar"
  const std::size_t others = from + 3 + to + 5 + count + 2 + 6 + 2;
  const auto columns = static_cast<std::size_t>(std::max(style.columns - 1, 0));
  const std::size_t room = columns > others ? columns - others : 0;
  const std::size_t bar_columns = std::clamp(room, bar_columns_min, bar_columns_max);
  std::uint64_t count_max = 1;
  for (const rtt_bar& bar : bars)
    count_max = std::max(count_max, bar.count);

  std::string out = "rtt distribution\n";
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const bar_words& words = all[i];
    out += fmt::format("{:>{}} {} {:>{}} ms  {:>{}}", words.from, from, style.unicode ? "–" : "-",
                       words.to, to, words.count, count);
    const std::string bar =
        bar_text(eighths_of(bars[i].count, count_max, bar_columns), style.unicode);
    if (!bar.empty()) {
      out += fmt::format("  {:>6}  ", words.share);
      append_coloured(out, bar, status::up, style.colour);
    }
    out += '\n';
  }
  return out;
}

}  // namespace muster
