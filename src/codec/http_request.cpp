#include "codec/http_request.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace muster::codec {

namespace {

/// By byte.
constexpr auto token_characters = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c)
    table[c] = is_alpha(static_cast<char>(c)) || is_digit(static_cast<char>(c));
  for (const char c : std::string_view{"!#$%&'*+-.^_`|~"})
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

void check_part(std::string_view name, std::string_view part, bool blanks_allowed) {
  const bool bad = std::any_of(part.begin(), part.end(), [blanks_allowed](char c) {
    return is_control(c) || (c == ' ' && !blanks_allowed);
  });
  if (!bad && !part.empty()) return;
  std::string message{"an HTTP request's "};
  message += name;
  message += bad ? " must not hold blanks or control characters" : " must not be empty";
  throw std::invalid_argument(message);
}

}  // namespace

void check_http_request(const http_request& request) {
  check_part("method", request.method, false);
  check_part("authority", request.authority, false);
  check_part("path", request.path, false);
  check_part("user agent", request.user_agent, true);
  check_part("connection", request.connection, false);
}

void write_http_request(std::string& text, const http_request& request) {
  check_http_request(request);
  text.clear();
  text.reserve(request.method.size() + request.authority.size() + request.path.size() +
               request.user_agent.size() + request.headers.size() +
               (request.body ? request.body->size() : 0) + 120);
  text.append(request.method).append(" ").append(request.path).append(" HTTP/1.1\r\nHost: ");
  text.append(request.authority).append("\r\nUser-Agent: ").append(request.user_agent);
  text.append("\r\n").append(request.headers);
  if (request.headers.find("Accept:") == request.headers.npos) text.append("Accept: */*\r\n");
  if (request.body) {
    text.append("Content-Length: ").append(std::to_string(request.body->size())).append("\r\n");
  }
  text.append("Connection: ").append(request.connection).append("\r\n\r\n");
  if (request.body) text.append(*request.body);
}

void write_connect_request(std::string& text, std::string_view authority,
                           std::string_view user_agent, std::string_view headers) {
  check_part("authority", authority, false);
  check_part("user agent", user_agent, true);
  text.clear();
  text.append("CONNECT ").append(authority).append(" HTTP/1.1\r\nHost: ").append(authority);
  text.append("\r\nUser-Agent: ").append(user_agent).append("\r\n").append(headers);
  text.append("\r\n");
}

bool is_http_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return token_characters[static_cast<unsigned char>(c)];
  });
}

bool is_http_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

}  // namespace muster::codec
