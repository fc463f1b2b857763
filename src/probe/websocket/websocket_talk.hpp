#pragma once

#include "codec/websocket_frame.hpp"
#include "muster/probe/talk.hpp"
#include "net/error_status.hpp"
#include "probe/talk/dialogue.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

/// What is said over a WebSocket once it is open, without the I/O: steps, answers to pings, and a
/// close in the end.
class websocket_talk {
 public:
  /// Makes the mask of a frame.
  using mask_source = std::function<std::array<char, 4>()>;

  /// The steps outlive it.
  websocket_talk(const std::vector<talk_step>& steps, mask_source next_mask)
      : next_mask_{std::move(next_mask)}, dialogue_{steps} {
    go_on();
  }

  /// What is to be sent; empty when nothing is. It lasts until `sent`.
  std::string_view output() const { return output_; }
  /// Whether that has to be sent before more is fed. What a ping is answered with, and a close, may
  /// leave later.
  bool has_to_send() const { return output_is_of_step_ || phase_ == phase::answering; }
  /// Whether a step is among it.
  bool sends_step() const { return output_is_of_step_; }
  void sent();
  /// Bytes that came.
  void feed(std::string_view bytes);
  /// The peer has ended the stream.
  void closed();
  /// Sending or receiving has failed: false where that is held against the peer.
  bool may_end() const;
  /// Nothing more can be sent or received.
  void end() { phase_ = phase::over; }

  /// Whether nothing is left to be sent or received.
  bool is_over() const { return phase_ == phase::over; }
  /// Whether all that is left is the close.
  bool is_closing() const { return phase_ == phase::closing; }
  /// What speaks against the peer; nothing as long as nothing does.
  const outcome& verdict() const { return verdict_; }
  /// What is wrong with a frame, for people; empty if nothing is.
  std::string_view error() const { return to_string(frames_.why()); }
  const dialogue& steps() const { return dialogue_; }
  /// Of the peer's close: 0 and empty where it has none.
  std::uint16_t close_code() const { return frames_.close_code(); }
  const std::string& close_reason() const { return frames_.close_reason(); }

  /// With what a dialogue has before a message, it is as much as a step may get.
  static constexpr std::size_t message_bytes_max = dialogue::received_bytes_max - 4;

 private:
  enum class phase : std::uint8_t {
    talking,
    closing,    ///< Our close frame is sent, or about to be.
    answering,  ///< Over, once the output has been sent.
    over,
  };

  void go_on();
  void read_frames();
  void take(codec::websocket_reader::event event);
  void take_close();
  void take_flaw();
  void append_frame(codec::websocket_opcode opcode, std::string_view payload);
  void append_close(std::uint16_t code);

  const mask_source next_mask_;
  phase phase_ = phase::talking;
  std::string output_;
  bool output_is_of_step_ = false;
  codec::websocket_reader frames_{message_bytes_max};
  std::string unread_;  // that has come, and nobody has looked at
  dialogue dialogue_;
  outcome verdict_;
};

}  // namespace muster
