#pragma once

#include "muster/column_default.hpp"
#include "muster/exclude_set.hpp"
#include "muster/target.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Values of columns for targets that don't say their own. Of several for one target and column,
/// the last one counts.
class column_defaults {
 public:
  /// Throws std::invalid_argument for a column that can't have a default, and for a timeout or a
  /// port that is none.
  explicit column_defaults(const std::vector<column_default>& given);

  /// Why no target of a network could be meant; empty when one could.
  static std::string wrong_with_hosts(std::string_view hosts);

  bool empty() const { return rules_.empty(); }
  /// Gives the target those that are for it.
  void complete(target& subject) const;

 private:
  struct rule {
    column_default what;
    exclude_set hosts;  // empty for a pattern, and for all hosts
    bool is_timeout = false;
    std::optional<std::chrono::nanoseconds> timeout;

    bool matches(const target& subject) const;
  };
  static rule read(const column_default& given);

  std::vector<rule> rules_;
  // What a target without a row gets is the same for most: those rules, and what they come to.
  mutable std::vector<bool> last_matches_;
  mutable std::shared_ptr<const target_parameters> last_;
};

}  // namespace muster
