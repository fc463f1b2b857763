#include "codec/status_line.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace muster::codec {

namespace {

constexpr std::string_view http_prefix = "HTTP/";
constexpr std::string_view radio_prefix = "ICY ";

bool agree(std::string_view text, std::string_view prefix) {
  const auto size = std::min(text.size(), prefix.size());
  return equal_ignoring_case(text.substr(0, size), prefix.substr(0, size));
}

bool begins(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && agree(text, prefix);
}

/// The version at the beginning of `text`; empty if there is none that is spoken here.
std::string_view leading_version(std::string_view text) {
  if (!text.starts_with('1') && !text.starts_with('2')) return {};
  const bool has_minor = text.size() >= 3 && text[1] == '.' && is_digit(text[2]);
  return text.substr(0, has_minor ? 3 : 1);
}

}  // namespace

std::optional<status_line> parse_status_line(std::string_view line) {
  status_line parsed;
  if (begins(line, radio_prefix)) {
    parsed.version = "1.0";
    line.remove_prefix(radio_prefix.size() - 1);
  } else if (begins(line, http_prefix)) {
    line.remove_prefix(http_prefix.size());
    parsed.version = leading_version(line);
    line.remove_prefix(parsed.version.size());
  }
  if (parsed.version.empty()) return std::nullopt;

  const auto code_at = line.find_first_not_of(" \t");
  if (code_at == 0 || code_at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(code_at);
  const auto digits =
      static_cast<std::size_t>(std::find_if_not(line.begin(), line.end(), is_digit) - line.begin());
  if (digits != 3 || line.front() == '0') return std::nullopt;
  parsed.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  return parsed;
}

bool may_begin_status_line(std::string_view begin) {
  const bool empty = begin.find_first_not_of('\r') == std::string_view::npos;
  return empty || agree(begin, http_prefix) || agree(begin, radio_prefix);
}

}  // namespace muster::codec
