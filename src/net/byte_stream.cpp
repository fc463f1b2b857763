#include "net/byte_stream.hpp"

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

stream_step::wait stream_step::send_output(int& error) {
  for (std::string_view rest = tls()->output(); !rest.empty(); rest = tls()->output()) {
    const auto written = peer().write(rest);
    if (written.would_block) return wait::writable;
    error = written.error;
    if (written.error != 0) {
      return peer().missing() == scarce_resource::none ? wait::none : wait::shortage;
    }
    tls()->take_output(written.bytes);
  }
  return wait::none;
}

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
    case wait::shortage:
      return !stand_in_line(peer().missing());
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

stream_step::wait byte_stream::connect_step::attempt() {
  if (is_under_way_) return wait::none;
  started_ = now();
  const auto begun = peer().connect(to_, source_);
  error_ = begun.error;
  is_under_way_ = begun.would_block;
  if (is_under_way_) return wait::writable;
  return peer().missing() == scarce_resource::none ? wait::none : wait::shortage;
}

byte_stream::connected byte_stream::connect_step::await_resume() {
  connected end;
  end.ended = whole().ended();
  // Others that were told of at the same time had their turn meanwhile.
  const bool was_told = is_under_way_ && end.ended == ending::none;
  end.took = whole().lived(was_told ? peer().told() : now()) - whole().lived(started_);
  if (end.ended != ending::none) return end;
  if (error_ != 0) {
    end.what = peer().socket_failed() ? outcome_of_socket_error(error_)
                                      : outcome_of_connect_error(error_, true);
    return end;
  }
  if (is_under_way_) {
    icmp_rejection by;
    if (const int error = peer().connected(by); error != 0) {
      end.what = outcome_of_answered_connect(error, by, to_.address);
      return end;
    }
  }
  if (peer().connected_to_itself()) {
    end.what = {status::refused, reason::self_connect};
  } else if (const auto rtt = peer().handshake_rtt()) {
    end.took = *rtt;
  }
  return end;
}

// ---- Handshake

stream_step::wait byte_stream::handshake_step::attempt() {
  using state = codec::tls_session::state;
  for (;;) {
    const state now_is = tls()->handshake();
    if (!std::exchange(has_begun_, true)) began_ = now();
    // An alert that says why it failed is worth sending, but nothing depends on it.
    if (const wait need = send_output(end_.error); need != wait::none) {
      if (now_is == state::failed) return wait::none;
      return need;
    }
    if (now_is != state::need_more || end_.error != 0) return wait::none;
    const fed input = feed_input();
    if (input.need != wait::none) return input.need;
    end_.error = input.error;
    end_.closed = input.ended;
    if (end_.error != 0 || end_.closed) return wait::none;
    end_.took = std::max(end_.took, peer().arrived() - began_);
  }
}

byte_stream::secured byte_stream::handshake_step::await_resume() {
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
  return send_output(so_far_.error);
}

stream_step::wait byte_stream::write_step::attempt() {
  if (tls()) return attempt_tls();
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

/// A stream that ends without the peer having said so is one that ends: what was to come knows
/// whether it is whole.
stream_step::wait byte_stream::read_step::attempt_tls() {
  for (;;) {
    const auto text = tls()->read(into_);
    got_.bytes = text.bytes;
    if (text.failed) got_.error = EPROTO;
    if (text.bytes > 0 || text.ended || text.failed) return wait::none;
    // What the peer is told of on the way, such as new keys, can wait where it does not fit; but
    // not for ever, where it asks for more and more and takes none.
    int ignored = 0;
    send_output(ignored);
    if (tls()->output().size() > unsent_bytes_max) {
      got_.error = EPROTO;
      return wait::none;
    }
    const fed input = feed_input();
    if (input.need != wait::none) return input.need;
    got_.error = input.error;
    got_.at = peer().arrived();
    if (input.error != 0 || input.ended) return wait::none;
  }
}

stream_step::wait byte_stream::read_step::attempt() {
  if (tls()) return attempt_tls();
  if (!peer().ready(readiness::readable)) return wait::readable;
  const auto got = peer().read(into_);
  if (got.would_block) return wait::readable;
  got_.bytes = got.bytes;
  got_.error = got.error;
  got_.at = peer().arrived();
  return wait::none;
}

byte_stream::transferred byte_stream::read_step::await_resume() {
  got_.ended = whole().ended();
  return got_;
}

std::optional<byte_stream::transferred> byte_stream::read_now(std::span<char> into) {
  read_step step{*this, into};
  if (!step.await_ready()) return std::nullopt;
  return step.await_resume();
}

}  // namespace muster
