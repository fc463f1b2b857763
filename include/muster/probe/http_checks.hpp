#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace re2 {
class RE2;
}

namespace muster {

/// What a whole HTTP answer is held against besides its status code. One that fails makes it a
/// `mismatch`.
struct http_checks {
  /// An expression (RE2, on bytes) that is to match somewhere, or nowhere.
  struct body_rule {
    std::shared_ptr<const re2::RE2> pattern = {};
    bool is_wanted = true;
    std::string written = {};  ///< The option, for people.
  };
  /// The same of the value of a header: of one of them, where there are several of its name; of
  /// none, where it is not wanted. A header that is not there has no value.
  struct header_rule {
    std::string name = {};
    std::shared_ptr<const re2::RE2> pattern = {};
    bool is_wanted = true;
    std::string written = {};
  };
  /// What a JSON pointer (RFC 6901) leads to in the body.
  struct json_rule {
    std::string pointer = {};
    bool has_value = false;  ///< Else anything will do that is there.
    std::string value = {};  ///< JSON, or the text of a string.
    std::string written = {};
  };

  /// What the URL that was asked last is to match somewhere (RE2); null for any.
  std::shared_ptr<const re2::RE2> url = {};
  std::string url_written = {};  ///< The option, for people.
  std::vector<header_rule> headers;
  std::vector<body_rule> body;
  std::vector<json_rule> json;
  std::vector<std::string> versions;  ///< Of the response, such as "1.1"; any if empty.
  /// Bytes of body, its codings undone.
  std::uint64_t body_bytes_min = 0;
  std::uint64_t body_bytes_max = std::numeric_limits<std::uint64_t>::max();

  bool needs_body() const { return !body.empty() || !json.empty(); }
  bool needs_headers() const { return !headers.empty(); }
};

}  // namespace muster
