#pragma once

#include "core/parsed.hpp"
#include "targets/target_range.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct target_parser_options {
  /// Keep an IPv4 subnet's network and broadcast addresses.
  bool all_addresses = false;
  /// Take every text as it is.
  bool any_line = false;
  /// Keep the columns of rows, for commands and for nothing else; URLs may have any scheme then.
  bool keep_columns = false;
  /// Keep the columns of these names, whatever else they are for.
  std::vector<std::string> kept_columns = {};

  /// Whether a row is more than what its columns say about probes.
  bool keeps_rows() const { return keep_columns || !kept_columns.empty(); }
  bool keeps(std::string_view column) const {
    return keep_columns || std::ranges::any_of(kept_columns, [column](std::string_view kept) {
             return is_same_column(kept, column);
           });
  }
};

/// What a line holds besides white space around it and a comment: `#` at its start or after white
/// space, up to its end. Empty for a blank line.
std::string_view strip_line(std::string_view line);

/// Parses one stripped, not empty text of the target grammar: an address, CIDR block, range or
/// octet ranges, each with `:port` or not; a host name, `host:port`; a URL.
parsed<target_range> parse_target(std::string_view text, const target_parser_options& options);

}  // namespace muster
