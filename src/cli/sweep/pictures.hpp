#pragma once

#include "cli/sweep/sweep_arguments.hpp"
#include "muster/result.hpp"
#include "muster/statistics.hpp"
#include "sink/host_map.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace muster {

/// The map and the histogram that a sweep shows on standard error at its end: where they are asked
/// for, and on a terminal where there is enough to see.
class pictures {
 public:
  explicit pictures(const sweep_arguments& arguments);

  void add(const probe_result& result) {
    if (hosts_) hosts_->add(result);
  }
  /// Whole lines, or nothing.
  std::string render(const sweep_summary& summary) const;

  /// With fewer hosts, or fewer RTTs, a list says it better.
  static constexpr std::uint64_t hosts_min = 128;
  static constexpr std::uint64_t rtts_min = 16;

 private:
  std::uint64_t hosts_wanted_;
  std::uint64_t rtts_wanted_;
  std::unique_ptr<host_map> hosts_;
};

}  // namespace muster
