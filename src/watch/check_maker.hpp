#pragma once

#include "muster/probe_plan.hpp"
#include "muster/target.hpp"
#include "muster/target_stream.hpp"
#include "watch/config_node.hpp"
#include "watch/watch_config.hpp"
#include "watch/watch_plan.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace muster {

/// There are more checks than one process is to watch.
struct too_many_checks : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Makes checks of targets and of what each of them is asked, each with a name of its own in its
/// group.
class check_maker {
 public:
  /// What targets are asked, and by which name; one without has that of its kind.
  using question = std::pair<std::string, std::shared_ptr<const probe_plan>>;

  /// Adds a check of `subject` for each probe of the questions. Throws too_many_checks.
  void add(const target& subject, const std::vector<question>& asked,
           const std::shared_ptr<const check_group>& group);

  /// Adds all that a configuration asks for, whose targets are read by these options. Returns what
  /// is wrong with its lists of targets. Throws too_many_checks.
  std::vector<config_problem> add(const watch_config& config, const target_stream_options& reading);

  std::vector<watch_check> take() { return std::move(checks_); }

  static constexpr std::size_t checks_max = 1'000'000;

 private:
  std::string name_for(const target& subject, const question& asked, const probe_spec& spec,
                       std::uint32_t index, const check_group& group);

  std::vector<watch_check> checks_;
  std::set<std::string, std::less<>> names_;  // of all groups, each with that of its group
};

}  // namespace muster
