#include "sink/json_text.hpp"

#include "core/deceptive.hpp"
#include "muster/printable.hpp"

#include <cstdint>
#include <cstring>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>

namespace muster {

namespace {

/// Appends one UTF-16 code unit as `\uNNNN`.
void append_escape(std::string& out, char32_t unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += digits[(unit >> shift) & 0xf];
}

/// RapidJSON's output stream concept over a std::string. JSON allows DEL, the C1 controls and every
/// invisible character to stand raw, but terminals obey some of them, and people don't see the
/// others: each becomes its escape as soon as its last byte is there.
class string_stream {
 public:
  using Ch = char;
  explicit string_stream(std::string& out) : out_{out} {}

  // NOLINTNEXTLINE(readability-identifier-naming): RapidJSON calls it so.
  void Put(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0x7f) return append_escape(out_, byte);
    out_ += c;
    if (byte < 0x80) return;
    if (byte >= 0xc0) {
      // What is written is valid UTF-8, so the first byte says how many follow.
      missing_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      code_point_ = byte & (0x3fU >> missing_);
      bytes_ = missing_ + 1;
      return;
    }
    code_point_ = code_point_ << 6 | (byte & 0x3fU);
    if (--missing_ == 0 && is_deceptive(code_point_)) escape();
  }
  // NOLINTNEXTLINE(readability-identifier-naming): RapidJSON calls it so.
  void Flush() {}

 private:
  void escape() {
    out_.resize(out_.size() - bytes_);
    if (code_point_ < 0x10000) return append_escape(out_, code_point_);
    const char32_t above = code_point_ - 0x10000;
    append_escape(out_, 0xd800 + (above >> 10));
    append_escape(out_, 0xdc00 + (above & 0x3ff));
  }

  std::string& out_;
  char32_t code_point_ = 0;  // of the character at hand, as far as it has come
  unsigned missing_ = 0;     // bytes of it
  unsigned bytes_ = 0;       // of it in all
};

/// Hands on what the parser meets, with numbers as they are written.
class copying_handler : public rapidjson::Writer<string_stream> {
 public:
  using rapidjson::Writer<string_stream>::Writer;
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return RawValue(text, size, rapidjson::kNumberType);
  }
};

constexpr std::uint64_t each_byte(unsigned char value) { return value * 0x0101'0101'0101'0101ULL; }

/// Not 0 if any of the eight bytes is 0.
constexpr std::uint64_t find_zero(std::uint64_t bytes) {
  return (bytes - each_byte(1)) & ~bytes & each_byte(0x80);
}

/// Not 0 if any of the eight bytes is a control character, not ASCII, a quote or a backslash.
constexpr std::uint64_t find_special(std::uint64_t bytes) {
  return ((bytes - each_byte(' ')) & ~bytes & each_byte(0x80)) | (bytes & each_byte(0x80)) |
         find_zero(bytes ^ each_byte(0x7f)) | find_zero(bytes ^ each_byte('"')) |
         find_zero(bytes ^ each_byte('\\'));
}

}  // namespace

bool is_plain_json(std::string_view text) {
  std::uint64_t special = 0;
  std::uint64_t bytes = 0;
  for (; text.size() >= sizeof bytes; text.remove_prefix(sizeof bytes)) {
    std::memcpy(&bytes, text.data(), sizeof bytes);
    special |= find_special(bytes);
  }
  bytes = each_byte(' ');
  std::memcpy(&bytes, text.data(), text.size());
  return (special | find_special(bytes)) == 0;
}

void append_json_string(std::string& out, std::string_view text, std::size_t bytes_max) {
  std::string valid;
  append_valid_utf8(valid, text, bytes_max);
  string_stream stream{out};
  rapidjson::Writer<string_stream> writer{stream};
  writer.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
}

std::string append_json_value(std::string& out, std::string_view text) {
  constexpr unsigned flags = rapidjson::kParseIterativeFlag |
                             rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  std::string copy;
  string_stream stream{copy};
  copying_handler handler{stream};
  rapidjson::MemoryStream source{text.data(), text.size()};
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<flags>(source, handler);
  if (result.IsError()) {
    std::string why = rapidjson::GetParseError_En(result.Code());
    if (why.ends_with('.')) why.pop_back();
    return fmt::format("not JSON at character {}: {}", result.Offset() + 1, why);
  }
  out += copy;
  return {};
}

}  // namespace muster
