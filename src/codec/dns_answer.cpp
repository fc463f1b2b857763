#include "codec/dns_answer.hpp"

#include "codec/ascii.hpp"
#include "codec/wire.hpp"

#include <cstdint>

namespace muster::codec {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr std::size_t question_tail_bytes = 4;  // type and class
constexpr std::size_t name_bytes_max = 255;
constexpr std::size_t label_bytes_max = 63;  // larger values point to another name
constexpr std::uint16_t response_bit = 0x8000;
constexpr std::uint16_t truncated_bit = 0x0200;

}  // namespace

std::optional<std::string> name_of_truncated_answer(std::span<const std::byte> message) {
  if (message.size() < header_bytes) return std::nullopt;
  const std::uint16_t flags = read_u16(message, 2);
  if ((flags & response_bit) == 0 || (flags & truncated_bit) == 0) return std::nullopt;
  if (read_u16(message, 4) != 1) return std::nullopt;
  std::string name;
  for (std::size_t at = header_bytes; at < message.size();) {
    const std::size_t label_bytes = read_u8(message, at++);
    if (label_bytes == 0) {
      if (name.empty() || message.size() - at < question_tail_bytes) return std::nullopt;
      return name;
    }
    if (label_bytes > label_bytes_max || message.size() - at < label_bytes) return std::nullopt;
    if (!name.empty()) name += '.';
    for (const std::byte letter : message.subspan(at, label_bytes))
      name += to_lower(static_cast<char>(letter));
    if (name.size() > name_bytes_max) return std::nullopt;
    at += label_bytes;
  }
  return std::nullopt;
}

}  // namespace muster::codec
