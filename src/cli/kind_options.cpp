#include "cli/kind_options.hpp"

#include "core/ascii.hpp"

#include <cstddef>
#include <cstdint>

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

}  // namespace

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
