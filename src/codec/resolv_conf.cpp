#include "codec/resolv_conf.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace muster::codec {
namespace {

constexpr std::size_t name_bytes_max = 253;  // RFC 1035, 2.3.4, without the trailing dot
constexpr std::size_t label_bytes_max = 63;

bool begins_comment(char c) { return c == '#' || c == ';'; }

/// Takes the next word off the front of `text`; empty at its end or at a comment.
std::string_view next_word(std::string_view& text) {
  const auto begin = std::find_if_not(text.begin(), text.end(), is_line_space);
  const auto end = std::find_if(begin, text.end(), is_line_space);
  text = {end, text.end()};
  if (begin != end && begins_comment(*begin)) return text = {};
  return {begin, end};
}

void add_server(std::string_view word, resolv_conf& into) {
  // glibc ends the word here, white space or not.
  word = word.substr(0, word.find_first_of("#;"));
  const std::size_t percent = std::min(word.find('%'), word.size());
  const auto address = ip_address::parse(word.substr(0, percent));
  if (!address || into.servers.size() == resolv_conf::servers_max) return;
  if (percent < word.size() && address->is_v4()) return;
  into.servers.push_back({*address, std::string{word.substr(std::min(percent + 1, word.size()))}});
}

void add_domain(std::string_view word, resolv_conf& into) {
  if (into.search.size() == resolv_conf::search_max) return;
  if (word.starts_with('.')) word.remove_prefix(1);
  if (word.ends_with('.')) word.remove_suffix(1);
  std::string& domain = into.search.emplace_back(word);
  std::transform(domain.begin(), domain.end(), domain.begin(), to_lower);
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > name_bytes_max) return false;
  std::size_t label_bytes = 0;
  for (const char c : name) {
    if (c == '.' ? label_bytes == 0 : ++label_bytes > label_bytes_max) return false;
    if (c == '.') {
      label_bytes = 0;
    } else if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_') {
      return false;
    }
  }
  return label_bytes > 0;
}

}  // namespace

void set_search(std::string_view words, resolv_conf& into) {
  into.search.clear();
  into.has_search = true;
  for (auto word = next_word(words); !word.empty(); word = next_word(words))
    add_domain(word, into);
}

void add_options(std::string_view words, resolv_conf& into) {
  constexpr std::string_view dots = "ndots:";
  for (auto word = next_word(words); !word.empty(); word = next_word(words)) {
    if (word.starts_with(dots)) {
      // What is no number is none, as for atoi.
      unsigned value = 0;
      const auto digits = word.substr(dots.size());
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      const bool too_large = read.ec == std::errc::result_out_of_range;
      into.dots_min =
          too_large ? resolv_conf::dots_limit : std::min(value, resolv_conf::dots_limit);
    }
    into.rotate |= word == "rotate";
    into.use_tcp |= word == "use-vc";
    into.no_bare_name |= word == "no-tld-query";
  }
}

resolv_conf read_resolv_conf(std::string_view text) {
  resolv_conf conf;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    // A keyword begins its line.
    if (line.empty() || is_line_space(line.front())) continue;
    const std::string_view keyword = next_word(line);
    if (keyword == "nameserver") {
      add_server(next_word(line), conf);
    } else if (keyword == "search" || keyword == "domain") {
      std::string_view words = line;
      const std::string_view first = next_word(words);
      // A line that names nothing puts nothing in place of an earlier one.
      if (!first.empty()) set_search(keyword == "domain" ? first : line, conf);
    } else if (keyword == "options") {
      add_options(line, conf);
    }
  }
  return conf;
}

search_plan plan_search(std::string_view name, const resolv_conf& conf) {
  search_plan plan;
  if (name.ends_with('.')) {
    plan.names.emplace_back(name.substr(0, name.size() - 1));
    return plan;
  }
  const auto dots = static_cast<unsigned>(std::count(name.begin(), name.end(), '.'));
  plan.begins_with_itself = dots >= conf.dots_min;
  bool has_itself = plan.begins_with_itself;
  if (has_itself) plan.names.emplace_back(name);
  for (const std::string& domain : conf.search) {
    if (domain.empty()) {
      if (!has_itself) plan.names.emplace_back(name);
      has_itself = true;
      continue;
    }
    std::string full{name};
    full.append(1, '.').append(domain);
    if (is_name(full)) plan.names.push_back(std::move(full));
  }
  const bool wanted = dots > 0 || !conf.no_bare_name || plan.names.empty();
  if (!has_itself && wanted) plan.names.emplace_back(name);
  return plan;
}

}  // namespace muster::codec
