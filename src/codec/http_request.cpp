#include "codec/http_request.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <stdexcept>

namespace muster::codec {

namespace {

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

void write_http_request(std::string& request, std::string_view method, std::string_view authority,
                        std::string_view path, std::string_view user_agent) {
  check_part("method", method, false);
  check_part("authority", authority, false);
  check_part("path", path, false);
  check_part("user agent", user_agent, true);

  request.clear();
  request.reserve(method.size() + authority.size() + path.size() + user_agent.size() + 80);
  request.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: ").append(authority);
  request.append("\r\nUser-Agent: ").append(user_agent);
  request.append("\r\nAccept: */*\r\nConnection: close\r\n\r\n");
}

}  // namespace muster::codec
