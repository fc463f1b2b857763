#include "net/byte_stream.hpp"

#include "net/connect_race.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace muster {

// ---- A step

stream_step::stream_step(byte_stream& stream)
    : shortage_step{stream.scarce_, *stream.whole_}, stream_{stream} {}

connection& stream_step::peer() const { return stream_.peer_; }

stream_step::time_point stream_step::now() const { return stream_.scarce_.now(); }

codec::tls_session* stream_step::tls() const { return stream_.tls_.get(); }

/// What was queued in the clear comes before TLS.
std::string_view stream_step::unsent() const {
  if (!stream_.queued_.empty()) return stream_.queued_;
  return tls() ? tls()->output() : std::string_view{};
}

void stream_step::take_unsent(std::size_t bytes) {
  if (stream_.queued_.empty()) {
    tls()->take_output(bytes);
  } else {
    stream_.queued_.erase(0, bytes);
  }
}

stream_step::wait stream_step::send_unsent(int& error) {
  error = 0;
  for (std::string_view rest = unsent(); !rest.empty(); rest = unsent()) {
    const auto written = peer().write(rest);
    if (written.would_block) return wait::writable;
    error = written.error;
    if (written.error != 0) {
      return peer().missing() == scarce_resource::none ? wait::none : wait::shortage;
    }
    take_unsent(written.bytes);
  }
  return wait::none;
}

void stream_step::drop_unsent(int error) {
  stream_.gone_ = error;
  while (!unsent().empty())
    take_unsent(unsent().size());
}

int stream_step::gone() const { return stream_.gone_; }

stream_step::fed stream_step::feed_input() {
  if (!peer().ready(readiness::readable)) return {.need = wait::readable};
  std::array<char, std::size_t{16} * 1024> bytes;
  const auto got = peer().read(bytes);
  if (got.would_block) return {.need = wait::readable};
  if (got.error != 0) return {.error = got.error};
  tls()->feed({bytes.data(), got.bytes});
  return {.ended = got.bytes == 0};
}

/// Whether it has ended.
bool stream_step::go_on() {
  switch (attempt()) {
    case wait::readable:
      peer().await(readiness::readable, *this);
      return false;
    case wait::writable:
      peer().await(readiness::writable, *this);
      return false;
    case wait::either:
      peer().await(readiness::either, *this);
      return false;
    case wait::shortage:
      return !stand_in_line(missing());
    case wait::elsewhere:
      return false;
    case wait::none:
      break;
  }
  return true;
}

void stream_step::proceed() {
  if (go_on()) coroutine_.resume();
}

void stream_step::cancel() {
  leave_line();
  peer().forget_waiter();
  coroutine_.resume();
}

// ---- Connect

byte_stream::connect_step::connect_step(byte_stream& stream, const endpoint& to,
                                        const std::optional<endpoint>& source)
    : stream_step{stream}, to_{to}, source_{source} {}

byte_stream::connect_step::connect_step(byte_stream& stream, endpoint& to,
                                        std::span<const ip_address> addresses,
                                        const std::optional<endpoint>& source)
    : stream_step{stream}, to_{to}, source_{source} {
  if (addresses.size() > 1) race_ = std::make_unique<race>(*this, to, addresses);
}

byte_stream::connect_step::~connect_step() = default;

stream_step::wait byte_stream::connect_step::attempt() {
  if (race_) return race_->go_on();
  if (made_.is_under_way) return wait::none;
  made_.started = now();
  const auto begun = peer().connect(to_, source_);
  made_.error = begun.error;
  made_.is_under_way = begun.would_block;
  if (made_.is_under_way) return wait::writable;
  return peer().missing() == scarce_resource::none ? wait::none : wait::shortage;
}

scarce_resource byte_stream::connect_step::missing() const {
  return race_ ? race_->missing() : peer().missing();
}

byte_stream::connected byte_stream::connect_step::await_resume() {
  return race_ ? race_->result() : outcome_of(made_, peer(), to_.address);
}

byte_stream::connected byte_stream::connect_step::outcome_of(const call& made, connection& on,
                                                             const ip_address& to) {
  connected end;
  end.ended = whole().ended();
  // Others that were told of at the same time had their turn meanwhile.
  const bool was_told = made.is_under_way && end.ended == ending::none;
  end.at = was_told ? on.told() : now();
  end.took = whole().lived(end.at) - whole().lived(made.started);
  if (end.ended != ending::none) return end;
  if (made.error != 0) {
    if (on.socket_failed()) {
      end.what = outcome_of_socket_error(made.error);
    } else {
      end.what = to_.path ? outcome_of_local_connect_error(made.error)
                          : outcome_of_connect_error(made.error, true);
    }
    return end;
  }
  if (made.is_under_way) {
    icmp_rejection by;
    if (const int error = on.connected(by); error != 0) {
      end.what = outcome_of_answered_connect(error, by, to);
      return end;
    }
  }
  if (on.connected_to_itself()) {
    end.what = {status::refused, reason::self_connect};
  } else if (const auto rtt = on.handshake_rtt()) {
    end.took = *rtt;
    end.at = made.started + *rtt;
  }
  return end;
}

// ---- Handshake

stream_step::wait byte_stream::handshake_step::attempt() {
  using state = codec::tls_session::state;
  for (;;) {
    const state now_is = tls()->handshake();
    if (!unsent().empty()) end_phase();
    if (const wait need = send_unsent(end_.error); need != wait::none) {
      // What tells the peer that it has failed is worth sending, but nothing depends on it.
      const bool is_lost = now_is != state::need_more && tls()->failure() != reason::none;
      return is_lost ? wait::none : need;
    }
    if (now_is != state::need_more || end_.error != 0) return wait::none;
    const fed input = feed_input();
    if (input.need != wait::none) return input.need;
    end_.error = input.error;
    end_.closed = input.ended;
    if (end_.error != 0 || end_.closed) return wait::none;
    heard_ = peer().arrived();
  }
}

/// What was said before has been answered, and now something is said again.
void byte_stream::handshake_step::end_phase() {
  end_.took += std::max(heard_ - said_, duration{0});
  said_ = now();
}

byte_stream::secured byte_stream::handshake_step::await_resume() {
  end_.took += std::max(heard_ - said_, duration{0});
  end_.at = std::max(heard_, said_);
  end_.ended = whole().ended();
  return end_;
}

// ---- Write

stream_step::wait byte_stream::write_step::attempt_tls() {
  if (!unsent_.empty()) {
    if (!tls()->write(unsent_)) {
      so_far_.error = EPROTO;
      return wait::none;
    }
    so_far_.bytes += std::exchange(unsent_, {}).size();
  }
  so_far_.at = now();
  return send_unsent(so_far_.error);
}

stream_step::wait byte_stream::write_step::attempt() {
  if (tls()) return attempt_tls();
  const wait need = send_unsent(so_far_.error);
  if (need != wait::none || so_far_.error != 0) return need;
  do {
    so_far_.at = now();
    const auto written = peer().write(unsent_);
    if (written.would_block) return wait::writable;
    so_far_.error = written.error;
    if (written.error != 0) {
      return peer().missing() == scarce_resource::none ? wait::none : wait::shortage;
    }
    so_far_.bytes += written.bytes;
    unsent_.remove_prefix(written.bytes);
  } while (!unsent_.empty());
  return wait::none;
}

byte_stream::transferred byte_stream::write_step::await_resume() {
  so_far_.ended = whole().ended();
  return so_far_;
}

// ---- Read

/// What does not fit can wait, as nothing that comes depends on it. What this machine is short of
/// comes first: without it, something that the peer waits for might never leave.
stream_step::wait byte_stream::read_step::send_what_fits() {
  int error = 0;
  const wait need = send_unsent(error);
  const bool is_short = need == wait::shortage;
  if (error != 0 && !is_short) drop_unsent(error);
  got_.error = is_short ? error : 0;
  return need;
}

stream_step::wait byte_stream::read_step::something_to_come(wait unsent) {
  switch (unsent) {
    case wait::none:
      return wait::readable;
    case wait::writable:
      return wait::either;
    default:
      return unsent;
  }
}

/// A stream that ends without the peer having said so is one that ends: what was to come knows
/// whether it is whole.
stream_step::wait byte_stream::read_step::attempt_tls() {
  for (;;) {
    const auto text = tls()->read(into_);
    got_.bytes = text.bytes;
    got_.error = text.failed ? EPROTO : 0;
    if (text.bytes > 0 || text.ended || text.failed) return wait::none;
    const wait unsent = send_what_fits();
    if (is_held_up()) return unsent;
    const fed input = feed_input();
    if (input.need != wait::none) return something_to_come(unsent);
    got_.error = input.ended ? gone() : input.error;
    if (input.error != 0 || input.ended) return wait::none;
  }
}

stream_step::wait byte_stream::read_step::attempt_clear() {
  const wait unsent = send_what_fits();
  if (is_held_up()) return unsent;
  if (!peer().ready(readiness::readable)) return something_to_come(unsent);
  const auto got = peer().read(into_);
  if (got.would_block) return something_to_come(unsent);
  got_.bytes = got.bytes;
  const bool is_end = got.bytes == 0 && got.error == 0;
  got_.error = is_end ? gone() : got.error;
  return wait::none;
}

stream_step::wait byte_stream::read_step::attempt() {
  return tls() ? attempt_tls() : attempt_clear();
}

/// What TLS still had has come with what was before it.
byte_stream::transferred byte_stream::read_step::await_resume() {
  got_.at = peer().arrived();
  got_.ended = whole().ended();
  return got_;
}

std::optional<byte_stream::transferred> byte_stream::read_now(std::span<char> into) {
  read_step step{*this, into};
  if (!step.await_ready()) return std::nullopt;
  return step.await_resume();
}

// ---- What is said on the way

void byte_stream::queue(std::string_view bytes) {
  if (gone_ != 0) return;
  if (tls_) {
    // Where the peer has broken the session, the next read says so.
    tls_->write(bytes);
  } else {
    queued_ += bytes;
  }
}

}  // namespace muster
