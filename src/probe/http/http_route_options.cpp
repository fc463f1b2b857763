#include "probe/http/http_route_options.hpp"

#include "core/ascii.hpp"
#include "core/parsed.hpp"
#include "muster/probe/http.hpp"
#include "probe/http_header_options.hpp"
#include "targets/url.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::string_view proxy_scheme = "http://";

parsed<target> parse_proxy(const std::string& text) {
  const std::size_t scheme_end = text.find("://");
  const std::string_view rest =
      std::string_view{text}.substr(scheme_end == text.npos ? 0 : scheme_end + 3);
  if (rest.find('@') != rest.npos) {
    return parse_error{
        "a proxy with a user name or password is refused, as others see what a command says: "
        "--proxy-auth takes a file or env:NAME"};
  }
  const std::string url = scheme_end == text.npos ? std::string{proxy_scheme} + text : text;
  if (lowered(url.substr(0, proxy_scheme.size())) != proxy_scheme) {
    return parse_error{
        fmt::format("'{}' can't be spoken to: a proxy is asked in HTTP, in the clear; write "
                    "http://host:port",
                    excerpt(text.substr(0, scheme_end + 3)))};
  }
  auto proxy = parse_url(url);
  if (proxy && proxy->path() != "/") {
    return parse_error{fmt::format("'{}' has a path, and a proxy has none: write http://host:port",
                                   excerpt(text))};
  }
  return proxy;
}

/// What keeps the ways of a route from each other; empty when nothing does.
std::string contradiction(const http_route& route) {
  if (route.proxy.empty() || route.unix_socket.empty()) return {};
  return "a request goes through a proxy or to a Unix socket, not both";
}

/// `none`: straight, whatever was said before, as for a row of its own.
std::string read_proxy(http_spec& spec, const std::string& text) {
  spec.route.proxy.clear();
  if (text == "none") return {};
  const auto proxy = parse_proxy(text);
  if (!proxy) return proxy.error().message;
  spec.route.proxy = text;
  return contradiction(spec.route);
}

std::string read_unix_socket(http_spec& spec, const std::string& text) {
  if (text.empty() || text.find('\0') != text.npos) return "the path of a socket is missing";
  if (text.size() > http_route::unix_socket_bytes_max) {
    return fmt::format("'{}' is too long for the path of a socket: at most {} bytes", excerpt(text),
                       http_route::unix_socket_bytes_max);
  }
  spec.route.unix_socket = text;
  return contradiction(spec.route);
}

std::string read_proxy_login(http_spec& spec, const std::string& source) {
  http_headers login;
  if (std::string wrong = read_basic_auth(login, source); !wrong.empty()) return wrong;
  spec.route.proxy_authorization = std::move(login.authorization);
  return {};
}

}  // namespace

std::optional<target> proxy_of(const http_route& route) {
  if (const std::string wrong = contradiction(route); !wrong.empty()) {
    throw std::invalid_argument{wrong};
  }
  if (route.proxy.empty()) return std::nullopt;
  auto proxy = parse_proxy(route.proxy);
  if (!proxy) throw std::invalid_argument{proxy.error().message};
  return std::move(*proxy);
}

std::vector<spec_option> http_route_options() {
  return {
      {.names = "--proxy",
       .form = "URL|none",
       .help = "Ask this proxy, http://host:port, for http:// URLs, and for a way to\n"
               "https:// ones",
       .read = reading<http_spec>(read_proxy),
       .column = "proxy"},
      {.names = "--proxy-auth",
       .form = "FILE|env:NAME",
       .help = "Log in at the proxy with the USER:PASSWORD in this file or variable",
       .read = reading<http_spec>(read_proxy_login)},
      {.names = "--unix-socket",
       .form = "PATH",
       .help = "Send all requests to this Unix socket, whatever host they are for",
       .read = reading<http_spec>(read_unix_socket),
       .column = "unix_socket"},
  };
}

}  // namespace muster
