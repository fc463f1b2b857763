// What an exchange asks for, of whom, and by which way.
#include "codec/http_request.hpp"
#include "codec/response_headers.hpp"
#include "core/ascii.hpp"
#include "core/lazy_library.hpp"
#include "probe/http/http_exchange.hpp"
#include "probe/tls_peer.hpp"
#include "probe/url_template.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

/// What TLS offers to speak in it, the preferred one first.
const std::vector<std::string>& protocols_of(const http_versions& versions) {
  static const std::vector<std::string> both{"h2", "http/1.1"};
  static const std::vector<std::string> newer{"h2"};
  static const std::vector<std::string> older{"http/1.1"};
  if (!versions.http1) return newer;
  return versions.http2 ? both : older;
}

/// Whether a header of the user's own is not for other hosts.
bool is_secret(std::string_view name) {
  return equal_ignoring_case(name, "authorization") || equal_ignoring_case(name, "cookie") ||
         equal_ignoring_case(name, "proxy-authorization");
}

}  // namespace

// ---- The way

/// Why a host is not to be asked, as far as that is known before it is looked up.
outcome http_exchange::barred(const target& host) const {
  if (shared_.owner.excluded_name(host.host())) return {status::skipped, reason::excluded};
  return host.needs_lookup() ? outcome{} : shared_.owner.barrier(host.address());
}

const target& http_exchange::hop() const {
  static const target none;  // which nobody has to look up
  if (!spec_->route.unix_socket.empty()) return none;
  return has_proxy() ? *proxy_ : url_;
}

endpoint http_exchange::destination() const {
  if (!spec_->route.unix_socket.empty()) return {{}, 0, 0, &spec_->route.unix_socket};
  return {hop_address_, hop().port(), hop().scope()};
}

bool http_exchange::needs_tunnel() const {
  return has_proxy() && (is_secure() || !spec_->versions.http1 || names_other_host());
}

/// Whether the request names another host than its URL does: a proxy that were asked for the URL
/// would set that right (RFC 9112, 3.2.2).
bool http_exchange::names_other_host() const {
  if (url_.has_name() && url_.is_pinned()) return true;
  if (!is_own_place_) return false;
  const std::string own = own_host();
  return (!own.empty() && own != url_.authority()) ||
         std::ranges::any_of(spec_->headers, [](std::string_view line) {
           return equal_ignoring_case(line.substr(0, line.find(':')), "host");
         });
}

proxy_tunnel& http_exchange::begin_tunnel() {
  tunnel_ = std::make_unique<proxy_tunnel>(tunnel_authority(), spec_->user_agent, proxy_headers());
  return *tunnel_;
}

/// Host and port as a proxy is asked for them.
std::string http_exchange::tunnel_authority() const {
  std::string host{url_.host()};
  if (!url_.needs_lookup()) {
    host = url_.address().to_string();
    if (url_.address().is_v6()) host = '[' + host + ']';
  }
  return host + ':' + std::to_string(url_.port());
}

std::string http_exchange::proxy_headers() const {
  const std::string& login = spec_->route.proxy_authorization;
  return login.empty() ? std::string{} : "Proxy-Authorization: " + login + "\r\n";
}

void http_exchange::end_tunnel(const outcome& what) {
  const auto tunnel = std::move(tunnel_);
  if (tunnel->took().count() >= 0) {
    details_->tunnel = tunnel->took();
    spent_ += details_->tunnel;
    latest_ = phase_ = std::max(latest_, tunnel->answered());
    if (!tunnel->is_open()) {
      details_->version = tunnel->answer().version();
      details_->status_code = tunnel->answer().status_code();
      details_->server = tunnel->answer().server();
    }
  }
  first_words_ = tunnel->first_words();
  fail_on_way(what);
}

void http_exchange::fail_on_way(outcome what) {
  if (has_proxy() && (what.status == status::refused || what.status == status::reset)) {
    what.status = status::unreachable;
    what.reason = reason::proxy_refused;
  }
  fail(what);
}

std::string http_exchange::tls_host() const {
  const std::string own = own_host();
  return own.empty() ? std::string{url_.host()} : own.substr(0, own.rfind(':'));
}

std::unique_ptr<codec::tls_session> http_exchange::make_tls_session() {
  auto session = muster::make_tls_session(shared_.owner, spec_->tls, tls_host(), address_,
                                          protocols_of(versions()));
  if (!first_words_.empty()) session->feed(std::exchange(first_words_, {}));
  return session;
}

// ---- The same way once more

/// Asking twice does no more than asking once (RFC 9110, 9.2.2), as a server may close a connection
/// at any time, and nobody knows then whether it has read what was just sent.
bool http_exchange::reuses_connections() const {
  constexpr std::array<std::string_view, 6> methods{"GET",   "HEAD", "OPTIONS",
                                                    "TRACE", "PUT",  "DELETE"};
  return spec_->keeps_connections.value_or(spec_->urls.size() > 1) &&
         std::ranges::find(methods, method_) != methods.end();
}

std::string http_exchange::place() const {
  const endpoint to = destination();
  std::string text = fmt::format("{} {} {} {} {}", url_.scheme(), to.address.to_string(), to.port,
                                 to.scope, spec_->route.unix_socket);
  if (has_proxy()) {
    text += fmt::format(" {} {}", spec_->route.proxy_authorization,
                        needs_tunnel() ? tunnel_authority() : std::string{});
  }
  if (!is_secure()) return text;
  const codec::tls_context& context = shared_.owner.tls(spec_->tls);
  return text +=
         fmt::format(" {} {} {} {} {}", static_cast<const void*>(&context), spec_->tls.server_name,
                     tls_host(), versions().http1, versions().http2);
}

std::unique_ptr<http_connection> http_exchange::take_kept(probe_deadline& whole) {
  if (!may_take_kept_ || !reuses_connections()) return nullptr;
  auto found = shared_.connections.take(place(), whole);
  if (!found) return nullptr;
  details_->connection_reused = true;
  if (found->stream.tls()) details_->tls = known_of_peer(*found->stream.tls());
  phase_ = latest_ = shared_.owner.time().now();
  give_reader_back();
  return found;
}

void http_exchange::keep(std::unique_ptr<http_connection> connection) {
  const bool can_be = http2_ ? http2_->takes_another() : reader_->response.keeps_connection();
  if (!can_be || !reuses_connections()) return;
  connection->http2 = std::move(http2_);
  if (connection->http2) connection->http2->let_go();
  shared_.connections.keep(place(), std::move(connection));
}

// ---- The request

std::string http_exchange::origin_of(const target& url) {
  return std::string{url.scheme()}.append("://").append(url.authority());
}

std::string http_exchange::own_host() const {
  return is_own_place_ ? named_authority(subject(), url_) : std::string{};
}

http_exchange::state http_exchange::ask(std::unique_ptr<codec::http2_session> http2) {
  if (auto text = shared_.texts.take()) request_text_ = std::move(*text);
  is_asked_ = false;
  const std::string own = own_host();
  std::string_view authority = own.empty() ? url_.authority() : std::string_view{own};
  const std::string headers = request_headers(authority);
  const bool is_asked_of_proxy = has_proxy() && !needs_tunnel();
  const std::string whole_url = is_asked_of_proxy ? origin() + std::string{url_.path()} : "";
  const codec::http_request request{
      .method = method_,
      .authority = authority,
      .path = is_asked_of_proxy ? std::string_view{whole_url} : url_.path(),
      .user_agent = spec_->user_agent,
      .headers = headers,
      .body = sends_body_ ? &*spec_->body : nullptr,
      .connection = reuses_connections() ? "keep-alive" : "close"};
  if (speaks_http2()) {
    begin_response();
    http2_ = std::move(http2);
    try {
      if (http2_) {
        http2_->ask(request, url_.scheme(), reader_->response);
      } else {
        http2_ = std::make_unique<codec::http2_session>(request, url_.scheme(), reader_->response);
      }
    } catch (const library_missing& missing) {
      details_->http2_error = missing.what();
      fail(lack(missing.what()));
      return state::error;
    }
  } else {
    codec::write_http_request(request_text_, request);
  }
  const std::string spoken = std::exchange(first_words_, {});
  return spoken.empty() ? state::need_more : received(spoken, latest_);
}

/// Those of the user's own, and what else there is to say. A Host among them is the `authority`.
std::string http_exchange::request_headers(std::string_view& authority) const {
  std::string headers;
  std::string sent_cookies = cookies();
  const auto add = [&headers](std::string_view name, std::string_view value) {
    headers.append(name).append(": ").append(value).append("\r\n");
  };
  for (const std::string& line : spec_->headers) {
    const std::size_t colon = line.find(':');
    const std::string_view name = std::string_view{line}.substr(0, colon);
    const std::string_view value = trim(std::string_view{line}.substr(colon + 1));
    if (equal_ignoring_case(name, "host")) {
      if (is_own_place_) authority = value;
    } else if (!sends_authorization_ && is_secret(name)) {
      continue;
    } else if (cookies_ && equal_ignoring_case(name, "cookie")) {
      // There is to be one such header (RFC 6265, 5.4).
      if (!sent_cookies.empty()) sent_cookies.insert(0, "; ");
      sent_cookies.insert(0, value);
    } else {
      add(name, value);
    }
  }
  if (!sent_cookies.empty()) add("Cookie", sent_cookies);
  if (!spec_->authorization.empty() && sends_authorization_) {
    add("Authorization", spec_->authorization);
  }
  if (spec_->asks_for_codings) add("Accept-Encoding", "gzip, deflate, br, zstd");
  if (has_proxy() && !needs_tunnel()) headers += proxy_headers();
  return headers;
}

// ---- Cookies

/// The host that cookies are of: the one that the request names.
std::string http_exchange::cookie_host() const {
  if (const std::string own = own_host(); !own.empty()) {
    return lowered(std::string_view{own}.substr(0, own.rfind(':')));
  }
  return url_.has_name() ? std::string{url_.host()} : url_.address().to_string();
}

codec::cookie_jar::place http_exchange::cookie_place(std::string_view host) const {
  const bool is_address = !url_.has_name() && host == url_.address().to_string();
  return {.host = host, .is_address = is_address, .path = url_.path(), .is_secure = is_secure()};
}

std::string http_exchange::cookies() const {
  if (!cookies_) return {};
  const std::string host = cookie_host();
  return cookies_->header(cookie_place(host), shared_.owner.time().wall());
}

void http_exchange::keep_cookies() {
  if (!cookies_) return;
  const std::string host = cookie_host();
  const auto now = shared_.owner.time().wall();
  codec::for_each_header(reader_->response.header_lines(),
                         [&](std::string_view name, std::string_view value) {
                           if (equal_ignoring_case(name, "set-cookie")) {
                             cookies_->store(value, cookie_place(host), now);
                           }
                           return true;
                         });
}

}  // namespace muster
