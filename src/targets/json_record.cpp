// Strategy: RapidJSON's parser calls a handler that keeps the members of the outermost object and
// counts how deep it is. The handler stops the parser before that would recurse too deep.
#include "targets/json_record.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

namespace muster {
namespace {

constexpr std::size_t utf8_bytes_max = 4;

class record_handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, record_handler> {
 public:
  std::vector<json_member> members;
  std::string wrong;  ///< Why the handler stopped the parser.

  bool Bool(bool value) {
    if (is_member()) members.back().is_boolean = true;
    const std::string_view word = value ? "true" : "false";
    return String(word.data(), static_cast<rapidjson::SizeType>(word.size()), true);
  }
  bool Null() {
    if (is_member()) members.pop_back();
    return in_object();
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (is_member()) members.back().value.assign(text, size);
    return in_object();
  }
  // Numbers come as text, so that none is rounded.
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) {
    return String(text, size, copy);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ > 1) return true;
    if (members.size() == json_members_max) {
      return stop(fmt::format("more than {} members", json_members_max));
    }
    members.push_back({std::string(text, size), {}});
    return true;
  }
  bool StartObject() { return depth_ == 0 ? deeper() : not_plain() && deeper(); }
  bool EndObject(rapidjson::SizeType) { return shallower(); }
  bool StartArray() { return not_plain() && deeper(); }
  bool EndArray(rapidjson::SizeType) { return shallower(); }

 private:
  bool is_member() const { return depth_ == 1; }
  bool stop(std::string why) {
    wrong = std::move(why);
    return false;
  }
  bool in_object() { return depth_ > 0 || stop("a record is a JSON object, in braces"); }
  bool not_plain() {
    if (is_member()) members.back().is_plain = false;
    return in_object();
  }
  bool deeper() {
    return ++depth_ <= json_depth_max ||
           stop(fmt::format("nested more than {} deep", json_depth_max));
  }
  bool shallower() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
};

}  // namespace

parsed<std::vector<json_member>> parse_json_record(std::string_view line) {
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  // In place, as the parser's own stack computes with a null pointer while it is empty. A NUL would
  // end the text, and nobody would see what follows it.
  if (line.find('\0') != line.npos) return parse_error{"a NUL byte has no place in JSON"};
  std::string copy{line};
  // Of a character that breaks off, the parser takes all bytes before it looks at the first.
  copy.append(utf8_bytes_max, '\0');
  rapidjson::InsituStringStream text{copy.data()};
  record_handler handler;
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<flags>(text, handler);
  if (!result.IsError()) return std::move(handler.members);
  if (!handler.wrong.empty()) return parse_error{std::move(handler.wrong)};
  std::string why = rapidjson::GetParseError_En(result.Code());
  if (why.ends_with('.')) why.pop_back();
  const std::size_t offset = std::min(result.Offset(), line.size());
  return parse_error{fmt::format("not JSON at character {}: {}", offset + 1, why)};
}

}  // namespace muster
