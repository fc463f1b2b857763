#include "probe/websocket/websocket_exchange.hpp"

#include "codec/http_request.hpp"
#include "codec/websocket_upgrade.hpp"
#include "core/ascii.hpp"
#include "core/lazy_library.hpp"
#include "probe/tls_peer.hpp"
#include "probe/url_template.hpp"
#include "probe/websocket/websocket_url.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr int switching_protocols = 101;

codec::http_limits limits_of_response() {
  codec::http_limits limits;
  limits.keeps_headers = true;
  return limits;
}

}  // namespace

websocket_exchange::websocket_exchange(prober& shared, const probe_request& request)
    : shared_{shared},
      request_{request},
      spec_{request.subject, *request.spec},
      details_{std::make_unique<websocket_details>()},
      // Nothing of what a server says instead of upgrading is read but its head.
      response_{true, limits_of_response()},
      talk_{spec_->steps, [this] { return new_mask(); }} {}

bool websocket_exchange::begin() {
  const target& subject = request_.subject;
  std::string text = fill_url_template(spec_->urls[request_.index], subject, request_.open_port);
  const target_parameters* const parameters = subject.parameters();
  if (parameters && !parameters->path.empty()) text = with_path(text, parameters->path);
  auto url = parse_websocket_url(text);
  // Options have looked at the template; a target may still make no URL of it.
  if (!url) {
    fail({status::name_error, reason::invalid_name});
    return false;
  }
  url_ = std::move(*url);
  place_url(url_, subject);
  details_->url = written_url();
  try {
    key_ = codec::websocket_key(shared_.world().random(), shared_.world().random());
  } catch (const library_missing& missing) {
    details_->error = missing.what();
    shared_.note_missing(missing.what());
    fail({status::local_error, reason::library_missing});
    return false;
  }
  if (shared_.excluded_name(url_.host())) fail({status::skipped, reason::excluded});
  if (is_well() && !url_.needs_lookup()) {
    resolved(url_.address());
    fail(shared_.barrier(url_.address()));
  }
  return is_well();
}

std::string websocket_exchange::written_url() const {
  return fmt::format("{}://{}{}", is_secure() ? "wss" : "ws", url_.authority(), url_.path());
}

void websocket_exchange::resolved(ip_address address) {
  address_ = address;
  has_address_ = true;
}

endpoint websocket_exchange::destination() const { return {address_, url_.port(), url_.scope()}; }

void websocket_exchange::connected(const byte_stream::connected& came_to) {
  fail(shared_.connect_outcome(came_to));
  const bool is_refused =
      outcome_.status == status::refused && outcome_.reason != reason::self_connect;
  if (!is_well() && !is_refused) return;
  spent_ = came_to.took;
  has_answered_ = is_refused;
  if (is_well()) details_->connect = came_to.took;
}

std::unique_ptr<codec::tls_session> websocket_exchange::make_tls_session() const {
  static const std::vector<std::string> spoken{"http/1.1"};
  const std::string own = named_authority(request_.subject, url_);
  const std::string_view host =
      own.empty() ? url_.host() : std::string_view{own}.substr(0, own.rfind(':'));
  return muster::make_tls_session(shared_, spec_->tls, host, address_, spoken);
}

void websocket_exchange::secured(const byte_stream::secured& came_to, const byte_stream& peer) {
  fail(shared_.handshake_outcome(came_to, peer));
  details_->tls = known_of_peer(*peer.tls());
  if (!peer.tls()->established()) return;
  details_->handshake = came_to.took;
  spent_ += came_to.took;
}

void websocket_exchange::ask() {
  std::string headers = codec::websocket_headers(key_, spec_->protocols);
  const std::string own = named_authority(request_.subject, url_);
  std::string_view authority = own.empty() ? url_.authority() : std::string_view{own};
  for (const std::string& line : spec_->headers) {
    const std::size_t colon = line.find(':');
    const std::string_view name = std::string_view{line}.substr(0, colon);
    const std::string_view value = trim(std::string_view{line}.substr(colon + 1));
    if (equal_ignoring_case(name, "host")) {
      authority = value;
    } else {
      headers.append(name).append(": ").append(value).append("\r\n");
    }
  }
  if (!spec_->authorization.empty()) {
    headers.append("Authorization: ").append(spec_->authorization).append("\r\n");
  }
  codec::write_http_request(request_text_, {.method = "GET",
                                            .authority = authority,
                                            .path = url_.path(),
                                            .user_agent = spec_->user_agent,
                                            .headers = headers,
                                            .connection = "Upgrade"});
}

/// Whether a step that sent or read has succeeded.
bool websocket_exchange::succeeded(const byte_stream::transferred& came_to, const byte_stream& peer,
                                   reason timed_out) {
  const outcome what = shared_.transfer_outcome(came_to, peer, timed_out);
  if (what.status == status::up) return true;
  // A server of TLS 1.3 says only now that it wants a certificate.
  if (what.status == status::tls_error) details_->tls = known_of_peer(*peer.tls());
  // What goes wrong with a goodbye is nobody's fault.
  if (is_open_ && talk_.may_end()) {
    talk_.end();
  } else {
    fail(what);
  }
  return false;
}

void websocket_exchange::sent(const byte_stream::transferred& came_to, const byte_stream& peer) {
  if (!succeeded(came_to, peer, reason::send_timeout)) return;
  if (!is_open_ || talk_.sends_step()) {
    spent_ += latest_ - begun_;
    begun_ = latest_ = came_to.at;
  }
  if (is_open_) return talk_.sent();
  request_text_.clear();
}

void websocket_exchange::received(const byte_stream::transferred& got, const byte_stream& peer) {
  const reason waited_for = has_heard_ ? reason::transfer_timeout : reason::first_byte_timeout;
  if (!succeeded(got, peer, waited_for)) return;
  has_heard_ = true;
  if (got.bytes == 0) {
    if (is_open_) return talk_.closed();
    return fail({status::reset, reason::closed_early});
  }
  // A server may speak before this machine is ready to listen.
  arrived_ = std::max(got.at, begun_);
  const std::string_view bytes{shared_.read_buffer().data(), got.bytes};
  if (is_open_) {
    talk(bytes);
  } else {
    take_response(bytes);
  }
}

void websocket_exchange::take_response(std::string_view bytes) {
  using state = codec::http_response_reader::state;
  latest_ = arrived_;
  switch (response_.feed(bytes)) {
    case state::need_more:
      break;
    case state::error:
      fail({status::protocol_error, response_.why()});
      break;
    case state::done:
      take_upgrade(bytes.substr(bytes.size() - response_.left_over()));
      break;
  }
}

/// `rest` is what came behind the answer.
void websocket_exchange::take_upgrade(std::string_view rest) {
  details_->status_code = response_.status_code();
  details_->server = response_.server();
  details_->location = response_.location();
  details_->upgrade = latest_ - begun_;
  spent_ += latest_ - std::exchange(begun_, latest_);
  has_answered_ = true;
  if (details_->status_code != switching_protocols) {
    return fail({status::mismatch, reason::upgrade_refused});
  }
  const auto flaw = codec::judge_websocket_upgrade(response_.header_lines(), key_, spec_->protocols,
                                                   details_->protocol);
  if (flaw != codec::upgrade_flaw::none) {
    details_->error = to_string(flaw);
    const bool is_accept =
        flaw == codec::upgrade_flaw::wrong_accept || flaw == codec::upgrade_flaw::no_accept;
    return fail(
        {status::protocol_error, is_accept ? reason::wrong_accept_key : reason::malformed_upgrade});
  }
  is_open_ = true;
  talk(rest);
}

void websocket_exchange::talk(std::string_view bytes) {
  const std::size_t before = talk_.steps().step();
  const bool was_closing = talk_.is_closing();
  talk_.feed(bytes);
  const bool was_waited_for =
      talk_.steps().step() != before || talk_.steps().needs() == dialogue::need::failed;
  if (was_waited_for && !was_closing) latest_ = arrived_;
}

std::array<char, 4> websocket_exchange::new_mask() {
  const std::uint64_t random = shared_.world().random();
  std::array<char, 4> mask{};
  std::memcpy(mask.data(), &random, mask.size());
  return mask;
}

/// What speaks against a peer of which nothing failed.
outcome websocket_exchange::judged() const {
  if (talk_.verdict().status != status::up) return talk_.verdict();
  return judge_certificate(spec_->tls, details_->tls.get());
}

void websocket_exchange::note_talk() {
  const dialogue& steps = talk_.steps();
  details_->error = talk_.error();
  details_->banner = steps.banner();
  details_->close_code = talk_.close_code();
  details_->close_reason = talk_.close_reason();
  const bool is_done = is_well() && talk_.verdict().status == status::up;
  if (is_done || steps.step() == spec_->steps.size()) return;
  details_->step = steps.step() + 1;
  details_->step_text = spec_->steps[steps.step()].text;
  details_->answer = steps.answer();
}

void websocket_exchange::deliver() {
  if (is_open_) note_talk();
  if (is_well()) fail(judged());
  probe_result result = prober::result_of(request_, address_, outcome_);
  result.has_address = has_address_;
  result.port = url_.port();
  const bool has_rtt = outcome_.status == status::up || outcome_.status == status::mismatch ||
                       outcome_.status == status::refused;
  if (has_answered_ && has_rtt) result.rtt = spent_ + (latest_ - begun_);
  result.details.adopt(std::move(details_));
  shared_.deliver(std::move(result));
}

}  // namespace muster
