#pragma once

#include <string>

namespace muster {

/// A column's value for targets whose row has none, or nothing in it, or which have no row.
struct column_default {
  /// Which targets, by host: an address, block or range as a target is written, or a name or
  /// address with `*`, `?` and `[…]` as in fnmatch(3), without regard to case and with no escapes;
  /// of targets that are lines, the line. Empty for all.
  std::string hosts;
  std::string column;  ///< `timeout` is the task's, too; an empty one is that of the run.
  std::string value;
};

}  // namespace muster
