#pragma once

#include "core/parsed.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace muster {

/// Something that is wrong with a configuration, and where.
struct config_problem {
  std::string file;
  std::size_t line = 0;    ///< From 1; 0 when it is the file as a whole.
  std::size_t column = 0;  ///< From 1; 0 when it is the line as a whole.
  std::string what;        ///< What is wrong, and what would be right.

  /// "watch.yml:12:5: …"
  std::string text() const;
};

/// The configuration that is being read, and all that was found wrong with it so far.
class config_file {
 public:
  explicit config_file(std::string name) : name_{std::move(name)} {}

  const std::string& name() const { return name_; }
  const std::vector<config_problem>& problems() const { return problems_; }
  void add(const YAML::Mark& at, std::string what);

  /// Later ones are not told: what they say is seldom more.
  static constexpr std::size_t problems_max = 50;

 private:
  std::string name_;
  std::vector<config_problem> problems_;
};

/// A value of a configuration. Whatever is wrong with one is added to the file's problems, and
/// reading goes on with what is there.
class config_node {
 public:
  config_node(config_file& file, const YAML::Node& node) : file_{&file}, node_{node} {}

  bool is_map() const { return node_.IsMap(); }
  bool is_list() const { return node_.IsSequence(); }
  bool is_scalar() const { return node_.IsScalar(); }
  /// Nothing stands behind its key.
  bool is_empty() const { return !node_.IsDefined() || node_.IsNull(); }

  void complain(std::string what) const { file_->add(node_.Mark(), std::move(what)); }
  /// A scalar as it is written; empty, and a problem, for anything else.
  std::string text() const;
  /// Gives what is written of each member of a list, or of a scalar, to `use`; others are problems.
  void each_text(const std::function<void(const config_node&, const std::string&)>& use) const;
  /// The same, as something reads it: its words for what is wrong are the problem, and then it is
  /// false.
  template <class Value>
  bool read(parsed<Value> (*reading)(std::string_view), Value& into) const;
  /// Each member of a list; of a scalar, itself, as a list of one.
  void each(const std::function<void(const config_node&)>& use) const;

  struct member;
  /// All of them; those whose key is no scalar, or came before, are problems. Empty, and a problem,
  /// for what is no map.
  std::vector<member> members() const;

 private:
  config_file* file_;
  YAML::Node node_;
};

/// One of a map.
struct config_node::member {
  std::string name;
  config_node key;
  config_node value;
};

/// A key that a map of a configuration may have.
struct config_key {
  std::string_view name;
  std::function<void(const config_node& value)> read;
};

/// Reads a map. A key that there is not is a problem, with the nearest one that there is; `what`
/// says whose keys they are: "a check".
void read_map(const config_node& map, std::string_view what, const std::vector<config_key>& keys);

template <class Value>
bool config_node::read(parsed<Value> (*reading)(std::string_view), Value& into) const {
  if (!is_scalar()) {
    complain("this has to be one value");
    return false;
  }
  auto value = reading(node_.Scalar());
  if (value) {
    into = std::move(*value);
  } else {
    complain(value.error().message);
  }
  return static_cast<bool>(value);
}

}  // namespace muster
