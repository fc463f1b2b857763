#include "net/byte_stream.hpp"

namespace muster {

// ---- A step

stream_step::stream_step(byte_stream& stream)
    : shortage_step{stream.scarce_, stream.whole_}, stream_{stream} {}

connection& stream_step::peer() const { return stream_.peer_; }

stream_step::time_point stream_step::now() const { return stream_.scarce_.now(); }

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

// ---- Write

stream_step::wait byte_stream::write_step::attempt() {
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

stream_step::wait byte_stream::read_step::attempt() {
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

}  // namespace muster
