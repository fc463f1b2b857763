#include "cli/sweep/kind_options.hpp"

#include "cli/text_option.hpp"
#include "core/ascii.hpp"
#include "probe/kind.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

std::uint64_t probes_of(probe_kind kind, const statistics& totals) {
  std::uint64_t total = 0;
  for (const status one : all_statuses)
    total += totals.of(kind, one);
  return total;
}

/// The first of its names.
std::string called(const spec_option& option) {
  return option.names.substr(0, option.names.find(','));
}

void add_option(CLI::App& command, const spec_option& option, probe_spec& spec) {
  const auto read = [&spec, read = option.read, name = called(option)](const std::string& text) {
    if (std::string wrong = read(spec, text); !wrong.empty()) {
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
        ->each([texts, &spec, take = option.read](const std::string& text) {
          if (std::string wrong = take(spec, text); !wrong.empty()) {
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

}  // namespace

void add_asking_options(CLI::App& command, probe_plan& plan) {
  for (const probe_kind kind : all_probe_kinds) {
    for (const spec_option& option : description_of(kind).options()) {
      if (option.asks) add_option(command, option, plan.of(kind));
    }
  }
}

void add_making_options(CLI::App& command, probe_plan& plan) {
  for (const probe_kind kind : all_probe_kinds) {
    command.option_defaults()->group(uppered(to_string(kind)));
    for (const spec_option& option : description_of(kind).options()) {
      if (!option.asks && !option.names.empty()) add_option(command, option, plan.of(kind));
    }
  }
}

std::vector<kind_option> given_kind_options(const CLI::App& command) {
  std::vector<kind_option> given;
  for (const CLI::Option* const option : command.get_options()) {
    if (option->count() == 0) continue;
    for (const probe_kind kind : all_probe_kinds) {
      if (lowered(option->get_group()) == to_string(kind)) {
        given.push_back({kind, option->get_group(), option->get_name()});
      }
    }
  }
  return given;
}

std::vector<std::string> explain_idle(const std::vector<kind_option>& given,
                                      const statistics& totals) {
  std::vector<std::string> lines;
  for (const probe_kind kind : all_probe_kinds) {
    std::string names;
    std::size_t several = 0;
    std::string heading;
    for (const kind_option& option : given) {
      if (option.kind != kind) continue;
      names += (several++ == 0 ? "" : ", ") + option.name;
      heading = option.heading;
    }
    if (several == 0 || probes_of(kind, totals) > 0) continue;
    lines.push_back(
        fmt::format("{} {} for {} probes, and there was none; add --{} for one of each "
                    "target",
                    names, several == 1 ? "is" : "are", heading, to_string(kind)));
  }
  return lines;
}

}  // namespace muster
