#include "probe/dns/dns_rules.hpp"

#include "core/ascii.hpp"
#include "probe/pattern_option.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include <re2/re2.h>

namespace muster {
namespace {

using quantifier = dns_rule::quantifier;
using section = dns_rule::section;

constexpr std::array quantifiers{std::pair{"some", quantifier::some},
                                 std::pair{"no", quantifier::no}, std::pair{"all", quantifier::all},
                                 std::pair{"not-all", quantifier::not_all}};
constexpr std::array sections{std::pair{"answer", section::answer},
                              std::pair{"authority", section::authority},
                              std::pair{"additional", section::additional}};

section place_of(codec::dns_section value) {
  switch (value) {
    case codec::dns_section::answer:
      return section::answer;
    case codec::dns_section::authority:
      return section::authority;
    case codec::dns_section::additional:
      return section::additional;
  }
  return {};
}

/// Takes one of some words, and the blanks after it, from the beginning of a text.
template <typename Words, typename Value>
bool take_word(std::string_view& text, const Words& words, Value& into) {
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  const auto place =
      std::ranges::find_if(words, [word](const auto& one) { return one.first == word; });
  if (place == words.end()) return false;
  into = place->second;
  text.remove_prefix(word.size());
  text = trim(text);
  return true;
}

}  // namespace

parsed<dns_rule> parse_dns_rule(const std::string& text) {
  dns_rule rule;
  std::string_view rest = trim(std::string_view{text});
  if (!take_word(rest, quantifiers, rule.which) || !take_word(rest, sections, rule.where) ||
      rest.empty()) {
    return parse_error{fmt::format(
        "'{}' is no rule; write some, no, all or not-all, then answer, authority or additional, "
        "and a regular expression",
        excerpt(text))};
  }
  if (std::string wrong = read_pattern(rule.pattern, std::string{rest}); !wrong.empty()) {
    return parse_error{std::move(wrong)};
  }
  rule.written = "--dns-expect " + text;
  return rule;
}

dns_rules::dns_rules(const dns_spec& spec) {
  const auto add = [this](quantifier which, const std::shared_ptr<const re2::RE2>& pattern,
                          std::string_view option) {
    if (!pattern) return;
    all_.push_back({.rule = {.where = section::answer,
                             .which = which,
                             .pattern = pattern,
                             .written = fmt::format("{} {}", option, pattern->pattern())}});
  };
  add(quantifier::some, spec.wanted, "--dns-answer");
  add(quantifier::no, spec.unwanted, "--dns-no-answer");
  for (const dns_rule& one : spec.rules)
    all_.push_back({.rule = one});
}

void dns_rules::see(codec::dns_section where, const std::string& data) {
  for (state& one : all_) {
    if (one.rule.where != place_of(where)) continue;
    ++one.seen;
    if (re2::RE2::PartialMatch(data, *one.rule.pattern)) ++one.matched;
  }
}

bool dns_rules::holds(const state& one) {
  switch (one.rule.which) {
    case quantifier::some:
      return one.matched > 0;
    case quantifier::no:
      return one.matched == 0;
    case quantifier::all:
      return one.seen > 0 && one.matched == one.seen;
    case quantifier::not_all:
      return one.seen == 0 || one.matched < one.seen;
  }
  return false;
}

std::string dns_rules::failed() const {
  const auto broken = std::ranges::find_if_not(all_, holds);
  return broken == all_.end() ? std::string{} : broken->rule.written;
}

}  // namespace muster
