#include "probe/http/http_judge.hpp"

#include "codec/response_headers.hpp"
#include "core/ascii.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

#include <re2/re2.h>

namespace muster {
namespace {

bool matches(const re2::RE2& pattern, std::string_view text) {
  return re2::RE2::PartialMatch({text.data(), text.size()}, pattern);
}

bool is_met(const http_checks::header_rule& rule, std::string_view lines) {
  bool found = false;
  codec::for_each_header(lines, [&](std::string_view name, std::string_view value) {
    found = equal_ignoring_case(name, rule.name) && matches(*rule.pattern, value);
    return !found;
  });
  return found == rule.is_wanted;
}

/// Nested as deep as it likes: without recursion it takes no more than its own memory.
rapidjson::Document parsed_json(std::string_view text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  return document;
}

bool is_met(const http_checks::json_rule& rule, const rapidjson::Document& document) {
  if (document.HasParseError()) return false;
  const rapidjson::Pointer pointer{rule.pointer.data(), rule.pointer.size()};
  const rapidjson::Value* const found = pointer.Get(document);
  if (!found || !rule.has_value) return found != nullptr;
  if (found->IsString() &&
      std::string_view{found->GetString(), found->GetStringLength()} == rule.value) {
    return true;
  }
  const rapidjson::Document value = parsed_json(rule.value);
  return !value.HasParseError() && *found == value;
}

}  // namespace

failed_check judge(const http_checks& checks, const judged_answer& answer) {
  if (checks.url && !matches(*checks.url, answer.url)) {
    return {reason::url_not_expected, checks.url_written};
  }
  const auto& versions = checks.versions;
  if (!versions.empty() && std::ranges::find(versions, answer.version) == versions.end()) {
    return {reason::version_not_expected, fmt::format("--expect-version {}", versions.front())};
  }
  if (answer.body_bytes < checks.body_bytes_min || answer.body_bytes > checks.body_bytes_max) {
    return {reason::size_not_expected, fmt::format("{} B", answer.body_bytes)};
  }
  for (const auto& rule : checks.headers) {
    if (!is_met(rule, answer.header_lines)) return {reason::header_not_expected, rule.written};
  }
  for (const auto& rule : checks.body) {
    if (matches(*rule.pattern, answer.body) != rule.is_wanted) {
      return {reason::body_not_expected, rule.written};
    }
  }
  if (checks.json.empty()) return {};
  const rapidjson::Document document = parsed_json(answer.body);
  for (const auto& rule : checks.json) {
    if (!is_met(rule, document)) return {reason::json_not_expected, rule.written};
  }
  return {};
}

}  // namespace muster
