// What the answer to an exchange comes to, and where it leads.
#include "codec/redirect.hpp"
#include "probe/http/http_exchange.hpp"
#include "probe/http/http_judge.hpp"
#include "probe/tls_peer.hpp"
#include "targets/url.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace muster {
namespace {

bool is_redirect(int status_code) {
  constexpr std::array codes{301, 302, 303, 307, 308};
  return std::find(codes.begin(), codes.end(), status_code) != codes.end();
}

}  // namespace

void http_exchange::note_response() {
  const codec::http_response& response = reader_->response;
  details_->version = response.version();
  details_->status_code = response.status_code();
  details_->title = reader_->title();
  details_->server = response.server();
  details_->content_type = response.content_type();
  details_->location = response.location();
  details_->content_length = response.content_length();
  details_->bad_header_lines = response.bad_header_lines();
  details_->body_bytes = response.body_bytes();
  details_->body_truncated = response.body_truncated();
  using decoding = codec::content_decoder::state;
  const bool is_broken = reader_->decoder_state() == decoding::broken;
  if (reader_->is_coded() && !is_broken) {
    details_->content_encoding = response.content_encoding();
    details_->decoded_bytes = reader_->body_bytes();
    if (reader_->decoder_state() == decoding::truncated) details_->body_truncated = true;
  }
  if (response.why() == reason::none) {
    details_->transfer = latest_ - phase_;
    spent_ += details_->transfer;
    return fail(flaw_of_whole(is_broken));
  }
  if (http2_) details_->http2_error = http2_->error();
  fail({codec::is_connection_failure(response.why()) ? status::reset : status::protocol_error,
        response.why()});
}

/// What is wrong with a response that is whole.
outcome http_exchange::flaw_of_whole(bool is_broken) {
  // Only a proxy says so (RFC 9110, 15.5.8), and has not asked the server then.
  constexpr int proxy_authentication_required = 407;
  if (has_proxy() && !needs_tunnel() && details_->status_code == proxy_authentication_required) {
    return {status::unreachable, reason::proxy_refused};
  }
  // Who neither asked for codings nor looks at the body takes any.
  const bool matters = spec_->asks_for_codings || spec_->checks.needs_body();
  if (!matters) return {};
  if (!reader_->missing_library().empty()) return lack(reader_->missing_library());
  return is_broken ? outcome{status::protocol_error, reason::malformed_body} : outcome{};
}

bool http_exchange::follow_redirect() {
  const unsigned followed_max = spec_->redirects_max;
  if (followed_max == 0 || !is_redirect(details_->status_code)) return false;
  if (details_->redirects.size() >= followed_max) {
    fail({status::protocol_error, reason::too_many_redirects});
    return false;
  }
  // Not what was written down: its zone, if it has one, is of this machine alone.
  const std::string own = own_host();
  const std::string scheme = std::string{url_.scheme()} + "://";
  const std::string authority = own.empty() ? std::string{url_.authority()} : own;
  const std::string asked = scheme + authority + std::string{url_.path()};
  const auto next = codec::resolve_location(asked, details_->location);
  if (!next) {
    fail({status::protocol_error, reason::bad_redirect});
    return false;
  }
  keep_cookies();
  const auto url = parse_url(*next);
  const int code = details_->status_code;
  // As clients do it since the first ones took 302 for this.
  const bool asks_anew = code == 303 || ((code == 301 || code == 302) && method_ == "POST");
  if (asks_anew && method_ != "HEAD") method_ = "GET";
  if (asks_anew) sends_body_ = false;
  if (!url || url->authority() != url_.authority() || url->scheme() != url_.scheme()) {
    sends_authorization_ = false;
  }
  is_own_place_ = !own.empty() && url && url->authority() == own && url->scheme() == url_.scheme();
  if (!is_own_place_) return parse_url_of(*next);
  // The host that a row names is where the row says that it is.
  return parse_url_of(origin() + std::string{url->path()});
}

outcome http_exchange::judged() {
  if (!spec_->expected.contains(details_->status_code)) {
    return {status::mismatch, reason::status_not_expected};
  }
  failed_check failed = judge(spec_->checks, {.url = details_->url,
                                              .version = details_->version,
                                              .header_lines = reader_->response.header_lines(),
                                              .body = reader_->body(),
                                              .body_bytes = reader_->body_bytes()});
  if (failed.why != reason::none) {
    details_->failed_check = std::move(failed.written);
    return {status::mismatch, failed.why};
  }
  return judge_certificate(spec_->tls, details_->tls.get());
}

outcome http_exchange::lack(std::string_view library) {
  shared_.owner.note_missing(library);
  return {status::local_error, reason::library_missing};
}

}  // namespace muster
