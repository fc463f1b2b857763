#include "probe/talk/talk_unit.hpp"

#include <algorithm>

namespace muster {
namespace {

using state = talk_unit::state;

constexpr std::size_t message_head_bytes = 4;

std::size_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

/// A unit of known size, whose content begins after `head`.
talk_unit sized(std::string_view unread, std::size_t bytes, std::size_t head) {
  if (unread.size() < bytes) return {state::need_more, bytes, {}};
  return {state::whole, bytes, unread.substr(head, bytes - head)};
}

talk_unit next_line(std::string_view unread, std::size_t scanned) {
  const std::size_t end = unread.find('\n', scanned);
  if (end == std::string_view::npos) return {state::need_more, unread.size() + 1, {}};
  std::string_view line = unread.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return {state::whole, end + 1, line};
}

/// X.690, 8.1: a tag of one byte, and a length of one byte or of up to four that follow it. Others
/// no message of LDAP has (RFC 4511, 5.1).
talk_unit next_ber(std::string_view unread) {
  constexpr std::size_t long_tag = 0x1f;
  constexpr std::size_t long_length = 0x80;
  constexpr std::size_t length_bytes_max = 4;
  if (unread.size() < 2) return {state::need_more, 2, {}};
  if ((byte_at(unread, 0) & long_tag) == long_tag) return {state::broken, 2, {}};
  std::size_t length = byte_at(unread, 1);
  if (length < long_length) return sized(unread, 2 + length, 0);
  const std::size_t length_bytes = length - long_length;
  if (length_bytes == 0 || length_bytes > length_bytes_max) return {state::broken, 2, {}};
  if (unread.size() < 2 + length_bytes) return {state::need_more, 2 + length_bytes, {}};
  length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i)
    length = length << 8U | byte_at(unread, 2 + i);
  return sized(unread, 2 + length_bytes + length, 0);
}

/// Three bytes of length, the lowest first, and a number; then the payload.
talk_unit next_mysql(std::string_view unread) {
  constexpr std::size_t head = 4;
  if (unread.size() < head) return {state::need_more, head, {}};
  const std::size_t length =
      byte_at(unread, 0) | byte_at(unread, 1) << 8U | byte_at(unread, 2) << 16U;
  return sized(unread, head + length, head);
}

/// Four bytes of length, the highest first; then the message.
talk_unit next_message(std::string_view unread) {
  if (unread.size() < message_head_bytes) return {state::need_more, message_head_bytes, {}};
  std::size_t length = 0;
  for (std::size_t i = 0; i < message_head_bytes; ++i)
    length = length << 8U | byte_at(unread, i);
  return sized(unread, message_head_bytes + length, message_head_bytes);
}

}  // namespace

std::string message_unit(std::string_view message) {
  std::string unit;
  unit.reserve(message_head_bytes + message.size());
  for (std::size_t i = message_head_bytes; i > 0; --i)
    unit += static_cast<char>(message.size() >> 8U * (i - 1));
  return unit.append(message);
}

talk_unit next_unit(const talk_step& step, std::string_view unread, std::size_t scanned) {
  switch (step.what) {
    case talk_step::action::expect_bytes:
      return sized(unread, step.bytes, 0);
    case talk_step::action::expect_ber:
      return next_ber(unread);
    case talk_step::action::expect_mysql:
      return next_mysql(unread);
    case talk_step::action::expect_message:
      return next_message(unread);
    default:
      return next_line(unread, scanned);
  }
}

}  // namespace muster
