#pragma once

#include <string>
#include <string_view>

namespace muster::codec {

/// What an HTTP/1.1 request consists of.
struct http_request {
  std::string_view method;
  std::string_view authority;  ///< The Host header.
  std::string_view path;       ///< The request target, with its query.
  std::string_view user_agent;
  /// Further headers, each with its end: `Name: value\r\n`.
  std::string_view headers = {};
  /// What is sent with it; nothing and no length without it.
  const std::string* body = nullptr;
  /// What is to become of the connection after the answer.
  std::string_view connection = "close";
};

/// Throws std::invalid_argument if a part but `headers` and `body` is empty or holds control
/// characters, or blanks where the user agent alone may have them, because these could smuggle in
/// headers; who has `headers` has checked them.
void check_http_request(const http_request& request);

/// Writes a request (RFC 9112) for one answer on a connection of its own, once it is checked.
/// Replaces what is in `text`, whose memory is used again.
void write_http_request(std::string& text, const http_request& request);

/// Writes what asks a proxy for a way to `authority`, a host and its port (RFC 9110, 9.3.6), in the
/// place of what is in `text`. `headers` are as those of a request, and it throws the same.
void write_connect_request(std::string& text, std::string_view authority,
                           std::string_view user_agent, std::string_view headers);

/// Whether this may be the name of a header, or a method (RFC 9110, 5.6.2).
bool is_http_token(std::string_view text);
/// Whether this may be the value of one: no control characters but tabs.
bool is_http_value(std::string_view text);

}  // namespace muster::codec
