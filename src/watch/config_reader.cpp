// Strategy: a configuration is read from the top; `defaults` first, wherever they stand, as they
// hold for all checks, and `probes` before the checks that name them.
#include "core/ascii.hpp"
#include "core/duration_text.hpp"
#include "core/whole_number.hpp"
#include "probe/kind.hpp"
#include "targets/target_parser.hpp"
#include "watch/watch_config.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <yaml-cpp/yaml.h>

namespace muster {
namespace {

/// What checks have unless they say something else.
struct settings {
  check_group group;
  std::optional<std::chrono::nanoseconds> timeout;
};

constexpr std::size_t config_bytes_max = std::size_t{16} << 20;

void read_time(const config_node& value, std::chrono::milliseconds least,
               std::chrono::nanoseconds& into) {
  std::chrono::nanoseconds read{0};
  if (!value.read(parse_duration, read)) return;
  if (read >= least) {
    into = read;
  } else {
    value.complain(
        fmt::format("'{}' is too short; the least is {}ms", excerpt(value.text()), least.count()));
  }
}

void read_count(const config_node& value, unsigned& into) {
  unsigned read = 0;
  const std::string text = value.text();
  if (!read_whole(text, read) || read == 0 || read > change_rules::results_max) {
    value.complain(fmt::format("'{}' is not a whole number from 1 to {}", excerpt(text),
                               change_rules::results_max));
    return;
  }
  into = read;
}

bool is_label_name(std::string_view text) {
  const auto is_letter = [](char c) { return c == '_' || is_alpha(c); };
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c); });
}

/// Those of a name replace one of the same name that was there before.
void read_labels(const config_node& value, check_group& into) {
  for (const config_node::member& one : value.members()) {
    if (!is_label_name(one.name)) {
      one.key.complain(
          "the name of a label has letters, digits and _ only, and begins with no digit");
      continue;
    }
    const std::string text = one.value.text();
    if (std::ranges::any_of(text, is_control)) {
      one.value.complain("a label is one line of text");
      continue;
    }
    const auto same =
        std::ranges::find(into.labels, one.name, &std::pair<std::string, std::string>::first);
    if (same == into.labels.end()) {
      into.labels.emplace_back(one.name, text);
    } else {
      same->second = text;
    }
  }
}

void read_texts(const config_node& value, std::vector<std::string>& into) {
  value.each_text([&into](const config_node&, const std::string& text) { into.push_back(text); });
}

std::vector<config_key> keys_of_settings(settings& into) {
  return {{"every",
           [&](const config_node& value) {
             read_time(value, check_group::every_min, into.group.every);
           }},
          {"timeout",
           [&](const config_node& value) {
             std::chrono::nanoseconds read{0};
             read_time(value, probe_options::time_min, read);
             into.timeout = read;
           }},
          {"recheck",
           [&](const config_node& value) {
             read_time(value, check_group::every_min, into.group.recheck);
           }},
          {"rise", [&](const config_node& value) { read_count(value, into.group.rules.rise); }},
          {"fall", [&](const config_node& value) { read_count(value, into.group.rules.fall); }},
          {"labels", [&](const config_node& value) { read_labels(value, into.group); }}};
}

/// An option of a kind, by one of the names that it has on a command line.
struct named_option {
  probe_kind kind;
  spec_option option;
};

/// Several kinds may have one of the same name.
using option_table = std::multimap<std::string, named_option, std::less<>>;

const option_table& known_options() {
  static const option_table all = [] {
    option_table table;
    for (const probe_kind kind : all_probe_kinds) {
      for (const spec_option& option : description_of(kind).options()) {
        for (std::size_t at = 0; at < option.names.size();) {
          const std::size_t comma = std::min(option.names.find(',', at), option.names.size());
          const std::string name = option.names.substr(at, comma - at);
          if (name.starts_with("--")) table.emplace(name.substr(2), named_option{kind, option});
          at = comma + 1;
        }
      }
    }
    return table;
  }();
  return all;
}

bool is_yes(std::string_view text) { return text == "true" || text == "yes" || text == "on"; }

/// One value of an option; one without anything behind its key stands for itself.
void read_option(const config_node& value, const named_option& of, probe_plan& into) {
  const spec_option& option = of.option;
  std::string text = value.is_empty() ? option.bare : value.text();
  if (option.form.empty()) {
    if (!value.is_empty() && !is_yes(text)) {
      return value.complain("this takes no value; write 'true', or leave it out");
    }
    text.clear();
  } else if (!option.bare.empty() && is_yes(text)) {
    text = option.bare;
  }
  if (std::string wrong = option.read(into.of(of.kind), text); !wrong.empty()) {
    value.complain(std::move(wrong));
  }
}

std::shared_ptr<const probe_plan> read_plan(const config_node& from) {
  const auto plan = std::make_shared<probe_plan>();
  std::vector<config_key> keys;
  for (auto at = known_options().begin(); at != known_options().end();) {
    const auto end = known_options().upper_bound(at->first);
    keys.push_back({at->first, [at, end, &plan](const config_node& value) {
                      for (auto one = at; one != end; ++one) {
                        const named_option& of = one->second;
                        if (of.option.repeats && value.is_list()) {
                          value.each(
                              [&](const config_node& each) { read_option(each, of, *plan); });
                        } else {
                          read_option(value, of, *plan);
                        }
                      }
                    }});
    at = end;
  }
  read_map(from, "a probe", keys);
  return plan;
}

class reader {
 public:
  explicit reader(std::string name) : file_{std::move(name)} {}

  read_config read(const std::string& text) {
    read_config out;
    try {
      const config_node whole{file_, YAML::Load(text)};
      if (!whole.is_empty()) read_whole_file(whole, out.config);
    } catch (const YAML::Exception& wrong) {
      file_.add(wrong.mark, wrong.msg);
    }
    out.problems = file_.problems();
    return out;
  }

 private:
  void read_whole_file(const config_node& whole, watch_config& into) {
    const auto nothing = [](const config_node&) {};
    for (const config_node::member& one : whole.members()) {
      if (one.name == "defaults") read_map(one.value, "defaults", keys_of_settings(defaults_));
    }
    for (const config_node::member& one : whole.members()) {
      if (one.name == "probes") read_probes(one.value);
    }
    read_map(
        whole, "a configuration",
        {{"defaults", nothing}, {"probes", nothing}, {"checks", [&](const config_node& value) {
                                                        value.each([&](const config_node& one) {
                                                          read_checks(one, into);
                                                        });
                                                      }}});
    check_afters(into);
  }

  void read_probes(const config_node& value) {
    for (const config_node::member& one : value.members())
      probes_.emplace(one.name, read_plan(one.value));
  }

  /// By its name, or in its place.
  void read_probe(const config_node& value, configured_checks& into) {
    if (value.is_map()) {
      into.probes.emplace_back("", read_plan(value));
      return;
    }
    const std::string name = value.text();
    const auto found = probes_.find(name);
    if (found == probes_.end()) {
      return value.complain(fmt::format("there is no probe '{}' under probes", excerpt(name)));
    }
    into.probes.emplace_back(name, found->second);
  }

  void read_checks(const config_node& value, watch_config& into) {
    configured_checks checks;
    settings own = defaults_;
    std::vector<config_key> keys = keys_of_settings(own);
    keys.push_back({"name", [&](const config_node& one) { own.group.name = one.text(); }});
    bool has_targets = false;
    keys.push_back({"targets", [&](const config_node& one) {
                      has_targets = !one.is_empty();
                      read_targets(one, checks);
                    }});
    keys.push_back({"files", [&](const config_node& one) { read_texts(one, checks.files); }});
    keys.push_back({"after", [&](const config_node& one) { read_after(one, own.group); }});
    keys.push_back({"probes", [&](const config_node& one) {
                      one.each([&](const config_node& each) { read_probe(each, checks); });
                    }});
    read_map(value, "a check", keys);
    if (own.group.name.empty()) value.complain("a check needs a name");
    if (!names_.insert(own.group.name).second && !own.group.name.empty()) {
      value.complain(fmt::format("there is another check '{}'", excerpt(own.group.name)));
    }
    if (!has_targets && checks.files.empty()) {
      value.complain("a check needs targets, or files of them");
    }
    if (checks.probes.empty()) checks.probes.emplace_back("", std::make_shared<probe_plan>());
    checks.timeout = own.timeout;
    checks.group = std::make_shared<const check_group>(std::move(own.group));
    into.checks.push_back(std::move(checks));
  }

  void read_targets(const config_node& value, configured_checks& into) {
    value.each_text([&](const config_node& one, const std::string& text) {
      if (const auto read = parse_target(text, {}); !read) {
        one.complain(fmt::format("'{}': {}", excerpt(text), read.error().message));
      } else {
        into.targets.push_back(text);
      }
    });
  }

  void read_after(const config_node& value, check_group& into) {
    value.each_text([&](const config_node& one, const std::string& text) {
      into.after.push_back(text);
      afters_.emplace_back(text, one);
    });
  }

  /// Once all names are known.
  void check_afters(const watch_config& config) {
    for (const auto& [name, node] : afters_) {
      if (!names_.contains(name)) {
        node.complain(
            fmt::format("there is no check '{}' that it could come after", excerpt(name)));
      } else if (comes_after(config, name, name)) {
        node.complain(fmt::format("'{}' comes after itself in the end", excerpt(name)));
      }
    }
  }

  /// Whether this group comes after that one, or after one that does.
  static bool comes_after(const watch_config& config, const std::string& which,
                          const std::string& that) {
    std::vector<std::string> open{which};
    std::set<std::string> seen;
    while (!open.empty()) {
      const std::string name = std::move(open.back());
      open.pop_back();
      const auto found = std::ranges::find(config.checks, name, [](const configured_checks& one) {
        return std::string_view{one.group->name};
      });
      if (found == config.checks.end()) continue;
      for (const std::string& before : found->group->after) {
        if (before == that) return true;
        if (seen.insert(before).second) open.push_back(before);
      }
    }
    return false;
  }

  config_file file_;
  settings defaults_;
  std::vector<std::pair<std::string, config_node>> afters_;
  std::map<std::string, std::shared_ptr<const probe_plan>, std::less<>> probes_;
  std::set<std::string> names_;
};

}  // namespace

read_config read_watch_config(const std::string& name, const std::string& text) {
  return reader{name}.read(text);
}

read_config read_watch_config(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text;
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) {
    errno = EISDIR;
  } else if (file) {
    text.resize(config_bytes_max + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > config_bytes_max) {
      return {{}, {{.file = path, .what = "this is more than 16 MiB, and no configuration"}}};
    }
    if (!file.bad()) return read_watch_config(path, text);
  }
  return {{}, {{.file = path, .what = std::generic_category().message(errno)}}};
}

}  // namespace muster
