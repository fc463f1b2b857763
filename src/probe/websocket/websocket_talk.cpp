// Strategy: frames are taken apart as they come, and their messages go through the same steps as
// the lines of a dialogue. Once that is over, for good or bad, the verdict stands, and what follows
// is politeness: a close frame, and the peer's own.
#include "probe/websocket/websocket_talk.hpp"

#include "core/utf8.hpp"
#include "probe/talk/talk_unit.hpp"

#include <utility>

namespace muster {
namespace {

using codec::websocket_opcode;
using need = dialogue::need;

// RFC 6455, 7.4.1.
constexpr std::uint16_t close_normal = 1000;
constexpr std::uint16_t close_protocol_error = 1002;

}  // namespace

void websocket_talk::sent() {
  output_.clear();
  if (phase_ == phase::answering) return end();
  if (!std::exchange(output_is_of_step_, false)) return;
  dialogue_.sent();
  go_on();
  read_frames();
}

void websocket_talk::feed(std::string_view bytes) {
  unread_ += bytes;
  read_frames();
}

/// As long as somebody wants to know: what comes while a step is to be sent waits for that.
void websocket_talk::read_frames() {
  using event = codec::websocket_reader::event;
  std::string_view rest = unread_;
  const auto goes_on = [this] {
    return phase_ == phase::closing ||
           (phase_ == phase::talking && dialogue_.needs() == need::receive);
  };
  while (!rest.empty() && goes_on()) {
    const event what = frames_.feed(rest);
    if (what == event::need_more) break;
    take(what);
  }
  unread_.erase(0, unread_.size() - rest.size());
}

void websocket_talk::take(codec::websocket_reader::event event) {
  using events = codec::websocket_reader::event;
  switch (event) {
    case events::message:
      if (phase_ != phase::talking) break;
      dialogue_.feed(message_unit(frames_.payload()));
      go_on();
      break;
    case events::ping:
      append_frame(websocket_opcode::pong, frames_.payload());
      break;
    case events::close:
      take_close();
      break;
    case events::error:
      take_flaw();
      break;
    case events::pong:
    case events::need_more:
      break;
  }
}

void websocket_talk::take_close() {
  if (phase_ == phase::talking) {
    dialogue_.closed();
    verdict_ = {status::reset, reason::closed_early};
    append_close(close_code() == 0 ? close_normal : close_code());
  }
  // Our own close may still be on its way.
  phase_ = output_.empty() ? phase::over : phase::answering;
}

void websocket_talk::take_flaw() {
  if (phase_ == phase::talking) {
    const bool is_long = frames_.why() == codec::websocket_flaw::message_too_long;
    verdict_ = is_long ? outcome{status::mismatch, reason::answer_not_expected}
                       : outcome{status::protocol_error, reason::malformed_frame};
    append_close(close_protocol_error);
  }
  phase_ = output_.empty() ? phase::over : phase::answering;
}

void websocket_talk::closed() {
  if (phase_ == phase::talking) {
    dialogue_.closed();
    verdict_ = {status::reset, reason::closed_early};
  }
  end();
}

bool websocket_talk::may_end() const {
  return phase_ != phase::talking || dialogue_.expects_nothing();
}

/// Sends what a step has to say, or the close once all are done or one has failed.
void websocket_talk::go_on() {
  if (phase_ != phase::talking || output_is_of_step_) return;
  if (dialogue_.needs() == need::send) {
    const std::string_view text = dialogue_.output();
    append_frame(is_utf8(text) ? websocket_opcode::text : websocket_opcode::binary, text);
    output_is_of_step_ = true;
  } else if (dialogue_.needs() != need::receive) {
    if (dialogue_.needs() == need::failed) {
      verdict_ = {status::mismatch, reason::answer_not_expected};
    }
    append_close(close_normal);
    phase_ = phase::closing;
  }
}

void websocket_talk::append_frame(websocket_opcode opcode, std::string_view payload) {
  codec::append_websocket_frame(output_, opcode, payload, next_mask_());
}

void websocket_talk::append_close(std::uint16_t code) {
  append_frame(websocket_opcode::close, codec::websocket_close_payload(code));
}

}  // namespace muster
