#include "probe/udp/payload_text.hpp"

#include "core/ascii.hpp"
#include "muster/probe/udp.hpp"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::array<std::pair<char, char>, 5> letters{
    {{'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'0', '\0'}, {'\\', '\\'}}};

/// Takes an escape, without its backslash, from the beginning of `text`; nothing if it is none.
std::optional<char> take_escape(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const char kind = text.front();
  text.remove_prefix(1);
  for (const auto& [letter, byte] : letters) {
    if (kind == letter) return byte;
  }
  if (kind != 'x' || text.size() < 2) return std::nullopt;
  const int high = hex_value(text[0]);
  const int low = hex_value(text[1]);
  if (high < 0 || low < 0) return std::nullopt;
  text.remove_prefix(2);
  return static_cast<char>(high * 16 + low);
}

}  // namespace

parsed<std::string> parse_payload(std::string_view text) {
  std::string bytes;
  for (std::string_view rest = text; !rest.empty();) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\') {
      bytes += c;
    } else if (const auto byte = take_escape(rest)) {
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
