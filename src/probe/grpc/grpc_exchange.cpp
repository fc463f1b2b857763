#include "probe/grpc/grpc_exchange.hpp"

#include "codec/grpc_health.hpp"
#include "codec/response_headers.hpp"
#include "core/ascii.hpp"
#include "core/lazy_library.hpp"
#include "muster/http_options.hpp"
#include "probe/tls_peer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr codec::http_limits limits{.body_bytes_max = codec::grpc_health_response_bytes_max,
                                    .keeps_headers = true};

/// The value of the first header of that name; nothing if there is none.
std::optional<std::string_view> value_in(std::string_view lines, std::string_view name) {
  std::optional<std::string_view> found;
  codec::for_each_header(lines, [&](std::string_view one, std::string_view value) {
    if (one == name) found = trim(value);
    return !found;
  });
  return found;
}

}  // namespace

grpc_exchange::grpc_exchange(prober& shared, const probe_request& request, ip_address address,
                             clock::duration took)
    : shared_{shared},
      request_{request},
      spec_{request.subject, *request.spec},
      address_{address},
      details_{std::make_unique<grpc_details>()},
      call_{codec::grpc_health_request(asked().service)},
      response_{false, limits, this},
      spent_{took} {
  details_->service = asked().service;
  details_->connect = took;
}

std::unique_ptr<codec::tls_session> grpc_exchange::make_tls_session() const {
  static const std::vector<std::string> spoken{"h2"};
  return muster::make_tls_session(shared_, spec_->tls, request_.subject.host(), address_, spoken);
}

void grpc_exchange::secured(clock::duration took, const codec::tls_session& session) {
  details_->tls = known_of_peer(session);
  if (!session.established() || details_->handshake.count() >= 0) return;
  details_->handshake = took;
  spent_ += took;
}

/// Who is asked: the name that the certificate is to have goes for the host's.
std::string grpc_exchange::authority() const {
  std::string host{request_.subject.host()};
  if (is_secure() && !spec_->tls.server_name.empty()) host = spec_->tls.server_name;
  if (host.empty()) {
    host = address_.to_string();
    if (address_.is_v6()) host = '[' + host + ']';
  }
  return fmt::format("{}:{}", host, request_.port());
}

grpc_exchange::state grpc_exchange::ask() {
  static const std::string user_agent = http_options{}.user_agent;
  const std::string authority = this->authority();
  const codec::http_request call{
      .method = "POST",
      .authority = authority,
      .path = "/grpc.health.v1.Health/Check",
      .user_agent = user_agent,
      .headers = "Content-Type: application/grpc\r\nTE: trailers\r\nAccept: application/grpc\r\n",
      .body = &call_};
  try {
    session_.emplace(call, is_secure() ? "https" : "http", response_);
  } catch (const library_missing& missing) {
    details_->http2_error = missing.what();
    shared_.note_missing(missing.what());
    fail({status::local_error, reason::library_missing});
    return state::error;
  }
  return state::need_more;
}

std::string_view grpc_exchange::output() {
  output_ = session_->take_output();
  return output_;
}

void grpc_exchange::sent(clock::time_point at) {
  is_asked_ = session_->has_asked();
  asked_at_ = latest_ = at;
}

grpc_exchange::state grpc_exchange::received(std::string_view bytes, clock::time_point arrived) {
  latest_ = std::max(arrived, asked_at_);
  const state now_is = session_->feed(bytes);
  if (now_is != state::need_more) note_response();
  return now_is;
}

grpc_exchange::state grpc_exchange::closed() {
  const state now_is = session_->finish();
  note_response();
  return now_is;
}

reason grpc_exchange::waiting_for() const {
  const bool has_begun = session_ && session_->has_begun();
  return has_begun ? reason::transfer_timeout : reason::first_byte_timeout;
}

void grpc_exchange::note_response() {
  details_->status_code = response_.status_code();
  if (response_.why() == reason::none) return fail(judged());
  details_->http2_error = session_->error();
  fail({codec::is_connection_failure(response_.why()) ? status::reset : status::protocol_error,
        response_.why()});
}

/// The status of a call comes after the body, or in the head where there is none.
outcome grpc_exchange::judged() {
  const auto last = [this](std::string_view name) {
    const auto value = value_in(response_.trailer_lines(), name);
    return value ? value : value_in(response_.header_lines(), name);
  };
  if (const auto code = last("grpc-status")) details_->status = codec::parse_grpc_status(*code);
  if (const auto message = last("grpc-message")) {
    details_->message = codec::decode_grpc_message(*message);
    details_->message.resize(std::min(details_->message.size(), grpc_details::message_bytes_kept));
  }
  if (details_->status_code != 200) return {status::mismatch, reason::status_not_expected};
  if (!details_->status) return {status::protocol_error, reason::malformed_response};
  if (*details_->status != 0) return {status::mismatch, reason::rpc_failed};
  details_->serving = codec::read_grpc_health_response(body_);
  if (!details_->serving) return {status::protocol_error, reason::malformed_response};
  if (*details_->serving != codec::grpc_serving::serving) {
    return {status::mismatch, reason::not_serving};
  }
  return judge_certificate(spec_->tls, details_->tls.get());
}

void grpc_exchange::deliver() {
  probe_result result = prober::result_of(request_, address_, outcome_);
  const bool has_answered = result.status == status::up || result.status == status::mismatch;
  if (has_answered) result.rtt = spent_ + (latest_ - asked_at_);
  result.details.adopt(std::move(details_));
  shared_.deliver(std::move(result));
}

}  // namespace muster
