#pragma once

#include "muster/probe_plan.hpp"
#include "probe/probe_request.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace muster {

/// How many probes a target gets under a plan of so many: one if its row names the probe.
std::size_t probe_count(std::size_t plan_size, const target& subject);

/// The probes that a plan comes to for each target, numbered stage by stage, and what those of
/// later stages wait for: either that the stage before finds the host, or that one probe of it
/// finds its port open.
class plan_slots {
 public:
  /// Numbers of probes, from `begin` up to `end`, not itself.
  struct range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool empty() const { return begin >= end; }
    std::uint32_t size() const { return empty() ? 0 : end - begin; }
  };

  /// The plan outlives it. `alive_first`: its first probe is a stage by itself. Throws
  /// std::invalid_argument when a later stage asks for nothing, or for the open ports of a stage
  /// that looks for none.
  plan_slots(const probe_plan& plan, bool alive_first);

  std::size_t size() const { return size_; }
  /// The request for probe `number` of a target.
  probe_request request(const target& subject, std::size_t number) const;

  bool is_staged() const { return !stages_.empty(); }
  /// 0 when it is not staged; the rest is for those that are.
  std::size_t stages() const { return stages_.size(); }
  std::size_t stage_of(std::uint32_t number) const;
  range stage(std::size_t which) const { return {stages_[which].begin, stages_[which].end}; }
  /// Of a stage, the probes that are asked as soon as the one before has found the host.
  range at_host(std::size_t which) const {
    return {stages_[which].begin, stages_[which].at_host_end};
  }
  /// Of the stage after, the probes that are asked once this one has found its port open.
  range at_port(std::uint32_t number) const;

 private:
  static constexpr std::uint32_t no_source = 0xffff'ffff;

  struct slot {
    std::uint32_t source = no_source;  ///< The probe whose port it waits for.
    std::uint32_t index = 0;           ///< In the spec of its kind.
    probe_kind kind{};
    std::uint16_t port = 0;    ///< 0 when it finds none open.
    bool port_is_new = false;  ///< The port is the source's, and not the spec's.
  };
  struct stage_slots {
    const probe_plan* plan = nullptr;
    std::uint32_t begin = 0;
    std::uint32_t at_host_end = 0;
    std::uint32_t end = 0;
    std::vector<slot> slots;
  };

  /// The probe that finds a port open, which is the first one that asks for it.
  using port_finders = std::map<std::uint16_t, std::uint32_t>;

  void add_stage(const probe_plan& plan);
  static port_finders finders_in(const stage_slots& stage);
  void add_slots(stage_slots& into, const port_finders& found_by, probe_kind kind);
  void close_stage(stage_slots&& made);
  void split_first();

  const probe_plan& plan_;
  std::size_t size_;
  std::vector<stage_slots> stages_;
};

}  // namespace muster
