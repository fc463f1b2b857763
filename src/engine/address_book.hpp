#pragma once

#include "muster/probe_options.hpp"
#include "muster/result.hpp"
#include "muster/statistics.hpp"
#include "probe/kind.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace muster {

/// What came of the addresses of a name that are asked one after the other for one result.
class address_book {
 public:
  /// `any` or `all`. The totals outlive the book: packets of outcomes that are not told of
  /// otherwise are counted there.
  address_book(address_choice choice, statistics& totals) : choice_{choice}, totals_{totals} {}

  /// Which address is to be asked after this outcome; nothing when it decides, or was the last. Its
  /// subject has several addresses, which the kind uses like that.
  std::optional<ip_address> next(const probe_result& latest, address_use use) const;
  /// Keeps an outcome, after which the next address is asked.
  void keep(probe_result&& latest);
  /// Makes the result of the name out of the last outcome and what was kept.
  void conclude(probe_result& last);

 private:
  struct entry {
    probe_result chosen;
    std::vector<address_outcome> outcomes;
  };

  /// Whether the result of a name is to be this rather than that one.
  bool tells_more(const probe_result& one, const probe_result& other) const;

  const address_choice choice_;
  statistics& totals_;
  std::unordered_map<std::uint64_t, entry> entries_;  // by sequence number
};

}  // namespace muster
