#include "probe/http/http_exchange.hpp"

#include "codec/http2_session.hpp"
#include "codec/http_request.hpp"
#include "codec/redirect.hpp"
#include "core/ascii.hpp"
#include "probe/http/http_judge.hpp"
#include "probe/tls_peer.hpp"
#include "probe/url_template.hpp"
#include "targets/url.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

bool is_redirect(int status_code) {
  constexpr std::array codes{301, 302, 303, 307, 308};
  return std::find(codes.begin(), codes.end(), status_code) != codes.end();
}

/// The same object without its contents; its strings keep their memory.
std::unique_ptr<http_details> emptied(std::unique_ptr<http_details> used) {
  http_details fresh;
  for (const auto text :
       {&http_details::url, &http_details::title, &http_details::server,
        &http_details::content_type, &http_details::location, &http_details::content_encoding,
        &http_details::failed_check, &http_details::http2_error}) {
    (*used.*text).clear();
    fresh.*text = std::move(*used.*text);
  }
  *used = std::move(fresh);
  return used;
}

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
  return equal_ignoring_case(name, "authorization") || equal_ignoring_case(name, "cookie");
}

/// The path that the target's row asks for; empty when it says nothing.
std::string_view own_path(const target& subject) {
  const target_parameters* parameters = subject.parameters();
  return parameters ? std::string_view{parameters->path} : std::string_view{};
}

}  // namespace

http_exchange::http_exchange(http_shared& shared, const probe_request& request)
    : shared_{shared},
      request_{request},
      spec_{request.subject, *request.spec},
      details_{shared.details.take().value_or(nullptr)},
      phase_{shared_.owner.time().now()},
      latest_{phase_} {
  if (!details_) details_ = std::make_unique<http_details>();
  method_ = spec_->method;
  sends_body_ = spec_->body.has_value();
}

http_exchange::~http_exchange() = default;

bool http_exchange::begin() {
  const bool is_own =
      form() == nullptr && subject().form() == target_form::url && own_path(subject()).empty();
  return is_own ? set_url(subject()) : parse_url_of(first_url());
}

/// The URL that template, target and the path of its row come to.
std::string http_exchange::first_url() const {
  const std::string_view path = own_path(subject());
  std::string url;
  if (form() == nullptr && subject().form() == target_form::url) {
    url = subject().to_string();
  } else {
    url = fill_url_template(form() ? *form() : "http://{}/", subject(), request_.open_port);
  }
  return path.empty() ? url : with_path(url, path);
}

bool http_exchange::parse_url_of(std::string_view text) {
  auto url = parse_url(text);
  if (!url) {
    fail({status::protocol_error, reason::bad_redirect});
    return false;
  }
  place_url(*url, subject());
  return set_url(*url);
}

bool http_exchange::set_url(const target& url) {
  const bool redirected = details_->status_code != 0;
  if (shared_.owner.excluded_name(url.host())) fail({status::skipped, reason::excluded});
  if (!url.needs_lookup()) fail(shared_.owner.barrier(url.address()));
  if (outcome_.status != status::up && redirected) return false;
  if (redirected) forget_response();
  url_ = url;
  if (redirected) {
    details_->url = origin() + std::string{url.path()};
  } else {
    details_->url = url.written();
  }
  address_ = url.address();
  has_address_ = !url.needs_lookup();
  if (outcome_.status != status::up) return false;
  details_->connection_reused = false;
  details_->resolve = details_->connect = std::chrono::nanoseconds{-1};
  details_->handshake = std::chrono::nanoseconds{-1};
  details_->first_byte = details_->transfer = std::chrono::nanoseconds{-1};
  phase_ = latest_;
  return true;
}

/// What the response that led to another URL said is not about that URL; that it did is kept.
void http_exchange::forget_response() {
  give_reader_back();
  auto followed = std::move(details_->redirects);
  followed.push_back(details_->status_code);
  details_ = emptied(std::move(details_));
  details_->redirects = std::move(followed);
}

void http_exchange::resolved(ip_address address, clock::time_point arrived) {
  if (!url_.needs_lookup()) return;
  address_ = address;
  has_address_ = true;
  latest_ = std::max(arrived, phase_);
  details_->resolve = latest_ - phase_;
  spent_ += details_->resolve;
}

void http_exchange::connected(clock::duration took) {
  details_->connect = took;
  spent_ += took;
  give_reader_back();
}

bool http_exchange::speaks_http2() const {
  return !spec_->versions.http1 || (details_->tls && details_->tls->alpn == "h2");
}

/// Asking twice does no more than asking once (RFC 9110, 9.2.2), as a server may close a connection
/// at any time, and nobody knows then whether it has read what was just sent.
bool http_exchange::reuses_connections() const {
  constexpr std::array<std::string_view, 6> methods{"GET",   "HEAD", "OPTIONS",
                                                    "TRACE", "PUT",  "DELETE"};
  return spec_->keeps_connections.value_or(spec_->urls.size() > 1) &&
         std::ranges::find(methods, method_) != methods.end();
}

std::string http_exchange::place() const {
  std::string text =
      fmt::format("{} {} {} {}", url_.scheme(), address_.to_string(), url_.port(), url_.scope());
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

void http_exchange::ask(std::unique_ptr<codec::http2_session> http2) {
  if (auto text = shared_.texts.take()) request_text_ = std::move(*text);
  is_asked_ = false;
  gone_ = {};
  const std::string own = own_host();
  std::string headers;
  const auto add = [&headers](std::string_view name, std::string_view value) {
    headers.append(name).append(": ").append(value).append("\r\n");
  };
  std::string_view authority = own.empty() ? url_.authority() : std::string_view{own};
  for (const std::string& line : spec_->headers) {
    const std::size_t colon = line.find(':');
    const std::string_view name = std::string_view{line}.substr(0, colon);
    const std::string_view value = trim(std::string_view{line}.substr(colon + 1));
    if (equal_ignoring_case(name, "host")) {
      if (is_own_place_) authority = value;
    } else if (sends_authorization_ || !is_secret(name)) {
      add(name, value);
    }
  }
  if (!spec_->authorization.empty() && sends_authorization_) {
    add("Authorization", spec_->authorization);
  }
  if (spec_->asks_for_codings) add("Accept-Encoding", "gzip, deflate, br, zstd");
  const codec::http_request request{.method = method_,
                                    .authority = authority,
                                    .path = url_.path(),
                                    .user_agent = spec_->user_agent,
                                    .headers = headers,
                                    .body = sends_body_ ? &*spec_->body : nullptr,
                                    .connection = reuses_connections() ? "keep-alive" : "close"};
  if (!speaks_http2()) return codec::write_http_request(request_text_, request);
  begin_response();
  http2_ = std::move(http2);
  if (http2_) return http2_->ask(request, url_.scheme(), reader_->response);
  http2_ = std::make_unique<codec::http2_session>(request, url_.scheme(), reader_->response);
}

std::string_view http_exchange::output() {
  if (http2_) {
    request_text_ = http2_->take_output();
  } else if (is_asked_) {
    request_text_.clear();
  }
  return request_text_;
}

std::string http_exchange::tls_host() const {
  const std::string own = own_host();
  return own.empty() ? std::string{url_.host()} : own.substr(0, own.rfind(':'));
}

std::unique_ptr<codec::tls_session> http_exchange::make_tls_session() const {
  return muster::make_tls_session(shared_.owner, spec_->tls, tls_host(), address_,
                                  protocols_of(versions()));
}

void http_exchange::secured(clock::duration took, const codec::tls_session& session) {
  details_->tls = known_of_peer(session);
  if (!session.established() || details_->handshake.count() >= 0) return;
  details_->handshake = took;
  spent_ += took;
}

std::string http_exchange::origin() const {
  return std::string{url_.scheme()}.append("://").append(url_.authority());
}

std::string http_exchange::own_host() const {
  return is_own_place_ ? named_authority(subject(), url_) : std::string{};
}

outcome http_exchange::sent(clock::time_point at, const outcome& what) {
  const bool was_asked = std::exchange(is_asked_, !http2_ || http2_->has_asked());
  if (!has_begun() && !was_asked) phase_ = latest_ = at;
  if (is_asked_) {
    shared_.texts.keep(std::move(request_text_));
    request_text_.clear();
  }
  // What the server would have been told can't matter to one that has gone: the answer may be
  // there.
  if (!was_asked || what.status != status::reset) return what;
  gone_ = what;
  return {};
}

/// A reader is as large as several waiting probes: it is there from the first byte on.
void http_exchange::begin_response() {
  codec::http_limits limits;
  limits.body_bytes_max = spec_->body_bytes_max;
  limits.keeps_headers = spec_->checks.needs_headers();
  reader_ = shared_.readers.take().value_or(nullptr);
  if (!reader_) reader_ = std::make_unique<page_reader>();
  reader_->restart(method_ == "HEAD", limits, spec_->checks.needs_body());
}

void http_exchange::give_reader_back() {
  http2_.reset();
  if (reader_) {
    reader_->let_go();
    shared_.readers.keep(std::move(reader_));
  }
  reader_.reset();
}

http_exchange::state http_exchange::received(std::string_view bytes, clock::time_point arrived) {
  // A server may answer before it has the whole request.
  latest_ = std::max(arrived, phase_);
  if (!reader_) begin_response();
  const state now_is = http2_ ? http2_->feed(bytes) : reader_->response.feed(bytes);
  // HTTP/2 has other things to say before.
  if (!has_begun() && (!http2_ || http2_->has_begun())) {
    details_->first_byte = latest_ - std::exchange(phase_, latest_);
    spent_ += details_->first_byte;
  }
  if (now_is != state::need_more) note_response();
  return now_is;
}

http_exchange::state http_exchange::closed(clock::duration paused) {
  // The kernel does not say when the end came: it is no later than now, but for a standstill, and
  // no earlier than what came before it.
  latest_ = std::max(latest_, shared_.owner.time().now() - paused);
  if (!reader_) begin_response();
  const state now_is = http2_ ? http2_->finish() : reader_->response.finish();
  note_response();
  // The kernel has told of a reset once.
  if (outcome_.reason == reason::closed_early && gone_.status != status::up) fail(gone_);
  return now_is;
}

reason http_exchange::waiting_for() const {
  return has_begun() ? reason::transfer_timeout : reason::first_byte_timeout;
}

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
    // Who neither asked for codings nor looks at the body takes any.
    const bool matters = spec_->asks_for_codings || spec_->checks.needs_body();
    fail(is_broken && matters ? outcome{status::protocol_error, reason::malformed_body}
                              : outcome{});
    return;
  }
  if (http2_) details_->http2_error = http2_->error();
  fail({codec::is_connection_failure(response.why()) ? status::reset : status::protocol_error,
        response.why()});
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

bool http_exchange::go_back_to_http1() {
  const bool is_wanted = http2_ && http2_->wants_http1() && details_->status_code == 0;
  if (!is_wanted || !is_secure() || !spec_->versions.http1) return false;
  may_speak_http2_ = false;
  return ask_once_more();
}

bool http_exchange::go_on_anew() {
  if (outcome_.status != status::reset || has_begun()) return false;
  may_take_kept_ = false;
  return ask_once_more();
}

bool http_exchange::ask_once_more() {
  give_reader_back();
  details_->http2_error.clear();
  fail({});
  return set_url(target{url_});
}

outcome http_exchange::judged() {
  if (!spec_->expected.contains(details_->status_code)) {
    return {status::mismatch, reason::status_not_expected};
  }
  failed_check failed = judge(spec_->checks, {.version = details_->version,
                                              .header_lines = reader_->response.header_lines(),
                                              .body = reader_->body(),
                                              .body_bytes = reader_->body_bytes()});
  if (failed.why != reason::none) {
    details_->failed_check = std::move(failed.written);
    return {status::mismatch, failed.why};
  }
  return judge_certificate(spec_->tls, details_->tls.get());
}

void http_exchange::deliver() {
  if (reader_ && details_->status_code == 0 && reader_->response.status_code() != 0) {
    // Ended in mid-response: what is known so far is worth telling.
    const outcome failure = outcome_;
    note_response();
    details_->transfer = std::chrono::nanoseconds{-1};
    fail(failure);
  }
  const bool answered = outcome_.status == status::up;
  if (answered) fail(judged());
  probe_result result = prober::result_of(request_, address_, outcome_);
  result.has_address = has_address_;
  result.port = url_.port();
  if (answered) result.rtt = spent_;
  result.details.adopt(std::move(details_));
  give_reader_back();
  shared_.owner.deliver(std::move(result));
  // NOLINTNEXTLINE(bugprone-use-after-move): a consumer need not have taken them.
  if (auto used = result.details.release<http_details>()) {
    shared_.details.keep(emptied(std::move(used)));
  }
}

}  // namespace muster
