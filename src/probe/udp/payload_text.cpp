#include "probe/udp/payload_text.hpp"

#include "core/byte_escape.hpp"
#include "muster/probe/udp.hpp"

#include <fmt/format.h>

namespace muster {
parsed<std::string> parse_payload(std::string_view text) {
  std::string bytes;
  for (std::string_view rest = text; !rest.empty();) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\') {
      bytes += c;
    } else if (const auto byte = take_byte_escape(rest)) {
      bytes += *byte;
    } else {
      return parse_error{fmt::format(
          "'{}' has an escape that is none; write \\x and two digits, \\r, \\n, \\t, \\0 or \\\\",
          excerpt(text))};
    }
  }
  if (bytes.size() <= udp_spec::payload_bytes_max) return bytes;
  return parse_error{fmt::format("{} bytes are too many for a datagram; the most is {}",
                                 bytes.size(), udp_spec::payload_bytes_max)};
}

std::string payload_text(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c == '\\') {
      text += "\\\\";
    } else if (c >= 0x20 && c < 0x7f) {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

}  // namespace muster
