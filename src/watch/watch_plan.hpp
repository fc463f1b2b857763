#pragma once

#include "muster/exclude_set.hpp"
#include "muster/probe_options.hpp"
#include "muster/probe_plan.hpp"
#include "muster/target.hpp"
#include "watch/check_state.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace muster {

/// What the checks of one group have in common.
struct check_group {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels = {};
  std::chrono::nanoseconds every = std::chrono::minutes{1};
  /// How soon after a result that casts doubt on what is known there is another; 0: not before it
  /// is due.
  std::chrono::nanoseconds recheck{0};
  change_rules rules = {};
  /// Groups without which nothing can be said of this one, such as of the router on the way: while
  /// a check of theirs is down, in doubt or unknown, what is down here is `unknown`.
  std::vector<std::string> after = {};

  static constexpr std::chrono::milliseconds every_min{10};
};

/// One question to one target, asked again and again.
struct watch_check {
  /// What it is called, in one group: "www.example.net https /health".
  std::string name;
  std::shared_ptr<const check_group> group;
  target subject;
  std::shared_ptr<const probe_spec> spec;
  /// Which of the spec's probes; `probe_spec::own` for what the target itself asks for.
  std::uint32_t index = probe_spec::own;

  /// The same for the same check in another run, whatever else there is: of its group and name.
  std::uint64_t identity() const;
};

/// All that is watched, and how.
struct watch_plan {
  probe_options probe;
  /// How probes of each kind are made as far as it concerns all of them, such as the socket of
  /// ICMP.
  probe_plan common;
  double rate = 0;  ///< Probes started a second, at the most; 0 is unlimited.
  std::size_t per_host_max = 4;
  std::size_t processes_max = 64;
  std::optional<std::chrono::nanoseconds> run_deadline = {};  ///< When it ends by itself.
  /// Whom no check is to ask, whatever names and redirects lead to.
  exclude_set excludes = {};
  std::vector<watch_check> checks = {};
};

}  // namespace muster
