#include "record/numbers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace muster {

void append_grouped(std::string& out, std::uint64_t value) {
  if (value < 1000) return append_integer(out, value);
  append_grouped(out, value / 1000);
  out.push_back(',');
  append_padded<3>(out, value % 1000);
}

void append_rate(std::string& out, double per_second) {
  if (per_second >= 10) return append_grouped(out, static_cast<std::uint64_t>(per_second));
  out += per_second >= 0.01 ? fmt::format("{:.2g}", per_second) : "0";
}

std::uint64_t loss_thousandths(std::uint64_t sent, std::uint64_t received) {
  if (received >= sent) return 0;
  if (received == 0) return 1000;
  const double lost = static_cast<double>(sent - received) / static_cast<double>(sent);
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::llround(lost * 1000)), 1, 999);
}

void timestamp_writer::begin_second(std::chrono::sys_seconds second) {
  using namespace std::chrono;
  const auto day = floor<days>(second);
  const year_month_day date{day};
  const hh_mm_ss time{second - day};
  text_ = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                      time.hours().count(), time.minutes().count(), time.seconds().count());
  second_ = second;
}

}  // namespace muster
