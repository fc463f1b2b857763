#pragma once

#include "muster/probe/icmp.hpp"
#include "net/echo_exchange.hpp"
#include "net/error_status.hpp"
#include "probe/probe_runner.hpp"
#include "probe/prober.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace muster {

/// The sockets of ICMP probes, one a family, opened when they are first needed.
class icmp_runner final : public probe_runner {
 public:
  icmp_runner(prober& shared, const icmp_spec& spec) : shared_{shared}, spec_{spec} {}

  void start(probe_request&& request) override;
  void receive() override;
  void stop(reason why) override;
  void rest() override;
  void open() override;
  std::string note() const override;
  std::string problem() const override { return problem_; }
  stray_replies strays() const override;

  // For the probes.

  prober& shared() { return shared_; }
  job_scope& jobs() { return shared_.jobs(); }
  /// The exchange for an address's family, opened when first needed; nullptr if it can't be had.
  echo_exchange* exchange_for(const ip_address& address);
  /// What became of a probe of this address when it can't be had.
  outcome refusal(const ip_address& address) const;

 private:
  /// Of one family.
  struct side {
    std::unique_ptr<echo_exchange> exchange;
    bool is_used = false;
    std::optional<outcome> failure;  // why it can't be opened
    std::string failure_text;
  };

  static codec::ip_family family_of(const ip_address& address) {
    return address.is_v4() ? codec::ip_family::v4 : codec::ip_family::v6;
  }
  side& side_of(codec::ip_family family) { return sides_[family == codec::ip_family::v4 ? 0 : 1]; }
  const side& side_of(codec::ip_family family) const {
    return sides_[family == codec::ip_family::v4 ? 0 : 1];
  }
  void open(codec::ip_family family);

  prober& shared_;
  const icmp_spec& spec_;
  std::array<side, 2> sides_;
  std::string problem_;
};

}  // namespace muster
