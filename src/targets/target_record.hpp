#pragma once

#include "core/parsed.hpp"
#include "targets/target_parser.hpp"
#include "targets/target_range.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

/// What a column of CSV, or a member of a JSON object, can say about a target.
enum class target_column : std::uint8_t {
  target,  ///< The target, in the grammar of all targets. This and the next five name it: the first
           ///< of them that is filled in counts.
  url,
  address,
  ip,
  saddr,  ///< Of who answered a scanner, and with `sport` the port that did.
  host,   ///< Where another one names the target, what HTTP's Host header says.
  port,
  sport,
  probe,
  path,
  label,
  timeout,
  // Where a scanner itself was; it has answers from there, but no target.
  daddr,
  dport,
  source,    ///< Of the socket; one serves all targets, and saying so beats ignoring it.
  of_kinds,  ///< The first of `kind_columns`; the others follow.
};

/// The column of a name; case makes no difference, and a space or hyphen is an underscore.
std::optional<target_column> target_column_of(std::string_view name);
/// True for the columns that name the target.
bool names_target(target_column column);
std::string_view to_string(target_column column);
/// The names of all columns that can be used, for people.
std::string known_target_columns();

/// One filled cell or member.
struct record_value {
  target_column column;
  std::string_view text;
};

/// All that a record says.
struct record_values {
  std::vector<record_value> known;
  /// Every column by its name; empty unless they are kept.
  std::vector<std::pair<std::string, std::string>> columns;
};

/// A column that could name the target, but does not, as `by` goes before it.
struct unused_column {
  target_column name;
  target_column by;
};
/// Those of a record.
std::vector<unused_column> unused_columns(const record_values& values);

/// Makes a target, or a range of them, of a record's values. Those that are blank count as absent.
/// The error begins with the column that it is about.
parsed<target_range> parse_target_record(record_values values,
                                         const target_parser_options& options);

}  // namespace muster
