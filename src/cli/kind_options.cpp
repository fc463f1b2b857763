#include "cli/kind_options.hpp"

#include "cli/text_option.hpp"
#include "core/ascii.hpp"
#include "probe/kind.hpp"
#include "probe/plan_slots.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

/// The first of its names.
std::string called(const spec_option& option) {
  return option.names.substr(0, option.names.find(','));
}

/// Who reads an option: the spec of one kind, or those of several that have the same.
using option_readers = std::vector<std::function<std::string(const std::string& text)>>;

/// The first thing that one of them finds wrong.
std::string read_by(const option_readers& readers, const std::string& text) {
  for (const auto& read : readers) {
    if (std::string wrong = read(text); !wrong.empty()) return wrong;
  }
  return {};
}

void add_option(CLI::App& command, const spec_option& option, const option_readers& readers) {
  const auto read = [readers, name = called(option)](const std::string& text) {
    if (std::string wrong = read_by(readers, text); !wrong.empty()) {
      throw CLI::ValidationError{name, wrong};
    }
  };
  if (option.form.empty()) {
    command.add_flag_callback(
        option.names, [read] { read({}); }, option.help);
  } else if (!option.bare.empty()) {
    // A flag that may have a value, which stands after `=` then. What is wrong with it is said with
    // its name by itself.
    const auto texts = std::make_shared<std::vector<std::string>>();
    command.add_flag(fmt::format("{}{{{}}}", option.names, option.bare), *texts, option.help)
        ->option_text("[=" + option.form + ']')
        ->each([texts, readers](const std::string& text) {
          if (std::string wrong = read_by(readers, text); !wrong.empty()) {
            throw CLI::ValidationError{wrong};
          }
        });
  } else if (option.repeats) {
    const auto read_all = [read](const std::vector<std::string>& texts) {
      for (const std::string& text : texts)
        read(text);
    };
    command.add_option_function<std::vector<std::string>>(option.names, read_all, option.help)
        ->allow_extra_args(false)
        ->option_text(option.form);
  } else {
    add_text(command, option.names, read, option.help, option.form);
  }
}

option_readers readers_of(const spec_option& option, probe_spec& spec) {
  return {[&spec, read = option.read](const std::string& text) { return read(spec, text); }};
}

std::string heading_of(probe_kind kind, const spec_option& option) {
  return option.group.empty() ? uppered(to_string(kind)) : option.group;
}

constexpr const char* then_name = "--then";

/// An option that asks for probes, and how many of its values have been read.
struct asking_option {
  probe_kind kind;
  spec_option option;
  std::size_t seen = 0;
};

std::map<const CLI::Option*, asking_option> asking_options_of(const CLI::App& command) {
  std::map<const CLI::Option*, asking_option> all;
  for (const probe_kind kind : all_probe_kinds) {
    for (spec_option& option : description_of(kind).options()) {
      if (!option.asks) continue;
      const CLI::Option* const given = command.get_option(called(option));
      all.insert({given, {kind, std::move(option)}});
    }
  }
  return all;
}

/// Of a later stage; the first one may leave it to the targets.
void need_probes(const probe_plan& stage, const probe_plan& first) {
  if (&stage == &first || !stage.implied()) return;
  throw CLI::ValidationError{then_name, "no probe follows it; name one, as in --then --tcp 22,80"};
}

bool makes_probes(const spec_option& option) { return !option.asks && !option.names.empty(); }

/// The kinds whose probes an option with this heading is for.
std::vector<probe_kind> kinds_with(std::string_view heading) {
  std::vector<probe_kind> all;
  for (const probe_kind kind : all_probe_kinds) {
    const auto options = description_of(kind).options();
    const bool has = std::ranges::any_of(options, [&](const spec_option& one) {
      return makes_probes(one) && heading_of(kind, one) == heading;
    });
    if (has) all.push_back(kind);
  }
  return all;
}

}  // namespace

void add_asking_options(CLI::App& command, bool in_stages) {
  for (const probe_kind kind : all_probe_kinds) {
    for (const spec_option& option : description_of(kind).options()) {
      if (option.asks) add_option(command, option, {});
    }
  }
  if (!in_stages) return;
  const std::string help =
      "Ask what follows only of hosts that what stands before has\n"
      "found, and HTTP and TLS on the ports that it found open";
  command.add_flag(then_name, help);
}

void read_asked(const CLI::App& command, probe_plan& plan) {
  const probe_plan unasked = plan;  // that says how probes are made
  const CLI::Option* const then = command.get_option_no_throw(then_name);
  std::map<const CLI::Option*, asking_option> asking = asking_options_of(command);
  probe_plan* stage = &plan;
  for (const CLI::Option* const one : command.parse_order()) {
    if (one == then) {
      need_probes(*stage, plan);
      stage = &plan.then.emplace_back(unasked);
      continue;
    }
    const auto found = asking.find(one);
    if (found == asking.end()) continue;
    auto& [kind, option, seen] = found->second;
    const std::string& text = one->results().at(seen++);
    const std::string wrong = option.read(stage->of(kind), option.form.empty() ? "" : text);
    if (!wrong.empty()) throw CLI::ValidationError{called(option), wrong};
  }
  need_probes(*stage, plan);
  try {
    const plan_slots checked{plan, false};
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError{
        then_name, fmt::format("{}; name some, as in --tcp 22,443 --then", wrong.what())};
  }
}

void add_making_options(CLI::App& command, probe_plan& plan) {
  struct shared_option {
    spec_option option;
    option_readers readers;
  };
  std::vector<shared_option> shared;
  for (const probe_kind kind : all_probe_kinds) {
    command.option_defaults()->group(uppered(to_string(kind)));
    for (const spec_option& option : description_of(kind).options()) {
      if (!makes_probes(option)) continue;
      option_readers readers = readers_of(option, plan.of(kind));
      if (option.group.empty()) {
        add_option(command, option, readers);
        continue;
      }
      const auto same = std::ranges::find_if(
          shared, [&](const shared_option& one) { return one.option.names == option.names; });
      if (same == shared.end()) {
        shared.push_back({option, std::move(readers)});
      } else {
        same->readers.push_back(std::move(readers.front()));
      }
    }
  }
  for (const auto& [option, readers] : shared) {
    command.option_defaults()->group(option.group);
    add_option(command, option, readers);
  }
}

std::vector<kind_option> given_kind_options(const CLI::App& command) {
  std::vector<kind_option> given;
  for (const CLI::Option* const option : command.get_options()) {
    if (option->count() == 0) continue;
    if (auto kinds = kinds_with(option->get_group()); !kinds.empty()) {
      given.push_back({std::move(kinds), option->get_group(), option->get_name()});
    }
  }
  return given;
}

std::vector<std::string> explain_idle(std::vector<kind_option> given,
                                      const std::function<bool(probe_kind)>& has_probes) {
  std::erase_if(given, [&](const kind_option& option) {
    return std::ranges::any_of(option.kinds, has_probes);
  });
  std::vector<std::string> lines;
  while (!given.empty()) {
    const kind_option first = given.front();
    std::string names;
    const auto same = [&](const kind_option& one) { return one.heading == first.heading; };
    const auto count = std::ranges::count_if(given, same);
    for (const kind_option& option : given) {
      if (same(option)) names += (names.empty() ? "" : ", ") + option.name;
    }
    std::string line = fmt::format("{} {} for {} probes, and there was none", names,
                                   count == 1 ? "is" : "are", first.heading);
    if (first.kinds.size() == 1 && uppered(to_string(first.kinds.front())) == first.heading) {
      line += fmt::format("; add --{} for one of each target", to_string(first.kinds.front()));
    }
    lines.push_back(std::move(line));
    std::erase_if(given, same);
  }
  return lines;
}

}  // namespace muster
