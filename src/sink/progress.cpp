// Strategy: the cursor waits at the beginning of the line, not behind its end. A terminal that is
// made narrower breaks the line into several, and takes the cursor along with the character that it
// stands on; so it is still at the beginning, and erasing from there to the end of the screen takes
// all of them. Where the line is cut instead, it takes what is left.
#include "sink/progress.hpp"

#include "record/numbers.hpp"
#include "sink/terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <poll.h>
#include <unistd.h>

namespace muster {

namespace {

/// What was measured this long ago counts 1/e of what was measured just now.
constexpr double fade_seconds = 2;
/// An ETA past this is not worth a column.
constexpr double eta_seconds_max = 100.0 * 3600;
constexpr int erase_wait_ms = 20;
/// To the beginning of the line; erase to the end of the screen.
constexpr std::string_view clear = "\r\x1b[J";

std::uint64_t rounded(double value) {
  return static_cast<std::uint64_t>(std::llround(std::max(value, 0.0)));
}

void append_eta(std::string& out, double seconds) {
  if (seconds > eta_seconds_max) return;
  const std::uint64_t whole = rounded(std::ceil(seconds));
  const std::uint64_t hours = whole / 3600;
  const std::uint64_t minutes = whole / 60 % 60;
  out += hours > 0 ? fmt::format("  ETA {}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("  ETA {}:{:02}", minutes, whole % 60);
}

void append_count(std::string& out, std::string_view word, std::uint64_t count) {
  if (count == 0) return;
  out += word;
  append_grouped(out, count);
}

/// A terminal that takes nothing, as after Ctrl-S, is waited for no longer than this.
void write_once(int descriptor, std::string_view text, int patience_ms) {
  pollfd entry{descriptor, POLLOUT, 0};
  if (::poll(&entry, 1, patience_ms) <= 0) return;
  ssize_t count = 0;
  do {
    count = ::write(descriptor, text.data(), text.size());
  } while (count < 0 && errno == EINTR);
}

}  // namespace

std::string render_progress(const progress_snapshot& snapshot, int columns) {
  std::string line{snapshot.title};
  line += "  ";
  append_grouped(line, snapshot.done);
  if (snapshot.total) {
    // Targets whose number was only estimated may turn out to be more.
    const std::uint64_t total = std::max(*snapshot.total, snapshot.done);
    const double part =
        total > 0 ? static_cast<double>(snapshot.done) / static_cast<double>(total) : 1;
    line += '/';
    append_grouped(line, total);
    line += fmt::format(" {}%", static_cast<int>(part * 100));
  }
  line += "  ";
  append_rate(line, snapshot.per_second);
  line += "/s  in flight ";
  append_grouped(line, snapshot.in_flight);
  line += "  ";
  line += snapshot.good;
  line += ' ';
  append_grouped(line, snapshot.up);
  append_count(line, " timeout ", snapshot.timeout);
  append_count(line, " other ", snapshot.other);
  if (snapshot.total && *snapshot.total > snapshot.done && snapshot.per_second > 0) {
    append_eta(line, static_cast<double>(*snapshot.total - snapshot.done) / snapshot.per_second);
  }
  line.resize(std::min(line.size(), static_cast<std::size_t>(std::max(columns, 0))));
  return line;
}

double rate_meter::take(std::uint64_t count, std::chrono::steady_clock::time_point now) {
  const double seconds = std::chrono::duration<double>(now - last_time_).count();
  if (seconds <= 0) return per_second_;
  const double latest = static_cast<double>(count - last_count_) / seconds;
  const double keep = first_ ? 0 : std::exp(-seconds / fade_seconds);
  per_second_ = keep * per_second_ + (1 - keep) * latest;
  first_ = false;
  last_time_ = now;
  last_count_ = count;
  return per_second_;
}

void progress_line::draw(progress_snapshot snapshot, std::chrono::steady_clock::time_point now) {
  snapshot.per_second = meter_.take(snapshot.done, now);
  if (!may_draw()) return;
  // The last column stays free: writing into it makes some terminals go to the next line.
  const int columns = size_of_terminal(descriptor_).columns - 1;
  write_once(descriptor_, fmt::format("{}{}\r", clear, render_progress(snapshot, columns)), 0);
  drawn_ = true;
}

void progress_line::erase() {
  // Lines that follow must not mix with it, be the terminal busy for a moment.
  if (std::exchange(drawn_, false) && may_draw()) write_once(descriptor_, clear, erase_wait_ms);
}

bool progress_line::may_draw() const {
  // Of what is no terminal of this session, there is no foreground.
  const pid_t foreground = ::tcgetpgrp(descriptor_);
  return foreground < 0 || foreground == ::getpgrp();
}

}  // namespace muster
