#pragma once

#include "muster/target.hpp"
#include "targets/address_block.hpp"
#include "targets/octet_ranges.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace muster {

/// What all members of a range of targets have in common besides being addresses.
struct range_traits {
  std::uint16_t port = 0;   ///< 0 for none.
  std::uint32_t scope = 0;  ///< The IPv6 zone's interface index, 0 for none.
  std::string zone;         ///< The zone as it was written; empty for none.
  /// What their row says about them; null for nothing.
  std::shared_ptr<const target_parameters> parameters;
};

/// The targets that one line or argument denotes, produced one by one: memory does not grow with
/// their number. Empty when default-constructed.
class target_range {
 public:
  target_range() = default;
  explicit target_range(target single) : members_{std::move(single)}, size_{1} {}
  target_range(address_block block, range_traits traits)
      : members_{block}, traits_{std::move(traits)}, size_{block.size()}, of_range_{size_ > 1} {}
  target_range(octet_ranges octets, range_traits traits)
      : members_{std::move(octets)}, traits_{std::move(traits)} {
    size_ = std::get<octet_ranges>(members_).size();
    of_range_ = size_ > 1;
  }

  /// How many targets there are; 2^64 - 1 when there are more than that.
  std::uint64_t size() const { return size_; }

  /// The target number `index`, which is less than `size()`.
  target at(std::uint64_t index) const {
    // Plain members of a plain block are what large sweeps are made of.
    if (const auto* block = std::get_if<address_block>(&members_)) {
      return member(block->first.plus(index));
    }
    if (const auto* octets = std::get_if<octet_ranges>(&members_)) return member(octets->at(index));
    return std::get<target>(members_);
  }

  /// The single target, or null when this is made of addresses.
  const target* single() const { return std::get_if<target>(&members_); }
  /// The addresses, when they are all that lie between two, else null.
  const address_block* block() const { return std::get_if<address_block>(&members_); }
  /// The addresses, when they are octet ranges, else null.
  const octet_ranges* octets() const { return std::get_if<octet_ranges>(&members_); }
  const range_traits& traits() const { return traits_; }
  /// Of a range that is made of addresses.
  void set_port(std::uint16_t port) { traits_.port = port; }
  /// What a row says about all members.
  void set_parameters(std::shared_ptr<const target_parameters> parameters);

  /// Of a block, drops all addresses up to and including `last`, which lies within it.
  void drop_through(ip_address last);

 private:
  target member(ip_address address) const {
    if (traits_.port == 0 && traits_.scope == 0 && !traits_.parameters)
      return target{address, of_range_};
    return annotated_member(address);
  }
  target annotated_member(ip_address address) const;

  std::variant<target, address_block, octet_ranges> members_;
  range_traits traits_;
  std::uint64_t size_ = 0;
  bool of_range_ = false;
};

}  // namespace muster
