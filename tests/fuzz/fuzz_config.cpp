// Strategy: a configuration that is wrong is told with places that are in it; one that is not has
// checks that could be made.
#include "watch/watch_config.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  const muster::read_config read = muster::read_watch_config("c.yml", text);
  const auto lines = static_cast<std::size_t>(std::ranges::count_if(
                         text, [](char c) { return c == '\n' || c == '\r'; })) +
                     1;
  for (const muster::config_problem& one : read.problems) {
    require(!one.what.empty());
    require(one.line <= lines + 1);
  }
  require(read.problems.size() <= muster::config_file::problems_max);
  if (!read.problems.empty()) return 0;
  for (const muster::configured_checks& one : read.config.checks) {
    require(!one.group->name.empty());
    require(!one.targets.empty() || !one.files.empty());
    require(!one.probes.empty());
    require(one.group->every >= muster::check_group::every_min);
    require(one.group->rules.rise >= 1 && one.group->rules.fall >= 1);
  }
  return 0;
}
