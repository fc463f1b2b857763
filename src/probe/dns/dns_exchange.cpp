#include "probe/dns/dns_exchange.hpp"

#include "codec/dns_name.hpp"
#include "codec/wire.hpp"
#include "probe/tls_peer.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace muster {
namespace {

/// Datagrams that are no answer to what was asked. Whoever sends more is not waited for: it would
/// keep this process busy until the timeout.
constexpr unsigned strays_max = 1000;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

std::vector<dns_details::record>& records_of(dns_details& details, codec::dns_section section) {
  switch (section) {
    case codec::dns_section::authority:
      return details.authority;
    case codec::dns_section::additional:
      return details.additional;
    case codec::dns_section::answer:
      break;
  }
  return details.answers;
}

}  // namespace

dns_exchange::dns_exchange(prober& shared, const probe_request& request)
    : shared_{shared},
      request_{request},
      spec_{request.subject, *request.spec},
      details_{std::make_unique<dns_details>()},
      over_{spec_->over},
      rules_{*spec_} {
  const dns_spec::question& question = spec_->questions[request.index];
  details_->name = question.name;
  details_->type = question.type;
  details_->record_class = question.record_class;
  details_->over = over_;
  asked_.type = question.type;
  asked_.record_class = question.record_class;
  // The runner has looked whether it is one.
  if (auto name = codec::parse_dns_name(question.name)) asked_.name = std::move(*name);
}

void dns_exchange::resolved(ip_address address) {
  to_ = {address, request_.port(), request_.subject.scope()};
  has_address_ = true;
}

void dns_exchange::connected(const byte_stream::connected& came_to) {
  fail(shared_.connect_outcome(came_to, to_.address));
  const bool is_refused =
      outcome_.status == status::refused && outcome_.reason != reason::self_connect;
  if (is_refused) took_ = came_to.took;
}

std::unique_ptr<codec::tls_session> dns_exchange::make_tls_session() const {
  static const std::vector<std::string> spoken{"dot"};
  return muster::make_tls_session(shared_, spec_->tls, request_.subject.host(), to_.address,
                                  spoken);
}

void dns_exchange::note_tls(const codec::tls_session& session) {
  details_->tls = known_of_peer(session);
}

std::string_view dns_exchange::question() {
  id_ = static_cast<std::uint16_t>(shared_.world().random());
  const std::string message = codec::dns_question_message(id_, asked_, spec_->recursion);
  question_.clear();
  if (kind() == transport::stream) {
    question_ += static_cast<char>(message.size() >> 8);
    question_ += static_cast<char>(message.size());
  }
  question_ += message;
  return question_;
}

outcome dns_exchange::failure(const byte_stream::transferred& came_to, byte_stream& peer,
                              reason timed_out) {
  if (kind() == transport::stream) return shared_.transfer_outcome(came_to, peer, timed_out);
  const outcome what = shared_.datagram_outcome(came_to, peer, timed_out);
  if (what.status == status::refused) {
    note_arrival(peer.arrived());
    took_ = latest_ - asked_at_;
  }
  return what;
}

void dns_exchange::sent(const byte_stream::transferred& came_to, byte_stream& peer) {
  asked_at_ = latest_ = came_to.at;
  fail(failure(came_to, peer, reason::send_timeout));
}

/// A wall clock that was set meanwhile would have something arrive before it was asked for. What
/// TLS still had has come with what was before it.
void dns_exchange::note_arrival(clock::time_point at) {
  if (at > latest_) {
    latest_ = at;
  } else if (latest_ == asked_at_) {
    latest_ = shared_.time().now();
  }
}

dns_exchange::state dns_exchange::received(const byte_stream::transferred& got, byte_stream& peer) {
  const bool is_datagram = kind() == transport::datagrams;
  reason timed_out = reason::no_reply;
  if (!is_datagram) {
    timed_out = answer_.empty() ? reason::first_byte_timeout : reason::transfer_timeout;
  }
  fail(failure(got, peer, timed_out));
  if (!is_well()) return state::done;
  if (got.bytes > 0) note_arrival(got.at);
  const std::string_view bytes{shared_.read_buffer().data(), got.bytes};
  return is_datagram ? take_datagram(bytes) : take_stream(bytes);
}

dns_exchange::state dns_exchange::take_datagram(std::string_view bytes) {
  const auto message = bytes_of(bytes);
  if (codec::answers_dns_question(message, id_, asked_)) return take_answer(message);
  latest_ = asked_at_;
  return ++strays_ > strays_max ? malformed() : state::need_more;
}

/// Whoever asked closes the connection, which has no second answer.
dns_exchange::state dns_exchange::take_stream(std::string_view bytes) {
  if (bytes.empty()) {
    fail({status::reset, reason::closed_early});
    return state::done;
  }
  answer_ += bytes;
  const auto whole = bytes_of(answer_);
  if (whole.size() < codec::dns_length_bytes) return state::need_more;
  const std::size_t size = codec::read_u16(whole, 0);
  if (whole.size() - codec::dns_length_bytes < size) return state::need_more;
  const auto message = whole.subspan(codec::dns_length_bytes, size);
  if (!codec::answers_dns_question(message, id_, asked_)) return malformed();
  return take_answer(message);
}

dns_exchange::state dns_exchange::malformed() {
  fail({status::protocol_error, reason::malformed_response});
  return state::done;
}

dns_exchange::state dns_exchange::take_answer(std::span<const std::byte> message) {
  const auto header = codec::read_dns_header(message);
  if (kind() == transport::datagrams && header && header->truncated) {
    over_ = details_->over = dns_transport::tcp;
    return state::truncated;
  }
  const auto answer = codec::read_dns_message(
      message, [this](codec::dns_section section, const codec::dns_record& record) {
        note_record(section, record);
      });
  if (!answer) {
    for (auto* const records : {&details_->answers, &details_->authority, &details_->additional})
      records->clear();
    return malformed();
  }
  note_answer(*answer, message.size());
  took_ = latest_ - asked_at_;
  fail(judged());
  return state::done;
}

void dns_exchange::note_record(codec::dns_section section, const codec::dns_record& record) {
  rules_.see(section, record.data);
  auto& kept = records_of(*details_, section);
  if (kept.size() == dns_details::answers_kept) return;
  kept.push_back({.name = record.name,
                  .type = record.type,
                  .ttl_s = record.ttl_s,
                  .data = record.data.substr(0, dns_details::data_bytes_kept),
                  .record_class = record.record_class});
}

void dns_exchange::note_answer(const codec::dns_message& answer, std::size_t bytes) {
  details_->answered = true;
  details_->rcode = answer.rcode;
  details_->authoritative = answer.authoritative;
  details_->truncated = answer.truncated;
  details_->recursion_desired = answer.recursion_desired;
  details_->recursion_available = answer.recursion_available;
  details_->authentic = answer.authentic;
  details_->answer_count = answer.answers;
  details_->authority_count = answer.authority;
  details_->additional_count = answer.additional;
  details_->serial = answer.serial;
  details_->answer_bytes = static_cast<std::uint32_t>(bytes);
}

outcome dns_exchange::judged() {
  const auto& rcodes = spec_->rcodes;
  if (!rcodes.empty() && std::ranges::find(rcodes, details_->rcode) == rcodes.end()) {
    return {status::mismatch, reason::rcode_not_expected};
  }
  details_->failed_check = rules_.failed();
  if (!details_->failed_check.empty()) return {status::mismatch, reason::answer_not_expected};
  return judge_certificate(spec_->tls, details_->tls.get());
}

void dns_exchange::deliver() {
  probe_result result = prober::result_of(request_);
  if (has_address_) {
    result.has_address = true;
    result.address = to_.address;
  }
  result.status = outcome_.status;
  result.reason = outcome_.reason;
  result.error_source = outcome_.error_source;
  result.rtt = took_;
  result.details.adopt(std::move(details_));
  shared_.deliver(std::move(result));
}

}  // namespace muster
