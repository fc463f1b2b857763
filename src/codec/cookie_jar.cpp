// Strategy: a Set-Cookie header is a pair and attributes between semicolons, which RFC 6265, 5.2,
// reads as browsers do: what an attribute does not know it skips, and the last of a name counts. A
// date is words in any order, each told by its looks.
#include "codec/cookie_jar.hpp"

#include "codec/http_request.hpp"
#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

namespace muster::codec {
namespace {

using std::chrono::sys_seconds;

/// Takes what stands before the next `end` off a text, and that with it.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view piece = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return piece;
}

// ---- Dates

constexpr bool is_date_delimiter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2f) || (byte >= 0x3b && byte <= 0x40) ||
         (byte >= 0x5b && byte <= 0x60) || (byte >= 0x7b && byte <= 0x7e);
}

/// A number of so many digits that the text begins with, and no digit behind it.
std::optional<int> leading_number(std::string_view text, std::size_t least, std::size_t most) {
  std::size_t digits = 0;
  int value = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits) {
    if (digits == most) return std::nullopt;
    value = value * 10 + (text[digits] - '0');
  }
  if (digits < least) return std::nullopt;
  return value;
}

/// `12:34:56`, whatever follows.
std::optional<std::chrono::seconds> parse_time(std::string_view token) {
  std::array<int, 3> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_last = i + 1 == parts.size();
    const std::string_view part = is_last ? token : take_until(token, ':');
    const auto value = leading_number(part, 1, 2);
    const bool is_whole = is_last || std::ranges::all_of(part, is_digit);
    if (!value || !is_whole) return std::nullopt;
    parts[i] = *value;
  }
  if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return std::chrono::hours{parts[0]} + std::chrono::minutes{parts[1]} +
         std::chrono::seconds{parts[2]};
}

/// 1 to 12; 0 for none.
unsigned month_of(std::string_view token) {
  constexpr std::string_view months = "janfebmaraprmayjunjulaugsepoctnovdec";
  constexpr std::size_t letters = 3;
  if (token.size() < letters) return 0;
  const std::string name = lowered(token.substr(0, letters));
  for (unsigned month = 0; month < 12; ++month) {
    if (months.substr(month * letters, letters) == name) return month + 1;
  }
  return 0;
}

// ---- Domains and paths

std::string_view without_last_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

/// RFC 6265, 5.1.3, of hosts in lower case.
bool domain_matches(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

std::string_view without_query(std::string_view path) { return path.substr(0, path.find('?')); }

/// RFC 6265, 5.1.4.
std::string_view default_path(std::string_view asked) {
  asked = without_query(asked);
  const std::size_t last = asked.rfind('/');
  if (!asked.starts_with('/') || last == 0) return "/";
  return asked.substr(0, last);
}

bool path_matches(std::string_view asked, std::string_view path) {
  asked = without_query(asked);
  if (!asked.starts_with(path)) return false;
  return asked.size() == path.size() || path.ends_with('/') || asked[path.size()] == '/';
}

/// The seconds of a Max-Age, however many; nothing if they are no number.
std::optional<std::int64_t> parse_max_age(std::string_view text) {
  constexpr std::int64_t longest = std::int64_t{400} * 24 * 60 * 60;
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  if (is_negative) return 0;
  std::int64_t value = 0;
  for (const char c : text)
    value = std::min(value * 10 + (c - '0'), longest);
  return value;
}

}  // namespace

std::optional<sys_seconds> parse_cookie_date(std::string_view text) {
  std::optional<std::chrono::seconds> time;
  std::optional<int> day;
  std::optional<int> year;
  unsigned month = 0;
  while (!text.empty()) {
    const auto* const begin = std::ranges::find_if_not(text, is_date_delimiter);
    text.remove_prefix(static_cast<std::size_t>(begin - text.begin()));
    const auto* const end = std::ranges::find_if(text, is_date_delimiter);
    const std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(token.size());
    if (!time && (time = parse_time(token))) continue;
    if (!day && (day = leading_number(token, 1, 2))) continue;
    if (month == 0 && (month = month_of(token)) != 0) continue;
    if (!year) year = leading_number(token, 2, 4);
  }
  if (!time || !day || month == 0 || !year) return std::nullopt;
  if (*year >= 70 && *year <= 99) *year += 1900;
  if (*year <= 69) *year += 2000;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{month},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (*year < 1601 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days{date} + *time;
}

struct cookie_jar::attributes {
  std::string_view domain;  ///< Empty when there is none.
  std::string_view path;
  bool is_secure = false;
  std::optional<std::int64_t> max_age;
  std::optional<sys_seconds> expires;

  explicit attributes(std::string_view rest) {
    while (!rest.empty()) {
      std::string_view value = take_until(rest, ';');
      const std::string_view name = trim(take_until(value, '='));
      value = trim(value);
      if (value.size() > attribute_bytes_max) continue;
      if (equal_ignoring_case(name, "domain")) {
        domain = value.starts_with('.') ? value.substr(1) : value;
      } else if (equal_ignoring_case(name, "path")) {
        path = value.starts_with('/') ? value : std::string_view{};
      } else if (equal_ignoring_case(name, "secure")) {
        is_secure = true;
      } else if (equal_ignoring_case(name, "max-age")) {
        if (const auto seconds = parse_max_age(value)) max_age = seconds;
      } else if (equal_ignoring_case(name, "expires")) {
        if (const auto date = parse_cookie_date(value)) expires = date;
      }
    }
  }

  std::optional<time_point> end(time_point now) const {
    if (max_age) return now + std::chrono::seconds{*max_age};
    // As far as the clock's own type reaches.
    constexpr auto last = std::chrono::floor<std::chrono::seconds>(time_point::max());
    constexpr auto first = std::chrono::ceil<std::chrono::seconds>(time_point::min());
    if (expires) return time_point{std::clamp(*expires, first, last)};
    return std::nullopt;
  }
};

bool cookie_jar::may_set(const cookie& one, const attributes& asked, const place& from) {
  if (one.is_secure && !from.is_secure) return false;
  const std::string name = lowered(one.name);
  const bool is_host_prefix = name.starts_with("__host-");
  if ((is_host_prefix || name.starts_with("__secure-")) && !one.is_secure) return false;
  return !is_host_prefix || (asked.domain.empty() && one.path == "/" && !asked.path.empty());
}

void cookie_jar::store(std::string_view set_cookie, const place& from, time_point now) {
  if (!is_http_value(set_cookie)) return;
  std::string_view rest = set_cookie;
  std::string_view value = take_until(rest, ';');
  if (value.find('=') == value.npos) return;
  const std::string_view name = trim(take_until(value, '='));
  value = trim(value);
  if (name.empty() || name.size() + value.size() > cookie_bytes_max) return;

  const attributes asked{rest};
  const std::string_view host = without_last_dot(from.host);
  cookie one{.name = std::string{name},
             .value = std::string{value},
             .domain = std::string{host},
             .path = std::string{asked.path.empty() ? default_path(from.path) : asked.path},
             .is_secure = asked.is_secure,
             .expires = asked.end(now)};
  if (!asked.domain.empty()) {
    std::string domain = lowered(without_last_dot(asked.domain));
    const bool is_wide = domain != host;
    const bool is_registry = domain.find('.', 1) == domain.npos;
    if (is_wide && (from.is_address || is_registry || !domain_matches(host, domain))) return;
    one.is_host_only = from.is_address || is_registry;
    one.domain = std::move(domain);
  }
  if (!may_set(one, asked, from)) return;

  const auto same = std::ranges::find_if(cookies_, [&one](const cookie& other) {
    return other.name == one.name && other.domain == one.domain && other.path == one.path;
  });
  const bool is_over = one.expires && *one.expires <= now;
  if (same != cookies_.end()) {
    if (is_over) {
      cookies_.erase(same);
    } else {
      *same = std::move(one);
    }
  } else if (!is_over && cookies_.size() < cookies_max) {
    cookies_.push_back(std::move(one));
  }
}

std::string cookie_jar::header(const place& to, time_point now) const {
  const std::string_view host = without_last_dot(to.host);
  std::vector<const cookie*> fitting;
  for (const cookie& one : cookies_) {
    const bool is_for_host =
        one.is_host_only || to.is_address ? host == one.domain : domain_matches(host, one.domain);
    const bool is_over = one.expires && *one.expires <= now;
    if (is_for_host && !is_over && path_matches(to.path, one.path) &&
        (to.is_secure || !one.is_secure)) {
      fitting.push_back(&one);
    }
  }
  std::ranges::stable_sort(fitting, [](const cookie* left, const cookie* right) {
    return left->path.size() > right->path.size();
  });
  constexpr std::string_view between = "; ";
  std::string text;
  for (const cookie* const one : fitting) {
    const std::size_t bytes = one->name.size() + 1 + one->value.size() + between.size();
    if (text.size() + bytes > header_bytes_max) continue;
    if (!text.empty()) text += between;
    text.append(one->name).append("=").append(one->value);
  }
  return text;
}

}  // namespace muster::codec
