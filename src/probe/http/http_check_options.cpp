#include "probe/http/http_check_options.hpp"

#include "codec/http_request.hpp"
#include "core/ascii.hpp"
#include "core/byte_count.hpp"
#include "muster/probe/http.hpp"
#include "probe/pattern_option.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/pointer.h>

namespace muster {
namespace {

std::string read_url_rule(http_spec& spec, const std::string& text) {
  spec.checks.url_written = "--expect-url " + text;
  return read_pattern(spec.checks.url, text);
}

auto reading_body_rule(std::string name, bool is_wanted) {
  return reading<http_spec>(
      [name = std::move(name), is_wanted](http_spec& spec, const std::string& text) {
        http_checks::body_rule rule{.is_wanted = is_wanted, .written = name + ' ' + text};
        std::string wrong = read_pattern(rule.pattern, text);
        if (wrong.empty()) spec.checks.body.push_back(std::move(rule));
        return wrong;
      });
}

auto reading_header_rule(std::string name, bool is_wanted) {
  return reading<http_spec>([name = std::move(name), is_wanted](
                                http_spec& spec, const std::string& text) -> std::string {
    const std::size_t colon = std::min(text.find(':'), text.size());
    http_checks::header_rule rule{
        .name = text.substr(0, colon), .is_wanted = is_wanted, .written = name + ' ' + text};
    if (!codec::is_http_token(rule.name)) {
      return fmt::format("'{}' does not begin with the name of a header: write 'Name: REGEX'",
                         excerpt(text));
    }
    const std::string_view pattern =
        colon < text.size() ? trim(std::string_view{text}.substr(colon + 1)) : std::string_view{};
    std::string wrong = read_pattern(rule.pattern, std::string{pattern});
    if (wrong.empty()) spec.checks.headers.push_back(std::move(rule));
    return wrong;
  });
}

std::string read_json_rule(http_spec& spec, const std::string& text) {
  http_checks::json_rule rule{.written = "--expect-json " + text};
  const std::size_t equals = std::min(text.find('='), text.size());
  rule.pointer = text.substr(0, equals);
  rule.has_value = equals < text.size();
  if (rule.has_value) rule.value = text.substr(equals + 1);
  const rapidjson::Pointer pointer{rule.pointer.data(), rule.pointer.size()};
  if (!pointer.IsValid()) {
    return fmt::format("'{}' does not begin with a JSON pointer: write /status=ok or /items/0",
                       excerpt(text));
  }
  spec.checks.json.push_back(std::move(rule));
  return {};
}

std::string read_versions(http_spec& spec, const std::string& text) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view one = trim(std::string_view{text}.substr(at, comma - at));
    if (one != "1.0" && one != "1.1" && one != "2") {
      return fmt::format("'{}' is no version that can be spoken here: 1.0, 1.1 or 2", excerpt(one));
    }
    spec.checks.versions.emplace_back(one);
    at = comma + 1;
  }
  return {};
}

/// `MIN-MAX`, `MIN-` or `-MAX`, in bytes; a number alone is both.
std::string read_size(http_spec& spec, const std::string& text) {
  const std::size_t dash = text.find('-');
  const std::string least = text.substr(0, dash);
  const std::string most = dash == text.npos ? text : text.substr(dash + 1);
  if (!least.empty()) {
    const auto size = parse_bytes(least);
    if (!size) return size.error().message;
    spec.checks.body_bytes_min = *size;
  }
  if (!most.empty()) {
    const auto size = parse_bytes(most);
    if (!size) return size.error().message;
    spec.checks.body_bytes_max = *size;
  }
  if (spec.checks.body_bytes_min > spec.checks.body_bytes_max || text == "-") {
    return fmt::format("'{}' is no range: write MIN-MAX, MIN- or -MAX", excerpt(text));
  }
  return {};
}

}  // namespace

std::vector<spec_option> http_check_options() {
  return {
      {.names = "--expect-url",
       .form = "REGEX",
       .help = "The URL that is asked last, after redirects, has to match (RE2)",
       .read = reading<http_spec>(read_url_rule),
       .column = "expect_url"},
      {.names = "--expect-body",
       .form = "REGEX",
       .help = "The body has to match somewhere (RE2); repeatable",
       .read = reading_body_rule("--expect-body", true),
       .repeats = true},
      {.names = "--reject-body",
       .form = "REGEX",
       .help = "The body must match nowhere; repeatable",
       .read = reading_body_rule("--reject-body", false),
       .repeats = true},
      {.names = "--expect-header",
       .form = "NAME:REGEX",
       .help = "There has to be such a header whose value matches; repeatable",
       .read = reading_header_rule("--expect-header", true),
       .repeats = true},
      {.names = "--reject-header",
       .form = "NAME:REGEX",
       .help = "There must be none; repeatable",
       .read = reading_header_rule("--reject-header", false),
       .repeats = true},
      {.names = "--expect-json",
       .form = "POINTER[=VALUE]",
       .help = "The body is JSON that has this: /status=ok, /items/0; repeatable",
       .read = reading<http_spec>(read_json_rule),
       .repeats = true},
      {.names = "--expect-version",
       .form = "VERSIONS",
       .help = "The answer's version of HTTP: 1.0, 1.1, 2 or several of them",
       .read = reading<http_spec>(read_versions)},
      {.names = "--expect-size",
       .form = "MIN-MAX",
       .help = "Bytes of the body, its codings undone; either end may be left out",
       .read = reading<http_spec>(read_size)},
  };
}

}  // namespace muster
