#include "codec/dns_answer.hpp"

#include "codec/dns_wire.hpp"
#include "codec/wire.hpp"
#include "core/ascii.hpp"

namespace muster::codec {
namespace {

/// Reads the name and the type of the question; false if they can't be read.
bool read_question(std::span<const std::byte> message, dns_remark& into) {
  for (std::size_t at = dns_wire::header_bytes; at < message.size();) {
    const std::size_t label_bytes = read_u8(message, at++);
    if (label_bytes == 0) {
      if (into.name.empty() || message.size() - at < dns_wire::question_tail_bytes) return false;
      into.type = read_u16(message, at);
      return true;
    }
    if (label_bytes > dns_wire::label_bytes_max || message.size() - at < label_bytes) return false;
    if (!into.name.empty()) into.name += '.';
    for (const std::byte letter : message.subspan(at, label_bytes))
      into.name += to_lower(static_cast<char>(letter));
    if (into.name.size() > dns_wire::name_bytes_max) return false;
    at += label_bytes;
  }
  return false;
}

}  // namespace

bool may_be_dns_answer(std::span<const std::byte> message) {
  return message.size() >= dns_wire::header_bytes &&
         (read_u16(message, 2) & dns_wire::response_bit) != 0 && read_u16(message, 4) <= 1;
}

std::optional<dns_remark> remark_on(std::span<const std::byte> message) {
  if (!may_be_dns_answer(message)) return std::nullopt;
  const std::uint16_t flags = read_u16(message, 2);
  dns_remark remark;
  remark.truncated = (flags & dns_wire::truncated_bit) != 0;
  remark.rcode = flags & dns_wire::rcode_bits;
  const bool failed = remark.rcode != 0 && remark.rcode != rcode_no_such_name;
  if (!remark.truncated && !failed) return std::nullopt;
  if (read_u16(message, 4) != 1 || !read_question(message, remark)) return std::nullopt;
  return remark;
}

}  // namespace muster::codec
