#include "probe/websocket/websocket_url.hpp"

#include "core/ascii.hpp"
#include "targets/url.hpp"

#include <string>

#include <fmt/format.h>

namespace muster {

parsed<target> parse_websocket_url(std::string_view text) {
  const std::size_t end = text.find("://");
  const std::string_view scheme = text.substr(0, end);
  const bool is_secure = equal_ignoring_case(scheme, "wss");
  if (end == std::string_view::npos || (!is_secure && !equal_ignoring_case(scheme, "ws"))) {
    return parse_error{
        fmt::format("'{}' is no URL of WebSocket; write /PATH, ws://… or wss://…", excerpt(text))};
  }
  return parse_url((is_secure ? "https" : "http") + std::string{text.substr(end)});
}

}  // namespace muster
