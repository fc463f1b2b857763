#pragma once

#include "muster/address.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace muster {

/// Addresses and names that are never probed. Ranges merge; a lookup costs O(log ranges), and O(1)
/// while the addresses asked about come in order.
class exclude_set {
 public:
  /// Excludes `first` to `last`, in this order and both included. IPv6 addresses do not exclude the
  /// IPv4 addresses whose mapped form lies between them: `::/0` is nothing of IPv4.
  void add(ip_address first, ip_address last);
  /// Excludes a host name, whatever it resolves to. Case and a trailing dot make no difference.
  void add_name(std::string_view name);
  /// Parses one line of the target grammar (addresses, CIDR, ranges, octet ranges, names) and
  /// excludes all of it, network and broadcast addresses too. Returns an empty string, or the
  /// reason why the text was not understood. A blank line or a comment excludes nothing.
  std::string add_text(std::string_view text);

  bool contains(ip_address address) const { return covering_range(address) != nullptr; }
  /// The last address of the run of excluded addresses that `address` is in; nothing when it is not
  /// excluded. With it, a sweep steps over a large excluded block at once.
  std::optional<ip_address> covering_end(ip_address address) const;
  /// The last address before the next excluded one; nothing when no later one is excluded.
  /// `address` itself is not excluded.
  std::optional<ip_address> free_end(ip_address address) const;
  bool contains_name(std::string_view name) const;
  bool empty() const { return ranges_.empty() && names_.empty(); }

 private:
  struct range {
    ip_address first;
    ip_address last;
  };
  void find(ip_address address) const;
  const range* covering_range(ip_address address) const;
  bool is_hint_for(ip_address address) const;
  void merge() const;

  // Merging is put off until the first question, so that a long exclude file is sorted once.
  mutable std::vector<range> ranges_;
  mutable bool merged_ = true;
  mutable std::size_t hint_ = 0;  // The first range that does not end before the last question.
  std::unordered_set<std::string> names_;
};

}  // namespace muster
