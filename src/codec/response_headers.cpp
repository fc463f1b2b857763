#include "codec/response_headers.hpp"

#include "codec/http_request.hpp"
#include "codec/http_response.hpp"
#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>

namespace muster::codec {

namespace {

struct header_rule {
  std::string_view name;
  std::size_t bytes_max;
};

// In the order of their places.
constexpr std::array<header_rule, 7> rules{{
    {"server", http_response::value_bytes_max},
    {"content-type", http_response::value_bytes_max},
    {"location", http_response::location_bytes_max},
    {"content-encoding", http_response::value_bytes_max},
    {"content-length", http_response::value_bytes_max},
    {"transfer-encoding", http_response::value_bytes_max},
    {"connection", http_response::value_bytes_max},
}};

/// Takes the next element off a list with commas, without blanks around it; empty ones are none.
std::optional<std::string_view> next_element(std::string_view& list) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const std::string_view element = trim(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_length(std::string_view digits) {
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  std::int64_t value = 0;
  for (const char c : digits) {
    if (!is_digit(c) || value > (largest - (c - '0')) / 10) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

void response_headers::clear() {
  for (kept_header& header : kept_) {
    header.value.clear();
    header.seen = false;
  }
  value_.clear();
  lines_.clear();
  current_ = none;
  may_fold_ = overflowed_ = lengths_conflict_ = false;
  closes_connection_ = keeps_connection_ = false;
  coding_ = coding::identity;
  bad_lines_ = 0;
  content_length_ = -1;
}

void response_headers::add_line(std::string_view line) {
  if (is_space(line.front()) && may_fold_ && is_http_value(line)) {
    append(" ");
    append(trim(line));
    if (keeps_lines_) {
      lines_.pop_back();
      lines_.append(" ").append(trim(line)) += '\n';
    }
    return;
  }
  end();
  const auto colon = line.find(':');
  may_fold_ = colon != std::string_view::npos && is_http_token(line.substr(0, colon)) &&
              is_http_value(line);
  if (may_fold_) {
    begin_header(line.substr(0, colon), line.substr(colon + 1));
  } else {
    ++bad_lines_;
  }
}

void response_headers::add(std::string_view name, std::string_view value) {
  end();
  if (!is_http_token(name) || !is_http_value(value)) return skip();
  begin_header(name, value);
  end();
}

response_headers::place response_headers::place_of(std::string_view name) {
  const auto rule = std::find_if(rules.begin(), rules.end(), [name](const header_rule& candidate) {
    return equal_ignoring_case(candidate.name, name);
  });
  return static_cast<place>(rule - rules.begin());
}

void response_headers::begin_header(std::string_view name, std::string_view value) {
  if (keeps_lines_) lines_.append(name).append(":").append(trim(value)) += '\n';
  current_ = place_of(name);
  if (current_ < reported && kept_[current_].seen) current_ = none;
  append(trim(value));
}

/// To the value of the header that is being read.
void response_headers::append(std::string_view bytes) {
  if (current_ == none) return;
  std::string& value = current_ < reported ? kept_[current_].value : value_;
  const std::size_t room = rules[current_].bytes_max - value.size();
  overflowed_ = overflowed_ || bytes.size() > room;
  value.append(bytes.substr(0, room));
}

void response_headers::end() {
  if (current_ < reported) {
    kept_header& header = kept_[current_];
    header.seen = true;
    // Half of a location is worse than none.
    if (overflowed_ && current_ == location_at) header.value.clear();
    const std::string_view trimmed = trim(header.value);
    if (trimmed.size() < header.value.size()) header.value = std::string{trimmed};
  } else if (current_ == content_length_at) {
    take_length(value_);
  } else if (current_ == transfer_encoding_at) {
    take_codings(value_);
  } else if (current_ == connection_at) {
    take_connection(value_);
  }
  value_.clear();
  overflowed_ = may_fold_ = false;
  current_ = none;
}

/// Several lengths may be told, as long as they are the same (RFC 9110, 8.6).
void response_headers::take_length(std::string_view value) {
  std::int64_t told = -1;
  bool conflict = false;
  while (const auto element = next_element(value)) {
    const auto length = parse_length(*element);
    if (!length || overflowed_) {
      told = -1;
      break;
    }
    conflict = conflict || (told >= 0 && told != *length);
    told = *length;
  }
  if (told < 0) {
    ++bad_lines_;
    return;
  }
  lengths_conflict_ =
      lengths_conflict_ || conflict || (content_length_ >= 0 && content_length_ != told);
  content_length_ = told;
}

void response_headers::take_codings(std::string_view value) {
  if (overflowed_) {
    coding_ = coding::other;
    return;
  }
  while (const auto element = next_element(value)) {
    if (equal_ignoring_case(*element, "identity")) continue;
    coding_ = equal_ignoring_case(*element, "chunked") ? coding::chunked : coding::other;
  }
}

void response_headers::take_connection(std::string_view value) {
  // What is too long to be read may say anything.
  if (overflowed_) closes_connection_ = true;
  while (const auto element = next_element(value)) {
    if (equal_ignoring_case(*element, "close")) closes_connection_ = true;
    if (equal_ignoring_case(*element, "keep-alive")) keeps_connection_ = true;
  }
}

}  // namespace muster::codec
