#include "watch/config_node.hpp"

#include "core/nearest_word.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace muster {

std::string config_problem::text() const {
  if (line == 0) return fmt::format("{}: {}", file, what);
  if (column == 0) return fmt::format("{}:{}: {}", file, line, what);
  return fmt::format("{}:{}:{}: {}", file, line, column, what);
}

void config_file::add(const YAML::Mark& at, std::string what) {
  if (problems_.size() >= problems_max) return;
  config_problem problem{.file = name_, .what = std::move(what)};
  if (!at.is_null()) {
    problem.line = static_cast<std::size_t>(at.line) + 1;
    problem.column = static_cast<std::size_t>(at.column) + 1;
  }
  problems_.push_back(std::move(problem));
}

std::string config_node::text() const {
  if (is_scalar()) return node_.Scalar();
  complain("this has to be one value");
  return {};
}

void config_node::each(const std::function<void(const config_node&)>& use) const {
  if (is_empty()) return;
  if (!is_list()) return use(*this);
  for (const YAML::Node& one : node_)
    use({*file_, one});
}

void config_node::each_text(
    const std::function<void(const config_node&, const std::string&)>& use) const {
  each([&use](const config_node& one) {
    const std::string text = one.text();
    if (one.is_scalar()) use(one, text);
  });
}

std::vector<config_node::member> config_node::members() const {
  std::vector<member> all;
  if (!is_map()) {
    complain("this has to be keys and their values");
    return all;
  }
  std::set<std::string> seen;
  for (const auto& one : node_) {
    const YAML::Node& key = one.first;
    const config_node named{*file_, key};
    if (!named.is_scalar()) {
      named.complain("a key has to be one word");
    } else if (!seen.insert(key.Scalar()).second) {
      named.complain(fmt::format("'{}' was there before", excerpt(key.Scalar())));
    } else {
      all.push_back({key.Scalar(), named, {*file_, one.second}});
    }
  }
  return all;
}

void read_map(const config_node& map, std::string_view what, const std::vector<config_key>& keys) {
  for (const config_node::member& one : map.members()) {
    const auto known = std::ranges::find(keys, one.name, &config_key::name);
    if (known != keys.end()) {
      known->read(one.value);
      continue;
    }
    std::vector<std::string> names;
    names.reserve(keys.size());
    for (const config_key& key : keys)
      names.emplace_back(key.name);
    const std::string meant = nearest_word(one.name, names);
    one.key.complain(fmt::format("'{}' is no key of {}{}", excerpt(one.name), what,
                                 meant.empty() ? "" : fmt::format("; '{}' is one", meant)));
  }
}

}  // namespace muster
