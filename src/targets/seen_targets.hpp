#pragma once

#include "muster/address.hpp"
#include "targets/interval_set.hpp"
#include "targets/target_range.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace muster {

/// Addresses that were seen with the same port, zone and kind of probe.
class seen_addresses {
 public:
  /// The last address of those seen, without a gap, from `address` on; nothing when it is new.
  std::optional<ip_address> covering_end(ip_address address) const;
  /// The last address before the next one seen; nothing when there is no later one. `address`
  /// itself is new.
  std::optional<ip_address> free_end(ip_address address) const;
  void insert(ip_address first, ip_address last);
  std::size_t intervals() const { return v4_.size() + v6_.size(); }

 private:
  struct v4_steps {
    static std::uint32_t next(std::uint32_t key) { return key + 1; }
    static std::uint32_t previous(std::uint32_t key) { return key - 1; }
  };
  struct v6_steps {
    static ip_address next(ip_address key) { return key.plus(1); }
    static ip_address previous(ip_address key) { return key.minus_one(); }
  };
  interval_set<std::uint32_t, v4_steps> v4_;
  interval_set<ip_address, v6_steps> v6_;
};

/// The targets that a run has had, to know one that comes again. Neighbouring addresses are kept as
/// one interval, anything else as text. What would exceed the limits is not remembered, and
/// `is_full()` says so.
class seen_targets {
 public:
  /// Where the members of a range are kept: with those of the same port, zone, probe and path.
  seen_addresses& addresses_of(const range_traits& traits) {
    return group_of(traits.port, traits.scope, traits.parameters.get());
  }
  /// Remembers members of a range.
  void insert(seen_addresses& among, ip_address first, ip_address last);
  /// Remembers a target that was written down itself; false when it had been seen before.
  bool insert(const target& single);
  /// True when something could not be remembered.
  bool is_full() const { return is_full_; }

  static constexpr std::size_t intervals_max = 16'000'000;
  static constexpr std::size_t texts_max = 4'000'000;
  static constexpr std::size_t address_groups_max = 65'536;

 private:
  seen_addresses& group_of(std::uint16_t port, std::uint32_t scope,
                           const target_parameters* parameters);

  seen_addresses plain_;
  std::unordered_map<std::string, seen_addresses> grouped_;
  seen_addresses beyond_;  // Of groups that there is no room for: always empty.
  std::unordered_set<std::string> texts_;
  std::size_t intervals_ = 0;
  bool is_full_ = false;
};

}  // namespace muster
