#include "sink/json_text.hpp"

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

/// RapidJSON's output stream concept over a std::string. JSON allows DEL and the C1 controls
/// (U+0080 to U+009F, in UTF-8 C2 80 to C2 9F) to stand raw, but terminals obey some of them.
struct string_stream {
  using Ch = char;
  std::string& out;

  void Put(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0x7f) {
      out += "\\u007f";
    } else if (byte >= 0x80 && byte <= 0x9f && out.back() == '\xc2') {
      // C2 is only ever a first byte in UTF-8, so these two are a C1 control.
      constexpr std::string_view digits = "0123456789abcdef";
      out.pop_back();
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 0xf];
    } else {
      out += c;
    }
  }
  void Flush() {}
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
