// Strategy: a frame's head is gathered until it is whole, at most ten bytes, and judged before
// anything of its payload is kept. Control frames have a place of their own, as they may come
// between the fragments of a message.
#include "codec/websocket_frame.hpp"

#include "codec/wire.hpp"
#include "core/utf8.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace muster::codec {
namespace {

constexpr unsigned final_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned opcode_bits = 0x0f;
constexpr unsigned mask_bit = 0x80;
constexpr unsigned length_bits = 0x7f;
constexpr unsigned length_of_16_bits = 126;
constexpr unsigned length_of_64_bits = 127;
constexpr std::uint64_t length_16_max = 0xffff;

std::span<const std::byte> as_octets(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> static_cast<unsigned>(shift));
}

/// How many bytes a head has whose first two are these, without a mask.
std::size_t head_bytes(unsigned second) {
  const unsigned length = second & length_bits;
  if (length == length_of_64_bits) return 10;
  return length == length_of_16_bits ? 4 : 2;
}

bool is_known(unsigned opcode) { return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xa); }

/// Codes that may be in a frame (RFC 6455, 7.4): others stand for what none was sent of.
bool may_be_sent(std::uint16_t code) {
  constexpr std::uint16_t first = 1000;
  constexpr std::uint16_t last = 4999;
  return code >= first && code <= last && code != 1004 && code != 1005 && code != 1006 &&
         code != 1015;
}

}  // namespace

void append_websocket_frame(std::string& out, websocket_opcode opcode, std::string_view payload,
                            std::array<char, 4> mask) {
  out += static_cast<char>(final_bit | static_cast<unsigned>(opcode));
  if (payload.size() < length_of_16_bits) {
    out += static_cast<char>(mask_bit | payload.size());
  } else if (payload.size() <= length_16_max) {
    out += static_cast<char>(mask_bit | length_of_16_bits);
    append_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(mask_bit | length_of_64_bits);
    append_big_endian(out, payload.size(), 8);
  }
  out.append(mask.data(), mask.size());
  for (std::size_t i = 0; i < payload.size(); ++i)
    out += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
}

std::string websocket_close_payload(std::uint16_t code) {
  std::string payload;
  append_big_endian(payload, code, 2);
  return payload;
}

std::string_view to_string(websocket_flaw value) {
  switch (value) {
    case websocket_flaw::none:
      return {};
    case websocket_flaw::reserved_bits:
      return "a reserved bit is set, and no extension was agreed on";
    case websocket_flaw::reserved_opcode:
      return "a reserved opcode";
    case websocket_flaw::masked:
      return "a masked frame";
    case websocket_flaw::length:
      return "a length of 2^63 or more, or in more bytes than it takes";
    case websocket_flaw::message_too_long:
      return "a message that is too long";
    case websocket_flaw::control_too_long:
      return "a control frame of more than 125 bytes";
    case websocket_flaw::control_in_fragments:
      return "a control frame in fragments";
    case websocket_flaw::too_many_frames:
      return "too many frames";
    case websocket_flaw::no_beginning:
      return "a fragment of a message that has not begun";
    case websocket_flaw::no_end:
      return "a message begins before the last has ended";
    case websocket_flaw::not_utf8:
      return "text that is not UTF-8";
    case websocket_flaw::close_payload:
      return "a close frame with a status code that is none";
  }
  return {};
}

websocket_reader::event websocket_reader::fail(websocket_flaw why) {
  why_ = why;
  is_over_ = true;
  return event::error;
}

websocket_reader::event websocket_reader::feed(std::string_view& bytes) {
  if (is_over_) return why_ == websocket_flaw::none ? event::close : event::error;
  for (;;) {
    if (!in_payload_) {
      if (const event what = take_head(bytes); what == event::error || !in_payload_) return what;
    }
    const std::string_view piece = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
    (is_control() ? control_ : message_) += piece;
    bytes.remove_prefix(piece.size());
    left_ -= piece.size();
    if (left_ > 0) return event::need_more;
    in_payload_ = false;
    if (const event what = end_frame(); what != event::need_more) return what;
  }
}

/// Goes on to the payload once the head is whole.
websocket_reader::event websocket_reader::take_head(std::string_view& bytes) {
  const auto take = [&](std::size_t size) {
    const std::string_view piece = bytes.substr(0, size - std::min(size, head_.size()));
    head_ += piece;
    bytes.remove_prefix(piece.size());
    return head_.size() >= size;
  };
  constexpr std::size_t least = 2;
  if (!take(least) || !take(head_bytes(read_u8(as_octets(head_), 1)))) return event::need_more;
  if (const websocket_flaw flaw = flaw_of_head(); flaw != websocket_flaw::none) return fail(flaw);
  head_.clear();
  in_payload_ = true;
  return event::need_more;
}

/// Reads the head, and says what is wrong with it.
websocket_flaw websocket_reader::flaw_of_head() {
  const auto head = as_octets(head_);
  const unsigned first = read_u8(head, 0);
  const unsigned second = read_u8(head, 1);
  if (++frames_ > frames_max) return websocket_flaw::too_many_frames;
  if ((first & reserved_bits) != 0) return websocket_flaw::reserved_bits;
  if (!is_known(first & opcode_bits)) return websocket_flaw::reserved_opcode;
  if ((second & mask_bit) != 0) return websocket_flaw::masked;
  opcode_ = static_cast<websocket_opcode>(first & opcode_bits);
  is_final_ = (first & final_bit) != 0;
  left_ = second & length_bits;
  if (head_.size() > 2) {
    const bool is_long = head_.size() > 4;
    left_ = is_long ? read_u64(head, 2) : read_u16(head, 2);
    const bool is_too_wide = is_long ? left_ <= length_16_max : left_ < length_of_16_bits;
    if (is_too_wide || left_ >> 63U != 0) return websocket_flaw::length;
  }
  if (is_control()) {
    control_.clear();
    if (left_ > websocket_control_bytes_max) return websocket_flaw::control_too_long;
    return is_final_ ? websocket_flaw::none : websocket_flaw::control_in_fragments;
  }
  const bool goes_on = opcode_ == websocket_opcode::continuation;
  if (goes_on != in_message_)
    return goes_on ? websocket_flaw::no_beginning : websocket_flaw::no_end;
  if (!goes_on) {
    message_.clear();
    is_text_ = opcode_ == websocket_opcode::text;
  }
  in_message_ = true;
  const bool fits = left_ <= message_bytes_max_ - message_.size();
  return fits ? websocket_flaw::none : websocket_flaw::message_too_long;
}

websocket_reader::event websocket_reader::end_frame() {
  switch (opcode_) {
    case websocket_opcode::ping:
      payload_ = control_;
      return event::ping;
    case websocket_opcode::pong:
      payload_ = control_;
      return event::pong;
    case websocket_opcode::close:
      return end_close();
    default:
      break;
  }
  if (!is_final_) return event::need_more;
  in_message_ = false;
  if (is_text_ && !is_utf8(message_)) return fail(websocket_flaw::not_utf8);
  payload_ = std::move(message_);
  message_.clear();
  return event::message;
}

websocket_reader::event websocket_reader::end_close() {
  constexpr std::size_t code_bytes = 2;
  if (control_.size() >= code_bytes) {
    const std::uint16_t code = read_u16(as_octets(control_), 0);
    if (!may_be_sent(code)) return fail(websocket_flaw::close_payload);
    close_code_ = code;
    close_reason_ = control_.substr(code_bytes);
    if (!is_utf8(close_reason_)) return fail(websocket_flaw::not_utf8);
  } else if (!control_.empty()) {
    return fail(websocket_flaw::close_payload);
  }
  is_over_ = true;
  return event::close;
}

}  // namespace muster::codec
