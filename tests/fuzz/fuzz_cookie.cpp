// Strategy: the first byte chooses how the servers are asked; the first line is the host and the
// path of one, the second those of another, and all further ones are what the first sets. What is
// kept is bounded, goes back to the first only as it was written, and to the second only if a
// domain, a path and TLS let it.
#include "codec/cookie_jar.hpp"
#include "core/ascii.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using muster::codec::cookie_jar;

namespace {

constexpr cookie_jar::time_point now{std::chrono::hours{24 * 365 * 56}};

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

/// Whether one host is the other, or both are in a domain of two labels or more.
bool may_share(std::string_view left, std::string_view right) {
  for (std::string_view* one : {&left, &right}) {
    if (one->ends_with('.')) one->remove_suffix(1);
  }
  if (left == right) return true;
  std::size_t same = 0;
  while (same < std::min(left.size(), right.size()) &&
         left[left.size() - 1 - same] == right[right.size() - 1 - same]) {
    ++same;
  }
  return left.substr(left.size() - same).find('.') != std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned char how = data[0];
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto place_of = [how](std::string_view line, std::string& host, int bit) {
    const std::size_t slash = std::min(line.find('/'), line.size());
    host = muster::lowered(line.substr(0, slash));
    return cookie_jar::place{.host = host,
                             .is_address = (how >> bit & 1) != 0,
                             .path = line.substr(slash),
                             .is_secure = (how >> bit & 2) != 0};
  };
  std::string first_host;
  std::string second_host;
  const cookie_jar::place first = place_of(take_line(rest), first_host, 0);
  const cookie_jar::place second = place_of(take_line(rest), second_host, 2);
  const std::string_view all = rest;
  cookie_jar jar;
  while (!rest.empty())
    jar.store(take_line(rest), first, now);
  require(jar.size() <= cookie_jar::cookies_max);
  const std::string back = jar.header(first, now);
  const std::string away = jar.header(second, now);
  for (const std::string& text : {back, away}) {
    require(text.size() <= cookie_jar::header_bytes_max);
    require(std::ranges::none_of(text, [](char c) { return muster::is_control(c) && c != '\t'; }));
  }
  require(back.empty() || all.find(back.substr(0, back.find('='))) != all.npos);
  require(away.empty() || may_share(first_host, second_host));
  require(away.empty() || !first.is_address || first_host == second_host ||
          first_host + '.' == second_host || first_host == second_host + '.');
  if (const auto date = muster::codec::parse_cookie_date(all)) {
    require(*date >= std::chrono::sys_days{std::chrono::year{1601} / 1 / 1});
    require(*date < std::chrono::sys_days{std::chrono::year{10000} / 1 / 1});
  }
  return 0;
}
