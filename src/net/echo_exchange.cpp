// Strategy: whoever starts an echo request only puts it on a list; the list is sent in batches of
// up to 64 once the handlers that are ready have run, so a batch fills by itself under load and a
// lone request leaves at once. What can't be sent now (EAGAIN, ENOBUFS, no free sequence number)
// stays on the list and is tried again later: that is never the target's fault, and its timeout has
// not begun.
//
// Nor are replies that this machine drops because they were not read in time. Once that is noticed,
// smaller batches leave, and less often, until all goes well again; and a probe that was waiting
// then is asked again before it counts as a timeout.
#include "net/echo_exchange.hpp"

#include "net/error_status.hpp"
#include "net/resume.hpp"

#include <algorithm>
#include <cerrno>

#include <asio/post.hpp>

namespace muster {
namespace {

using namespace std::chrono_literals;

constexpr int receive_rounds_max = 64;
constexpr auto pause_min = 1ms;
constexpr auto pause_max = 64ms;
constexpr int batches_of_size_min = 8;
// A sequence number whose late reply could not be told from the next one's rests at least so long.
constexpr auto rest_min = 5s;

std::chrono::nanoseconds rest_of(const echo_options& options) {
  if (options.payload_bytes >= codec::cookie_bytes) return 0ns;
  return std::max<std::chrono::nanoseconds>(rest_min, options.timeout);
}

}  // namespace

echo_exchange::echo_exchange(asio::io_context& context, network& net, deadline_queue& deadlines,
                             codec::ip_family family, const echo_options& options)
    : family_{family},
      payload_bytes_{options.payload_bytes},
      message_bytes_{codec::icmp_header_bytes + payload_bytes_},
      context_{context},
      time_{net.time()},
      deadlines_{deadlines},
      transport_{net.open_icmp(family, options)},
      framing_{transport_->framing()},
      may_fragment_{!options.dont_fragment},
      secret_{net.random()},
      book_{transport_->channels(), net.random() >> 16, net.random(), rest_of(options)},
      pause_{pause_min},
      messages_(batch_max * message_bytes_),
      pause_over_{time_.make_alarm([this] {
        paused_ = false;
        flush();
      })} {
  for (std::size_t i = 0; i < batch_max; ++i) {
    codec::write_echo_request(message(i), family, {}, payload_bytes_);
    outgoing_[i].message = message(i);
  }
  transport_->on_arrival([this] { receive(); });
}

echo_exchange::~echo_exchange() = default;

// ---- Sending

void echo_exchange::start(echo_operation& operation) {
  unsent_.push_back(operation);
  schedule_flush();
}

void echo_exchange::forget(echo_operation& operation, bool answered) {
  if (!operation.registered_) return;
  operation.registered_ = false;
  book_.leave(operation.number_, answered, book_.rests() ? time_.now() : deadline::time_point{});
}

/// For a request whose time is up: true if its reply may have been dropped here, and it is asked
/// again.
bool echo_exchange::resend(echo_operation& operation) {
  if (drops_noticed_ < operation.sent_at() || !ask_again(operation)) return false;
  ++strays_.asked_again;
  return true;
}

bool echo_exchange::ask_again(echo_operation& operation) {
  if (operation.resends_ == resends_max) return false;
  ++operation.resends_;
  operation.disarm();
  forget(operation, false);
  operation.sent_ = false;
  start(operation);
  return true;
}

void echo_exchange::schedule_flush() {
  if (flush_pending_ || paused_) return;
  flush_pending_ = true;
  flush_soon(scope_, *this);
}

job echo_exchange::flush_soon(job_scope&, echo_exchange& self) {
  co_await asio::post(self.context_, resume);
  self.flush_pending_ = false;
  self.flush();
}

void echo_exchange::pause_sending() {
  stay_away(pause_);
  pause_ = std::min(pause_ * 2, std::chrono::milliseconds{pause_max});
}

void echo_exchange::stay_away(std::chrono::nanoseconds time) {
  if (!std::exchange(paused_, true)) pause_over_->set(time_.now() + time);
}

// Replies to the batch before are read while they are still in the cache.
void echo_exchange::flush() {
  while (!unsent_.empty() && !paused_ && send_some())
    receive_some();
}

std::size_t echo_exchange::fill_batch() {
  std::size_t count = 0;
  const auto now = time_.now();
  while (count < batch_limit_ && !unsent_.empty() && book_.has_room(now)) {
    auto& operation = static_cast<echo_operation&>(unsent_.pop_front());
    operation.number_ = book_.enter(operation);
    operation.registered_ = true;
    const echo_pair pair = book_.pair_of(operation.number_);
    outgoing_echo& request = outgoing_[count];
    request.to = operation.destination_;
    request.scope = operation.scope_;
    request.channel = pair.channel;
    const codec::echo_key key{transport_->id_of(pair.channel), pair.sequence, operation.number_,
                              secret_};
    codec::rewrite_echo_request(message(count), family_, key);
    sending_[count++] = &operation;
  }
  return count;
}

// Sends up to a batch; false when sending has to pause.
bool echo_exchange::send_some() {
  const std::size_t count = fill_batch();
  if (count == 0) {
    pause_sending();  // every id and sequence number is in flight, or rests
    return false;
  }
  const auto before = time_.now();
  // A standstill between a lone request and its deadline is to show, too. Those of a batch have
  // their shares of the call, however long that was.
  if (count == 1) deadlines_.arm(sending_now_, before, deadline_queue::heartbeat);
  const send_progress gone = transport_->send({outgoing_.data(), count});
  if (count == 1) {
    deadlines_.catch_up();
    sending_now_.disarm();
  }
  for (std::size_t i = count; i > gone.sent; --i) {
    echo_operation& operation = *sending_[i - 1];
    operation.registered_ = false;
    book_.take_back(operation.number_);
    unsent_.push_front(operation);
  }
  if (gone.sent == 0) return fail_first(gone);
  settle_sent(gone.sent, before);
  pause_ = pause_min;
  if (batch_limit_ < batch_max) recover();
  return true;
}

/// After a batch while replies are being dropped: once several of a size went well, a larger one
/// may follow, sooner.
void echo_exchange::recover() {
  stay_away(batch_gap_);
  if (++batches_of_size_ < batches_of_size_min) return;
  batches_of_size_ = 0;
  batch_gap_ = std::max(batch_gap_ / 2, std::chrono::milliseconds{pause_min});
  ++batch_limit_;
}

// The requests of a batch leave one after the other while the call runs, and the reply to the first
// may be here before the last one is gone: each is taken to have left at its share of the call.
void echo_exchange::settle_sent(std::size_t count, deadline::time_point before) {
  const std::chrono::nanoseconds spent = time_.now() - before;
  const std::uint32_t packed = packed_time::pack(spent / static_cast<int>(count));
  const std::chrono::nanoseconds pace = packed_time::unpack(packed);
  auto left = before;
  for (std::size_t i = 0; i < count; ++i, left += pace) {
    echo_operation& operation = *sending_[i];
    operation.sent_ = true;
    operation.index_ = i & (batch_max - 1);
    operation.pace_ = packed & ((1U << packed_time::bits) - 1);
    deadlines_.arm(operation, left, operation.timeout_);
  }
}

// The first request of a batch was refused: because something is short, and then it is tried again
// later; or because it can't be sent.
bool echo_exchange::fail_first(const send_progress& gone) {
  if (gone.error == EAGAIN || gone.error == ENOBUFS || gone.error == ENOMEM) {
    ++strays_.send_waits;
    pause_sending();
    return false;
  }
  auto& operation = static_cast<echo_operation&>(unsent_.pop_front());
  outcome found = outcome_of_send_error(gone.error);
  if (gone.to_broadcast) found.reason = reason::broadcast_address;
  operation.complete({found.status, found.reason});
  return true;
}

void echo_exchange::cancel_unsent() {
  intrusive_list<deadline> unsent;
  unsent.splice_back(unsent_);
  while (!unsent.empty()) {
    static_cast<echo_operation&>(unsent.pop_front()).complete({status::cancelled});
  }
}

void echo_exchange::rest() {
  pause_over_->clear();
  transport_->rest();
}

// ---- Receiving

void echo_exchange::receive() {
  for (int round = 0; round < receive_rounds_max; ++round) {
    if (!receive_some()) break;
  }
  note_drops();
}

/// Takes what one call brings; true if there may be more.
bool echo_exchange::receive_some() {
  const receive_progress got = transport_->receive(incoming_);
  for (std::size_t i = 0; i < got.count; ++i)
    on_incoming(incoming_[i]);
  return got.more;
}

void echo_exchange::note_drops() {
  const icmp_losses losses = transport_->losses();
  strays_.corrupt += losses.corrupt - std::exchange(corrupt_unseen_, losses.corrupt);
  if (losses.unread == strays_.dropped) return;
  strays_.dropped = losses.unread;
  drops_noticed_ = time_.now();
  batch_limit_ = std::max<std::size_t>(batch_limit_ / 2, 1);
  batches_of_size_ = 0;
  batch_gap_ = std::clamp(batch_gap_ * 2, std::chrono::milliseconds{pause_min},
                          std::chrono::milliseconds{pause_max});
}

void echo_exchange::on_incoming(const incoming_icmp& packet) {
  codec::icmp_message message;
  if (packet.error != nullptr) {
    message = *packet.error;
    if (payload_bytes_ >= codec::cookie_bytes) {
      codec::recognise_echo(packet.bytes, secret_, message);
    }
    return on_message(message, packet);
  }
  switch (framing_) {
    case icmp_framing::raw_v4:
      message = codec::parse_raw_v4(packet.bytes, secret_);
      break;
    case icmp_framing::datagram_v4:
      message = codec::parse_datagram_v4(packet.bytes, secret_);
      break;
    case icmp_framing::v6:
      message = codec::parse_v6(packet.bytes, secret_);
      break;
  }
  if (message.ttl == 0) message.ttl = packet.ttl;
  on_message(message, packet);
}

void echo_exchange::on_message(const codec::icmp_message& message, const incoming_icmp& packet) {
  using codec::icmp_kind;
  if (message.kind == icmp_kind::malformed) {
    ++strays_.corrupt;
    return;
  }
  if (message.kind == icmp_kind::other) return;
  const auto channel = transport_->channel_of(message.id);
  if (!channel) return;  // not ours
  if (message.foreign_payload) {
    ++strays_.foreign;  // somebody else's request, or a forged reply
    return;
  }
  const bool is_error = message.kind == icmp_kind::error;
  if (!is_error && !message.has_number && payload_bytes_ >= codec::cookie_bytes) {
    ++strays_.corrupt;  // cut short on its way
    return;
  }
  const std::uint32_t slot = book_.slot_of(echo_pair{*channel, message.seq});
  echo_operation* operation = book_.find(slot);
  const bool other_probe = operation && message.has_number && message.number != operation->number_;
  if (!operation || other_probe || !operation->sent_) {
    if (!is_error) ++(book_.answered(slot) && !other_probe ? strays_.duplicate : strays_.late);
    return;
  }
  if (is_error) {
    on_error(*operation, message, packet.error_source);
  } else {
    on_reply(*operation, message, packet);
  }
}

void echo_exchange::on_error(echo_operation& operation, const codec::icmp_message& message,
                             ip_address error_source) {
  if (message.quoted_destination != operation.destination_) return;
  if (!proves_sight(operation, message)) {
    ++strays_.foreign;
    return;
  }
  // By now the system knows how big a packet may be on that way, and sends it in fragments.
  const bool too_big = message.error == reason::icmp_fragmentation_needed ||
                       message.error == reason::icmp_packet_too_big;
  if (too_big && may_fragment_ && ask_again(operation)) return;
  // A router that says so speaks for itself: nobody knows whether the host is there.
  const bool refused =
      message.error == reason::icmp_port_unreachable && error_source == operation.destination_;
  echo_outcome outcome{refused ? status::refused : status::unreachable, message.error};
  outcome.error_source = error_source;
  operation.complete(outcome);
}

/// Whether an error about a request can only come from one who has seen the request: it quotes the
/// cookie; or, as routers may quote no more than the ICMP header (RFC 792), a checksum over it.
/// That and the sequence number are 32 bits that the other hosts that are asked can't guess. An
/// ICMPv6 error quotes all that fits into the least MTU (RFC 4443, 2.4), and so the cookie.
bool echo_exchange::proves_sight(const echo_operation& operation,
                                 const codec::icmp_message& message) {
  if (message.has_number) return true;  // which is this operation's, or it would not be about it
  if (family_ == codec::ip_family::v6) return payload_bytes_ < codec::cookie_bytes;
  // The place of the first message of a batch is free whenever something is received.
  codec::rewrite_echo_request(this->message(0), family_,
                              {message.id, message.seq, operation.number_, secret_});
  return codec::checksum_of(this->message(0)) == message.checksum;
}

void echo_exchange::on_reply(echo_operation& operation, const codec::icmp_message& message,
                             const incoming_icmp& packet) {
  if (packet.source != operation.destination_ && !operation.destination_.is_multicast()) {
    ++strays_.foreign;
    return;
  }
  echo_outcome outcome;
  outcome.rtt = operation.rtt_until(packet.arrived);
  // The clock that stamps arrivals was set meanwhile: the request has certainly been under way
  // since its batch began to leave.
  if (outcome.rtt <= 0ns) outcome.rtt = time_.now() - operation.batch_began();
  if (outcome.rtt > operation.timeout_) {
    ++strays_.late;  // in time to be read, but not in time
    operation.complete({status::timeout, reason::no_reply});
    return;
  }
  outcome.ttl = message.ttl;
  outcome.bytes = message.bytes;
  // Some hosts send no more back than they have room for.
  const bool as_sent = message.payload_intact && message.bytes <= message_bytes_;
  outcome.status = as_sent ? status::up : status::mismatch;
  outcome.reason = !as_sent                         ? reason::wrong_payload
                   : message.bytes < message_bytes_ ? reason::truncated
                                                    : reason::none;
  operation.complete(outcome);
}

}  // namespace muster
