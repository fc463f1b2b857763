#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::codec {

/// What a frame of WebSocket is (RFC 6455, 11.8); the others are reserved.
enum class websocket_opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xa,
};

/// The most that a control frame holds (RFC 6455, 5.5).
inline constexpr std::size_t websocket_control_bytes_max = 125;

/// Appends a client's frame, which is a whole message, masked with these bytes (RFC 6455, 5.3):
/// each frame needs others, which nobody can guess. A control frame's payload must fit into one.
void append_websocket_frame(std::string& out, websocket_opcode opcode, std::string_view payload,
                            std::array<char, 4> mask);

/// The payload of a close frame with this status code.
std::string websocket_close_payload(std::uint16_t code);

/// What no server may send.
enum class websocket_flaw : std::uint8_t {
  none,
  reserved_bits,  ///< Set, though no extension was agreed on that gives them a meaning.
  reserved_opcode,
  masked,            ///< Only clients mask (RFC 6455, 5.1).
  length,            ///< Of 2^63 or more, or written with more bytes than it takes.
  message_too_long,  ///< Longer than what is read here.
  control_too_long,
  control_in_fragments,
  too_many_frames,  ///< More than are read here.
  no_beginning,     ///< A message goes on that has not begun.
  no_end,           ///< One begins before the last has ended.
  not_utf8,         ///< Text, or the reason of a close.
  close_payload,    ///< Of one byte, or with a status code that nobody may send.
};
/// In words for people: `a reserved bit is set`; empty for `none`.
std::string_view to_string(websocket_flaw value);

/// Takes what a server sends after the handshake apart, as it comes: fragments become messages,
/// with other frames in between. Bounded. Unknown extensions are none.
class websocket_reader {
 public:
  enum class event : std::uint8_t {
    need_more,
    message,
    ping,
    pong,
    close,  ///< The server sends nothing after it.
    error,  ///< See `why`; what follows can't be read.
  };

  static constexpr unsigned frames_max = 10'000;

  explicit websocket_reader(std::size_t message_bytes_max)
      : message_bytes_max_{message_bytes_max} {}

  /// Takes bytes from the beginning of `bytes`, up to the next event and no further; all of them
  /// for `need_more`. After `close` and `error` nothing changes any more.
  event feed(std::string_view& bytes);

  /// Of the last event: the message, or what a ping holds. Raw bytes from the network, but that
  /// those of a text are UTF-8.
  const std::string& payload() const { return payload_; }
  bool is_text() const { return is_text_; }
  /// Of a close: its status code, 0 where it has none, and what the server says of it, in UTF-8.
  std::uint16_t close_code() const { return close_code_; }
  const std::string& close_reason() const { return close_reason_; }
  websocket_flaw why() const { return why_; }

 private:
  event take_head(std::string_view& bytes);
  websocket_flaw flaw_of_head();
  event end_frame();
  event end_close();
  event fail(websocket_flaw why);
  bool is_control() const { return (static_cast<unsigned>(opcode_) & 8U) != 0; }

  static constexpr std::size_t head_bytes_max = 10;

  const std::size_t message_bytes_max_;
  unsigned frames_ = 0;
  std::string head_;  // what has come of it, until it is whole
  websocket_opcode opcode_ = websocket_opcode::continuation;
  bool is_final_ = false;
  std::uint64_t left_ = 0;  // of the frame's payload
  bool in_payload_ = false;
  bool in_message_ = false;  // whose last fragment has not come
  bool is_text_ = false;
  bool is_over_ = false;
  std::string message_;
  std::string control_;
  std::string payload_;
  std::uint16_t close_code_ = 0;
  std::string close_reason_;
  websocket_flaw why_ = websocket_flaw::none;
};

}  // namespace muster::codec
