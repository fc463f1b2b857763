#pragma once

#include "core/parsed.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// One member of a JSON object.
struct json_member {
  std::string name;
  std::string value;        ///< A string's characters; a number or a boolean as it is written.
  bool is_plain = true;     ///< False for an array or an object, which have no value.
  bool is_boolean = false;  ///< The value is true or false, not a text that spells it.
};

/// Parses a line that holds one JSON object (RFC 8259), in UTF-8. Members whose value is null are
/// left out. The error says at which character.
parsed<std::vector<json_member>> parse_json_record(std::string_view line);

/// How deep arrays and objects may be nested, the record itself included.
constexpr std::size_t json_depth_max = 16;
constexpr std::size_t json_members_max = 256;

}  // namespace muster
