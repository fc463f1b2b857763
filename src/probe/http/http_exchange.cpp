#include "probe/http/http_exchange.hpp"

#include "codec/http2_session.hpp"
#include "probe/http/http_route_options.hpp"
#include "probe/tls_peer.hpp"
#include "probe/url_template.hpp"
#include "targets/url.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

/// The same object without its contents; its strings keep their memory.
std::unique_ptr<http_details> emptied(std::unique_ptr<http_details> used) {
  http_details fresh;
  for (const auto text :
       {&http_details::url, &http_details::title, &http_details::server,
        &http_details::content_type, &http_details::location, &http_details::content_encoding,
        &http_details::failed_check, &http_details::http2_error, &http_details::proxy,
        &http_details::unix_socket}) {
    (*used.*text).clear();
    fresh.*text = std::move(*used.*text);
  }
  *used = std::move(fresh);
  return used;
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
      proxy_{proxy_of(spec_->route)},
      phase_{shared_.owner.time().now()},
      latest_{phase_} {
  if (!details_) details_ = std::make_unique<http_details>();
  method_ = spec_->method;
  sends_body_ = spec_->body.has_value();
  if (spec_->keeps_cookies) cookies_ = std::make_unique<codec::cookie_jar>();
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
  fail(barred(url));
  if (has_proxy() && outcome_.status == status::up) fail(barred(*proxy_));
  if (outcome_.status != status::up && redirected) return false;
  if (redirected) forget_response();
  url_ = url;
  if (redirected) {
    details_->url = origin() + std::string{url.path()};
  } else {
    details_->url = url.written();
  }
  if (has_proxy()) details_->proxy = origin_of(*proxy_);
  details_->unix_socket = spec_->route.unix_socket;
  address_ = url.address();
  has_address_ = !url.needs_lookup() && spec_->route.unix_socket.empty();
  if (outcome_.status != status::up) return false;
  details_->connection_reused = false;
  details_->resolve = details_->connect = std::chrono::nanoseconds{-1};
  details_->tunnel = details_->handshake = std::chrono::nanoseconds{-1};
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
  hop_address_ = address;
  if (!hop().needs_lookup()) return;
  if (!has_proxy()) {
    address_ = address;
    has_address_ = true;
  }
  latest_ = std::max(arrived, phase_);
  details_->resolve = latest_ - phase_;
  spent_ += details_->resolve;
}

void http_exchange::reached(ip_address address) {
  hop_address_ = address;
  if (!has_proxy()) address_ = address;
}

void http_exchange::connected(clock::duration took) {
  details_->connect = took;
  spent_ += took;
  give_reader_back();
}

bool http_exchange::speaks_http2() const {
  return !spec_->versions.http1 || (details_->tls && details_->tls->alpn == "h2");
}

std::string_view http_exchange::output() {
  if (http2_) {
    request_text_ = http2_->take_output();
  } else if (is_asked_) {
    request_text_.clear();
  }
  return request_text_;
}

void http_exchange::secured(clock::duration took, const codec::tls_session& session) {
  details_->tls = known_of_peer(session);
  if (!session.established() || details_->handshake.count() >= 0) return;
  details_->handshake = took;
  spent_ += took;
}

void http_exchange::sent(clock::time_point at) {
  is_asked_ = !http2_ || http2_->has_asked();
  if (!has_begun()) phase_ = latest_ = at;
  if (!is_asked_) return;
  shared_.texts.keep(std::move(request_text_));
  request_text_.clear();
}

/// A reader is as large as several waiting probes: it is there from the first byte on.
void http_exchange::begin_response() {
  codec::http_limits limits;
  limits.body_bytes_max = spec_->body_bytes_max;
  limits.keeps_headers = spec_->checks.needs_headers() || cookies_;
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
  return now_is;
}

reason http_exchange::waiting_for() const {
  return has_begun() ? reason::transfer_timeout : reason::first_byte_timeout;
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
