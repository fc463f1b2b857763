#include "targets/json_record.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using muster::parse_json_record;

namespace {

/// The members as `name=value`, those without a plain value as `name!`.
std::string read(std::string_view line) {
  const auto members = parse_json_record(line);
  INFO(line);
  if (!members) return "error: " + members.error().message;
  std::string text;
  for (const auto& member : *members) {
    text += member.name + (member.is_plain ? "=" + member.value : "!") + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("texts and numbers are members' values, numbers as they are written") {
  CHECK(read(R"({"ip":"10.0.0.1","port":80,"timeout":2.50,"n":-1e3})") ==
        "ip=10.0.0.1 port=80 timeout=2.50 n=-1e3 ");
  CHECK(read(R"(  { "a" : "\u0041\n\"" }  )") == "a=A\n\" ");
  CHECK(read("{}") == "");
}

TEST_CASE("true and false are members' values as words, and told from texts") {
  CHECK(read(R"({"a":true,"b":false,"c":"true"})") == "a=true b=false c=true ");
  const auto members = parse_json_record(R"({"a":true,"b":[true],"c":"true"})");
  REQUIRE(members);
  CHECK((*members)[0].is_boolean);
  CHECK_FALSE((*members)[1].is_boolean);
  CHECK_FALSE((*members)[2].is_boolean);
}

TEST_CASE("null counts as absent, and an array or an object has no value") {
  CHECK(read(R"({"a":null,"b":1})") == "b=1 ");
  CHECK(read(R"({"a":true,"b":[1,{"c":null}],"d":{"e":"f"},"g":"h"})") == "a=true b! d! g=h ");
}

TEST_CASE("what is not one JSON object is refused, with the place") {
  CHECK_THAT(read("[1]"), ContainsSubstring("JSON object"));
  CHECK_THAT(read("\"text\""), ContainsSubstring("JSON object"));
  CHECK_THAT(read("3"), ContainsSubstring("JSON object"));
  CHECK_THAT(read("null"), ContainsSubstring("JSON object"));
  CHECK_THAT(read(R"({"a":1} {"b":2})"), ContainsSubstring("character 9"));
  CHECK_THAT(read(R"({"a":1)"), ContainsSubstring("character 7"));
  CHECK_THAT(read(R"({"a":'b'})"), ContainsSubstring("character 6"));
  CHECK_THAT(read("{\"a\":\"\xff\"}"), ContainsSubstring("not JSON at character"));
  // Text that breaks off within a character, of each length, is not read past its end.
  for (const char* cut : {"\xc3", "\xe2", "\xe2\x82", "\xf0", "\xf0\x9f", "\xf0\x9f\x98"}) {
    const std::string text = std::string{"{\"a\":\""} + cut;
    const std::vector<char> bytes(text.begin(), text.end());  // no NUL behind it
    CHECK_THAT(read({bytes.data(), bytes.size()}), ContainsSubstring("not JSON at character"));
  }
  CHECK_THAT(read(std::string_view{"{}\0{", 4}), ContainsSubstring("NUL"));
  CHECK_THAT(read(""), ContainsSubstring("not JSON at character 1"));
}

TEST_CASE("nesting and the number of members are bounded") {
  const std::size_t inner = muster::json_depth_max - 1;
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(read(nested(inner)) == "a! ");
  CHECK_THAT(read(nested(inner + 1)), ContainsSubstring("nested more than 16 deep"));
  CHECK_THAT(read(R"({"a":)" + std::string(100'000, '[')), ContainsSubstring("nested"));
  std::string many = "{";
  for (std::size_t i = 0; i <= muster::json_members_max; ++i)
    many += (i ? ",\"" : "\"") + std::to_string(i) + "\":1";
  CHECK_THAT(read(many + "}"), ContainsSubstring("256 members"));
}
