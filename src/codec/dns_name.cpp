// Strategy: a name's labels may be continued elsewhere in the message, and that elsewhere again.
// Each place has to lie before the one that was begun at last, so there is an end to it, and what
// is read is bounded by the longest name there is.
#include "codec/dns_name.hpp"

#include "codec/dns_wire.hpp"
#include "codec/wire.hpp"
#include "core/ascii.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muster::codec {
namespace {

constexpr unsigned pointer_bits = 0xc0;
constexpr unsigned place_bits = 0x3fff;

/// Appends a byte; what has a meaning of its own in `special` gets a backslash.
void append_escaped(std::string& out, std::byte byte, std::string_view special) {
  const char c = static_cast<char>(byte);
  if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) {
    out += fmt::format("\\{:03}", static_cast<unsigned>(byte));
    return;
  }
  if (special.find(c) != std::string_view::npos) out += '\\';
  out += c;
}

void append_label(std::string& text, std::span<const std::byte> label) {
  for (const std::byte byte : label) {
    if (byte == std::byte{' '}) {
      text += "\\032";  // a name has no quotes to be in
    } else {
      append_escaped(text, byte, ".\\\"();@$");
    }
  }
  text += '.';
}

/// Takes what stands after a backslash from the beginning of `text`; nothing if it is no escape.
std::optional<char> take_escape(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  if (!is_digit(text.front())) {
    const char c = text.front();
    text.remove_prefix(1);
    return c;
  }
  constexpr std::size_t digits = 3;
  if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), is_digit)) {
    return std::nullopt;
  }
  const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  if (value > 0xff) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<char>(value);
}

parse_error wrong(std::string_view text, std::string_view why) {
  return {fmt::format("'{}' is no name of the DNS: {}", excerpt(text), why)};
}

/// The name on the wire, label by label.
class wire_name {
 public:
  void add(char c) { label_ += c; }
  /// Says what is wrong with the label.
  std::string_view end_label() {
    if (label_.empty()) return "a label is empty";
    if (label_.size() > dns_wire::label_bytes_max) return "a label is longer than 63 bytes";
    bytes_ += static_cast<char>(label_.size());
    bytes_ += label_;
    label_.clear();
    // The root's empty label is to come.
    return bytes_.size() < dns_name_bytes_max ? "" : "it is longer than 255 bytes";
  }
  std::string take() { return std::move(bytes_) + '\0'; }

 private:
  std::string bytes_;
  std::string label_;
};

}  // namespace

parsed<std::string> parse_dns_name(std::string_view text) {
  wire_name name;
  if (text == ".") return name.take();
  if (text.empty()) return wrong(text, "it is empty; the root is a dot");
  for (std::string_view rest = text; !rest.empty();) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\\') {
      const auto byte = take_escape(rest);
      if (!byte) return wrong(text, "an escape is a backslash and a character, or three digits");
      name.add(*byte);
    } else if (c != '.') {
      name.add(c);
    }
    if (c == '.' || rest.empty()) {
      if (const auto why = name.end_label(); !why.empty()) return wrong(text, why);
    }
  }
  return name.take();
}

std::optional<std::size_t> read_dns_name(std::span<const std::byte> message, std::size_t at,
                                         std::string& text) {
  std::optional<std::size_t> end;  // once it was continued elsewhere
  const std::size_t text_before = text.size();
  std::size_t begun = at;
  std::size_t name_bytes = 1;  // the root's label
  while (at < message.size()) {
    const unsigned length = read_u8(message, at);
    if (length == 0) {
      if (text.size() == text_before) text += '.';
      return end ? *end : at + 1;
    }
    if ((length & pointer_bits) == pointer_bits) {
      if (message.size() - at < 2) return std::nullopt;
      const std::size_t place = read_u16(message, at) & place_bits;
      if (!end) end = at + 2;
      if (place >= begun || place < dns_wire::header_bytes) return std::nullopt;
      at = begun = place;
      continue;
    }
    name_bytes += 1 + length;
    if (length > dns_wire::label_bytes_max || name_bytes > dns_name_bytes_max) return std::nullopt;
    if (message.size() - at - 1 < length) return std::nullopt;
    append_label(text, message.subspan(at + 1, length));
    at += 1 + length;
  }
  return std::nullopt;
}

void append_dns_string(std::string& out, std::span<const std::byte> bytes) {
  out += '"';
  for (const std::byte byte : bytes)
    append_escaped(out, byte, "\\\"");
  out += '"';
}

}  // namespace muster::codec
