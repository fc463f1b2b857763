#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// One value of a monitoring plugin's performance data:
/// `'label'=value[unit];[warning];[critical];[min];[max]`, after "Monitoring Plugins Development
/// Guidelines".
struct performance_value {
  std::string label;            ///< Raw bytes, without the quotes around it.
  std::optional<double> value;  ///< Nothing for `U`: the plugin could not tell.
  std::string unit;             ///< As written: "s", "ms", "%", "B", "c"; empty for none.
  std::string warning;  ///< A range, as written: "10", "5:10", "~:20", "@1:2"; may be empty.
  std::string critical;
  std::optional<double> min;
  std::optional<double> max;

  static constexpr std::size_t label_bytes_max = 255;
  static constexpr std::size_t unit_bytes_max = 16;
  static constexpr std::size_t range_bytes_max = 64;
};

/// What a monitoring plugin has to say.
struct plugin_output {
  std::string line;  ///< Its first line, without performance data; raw bytes, trimmed.
  bool line_truncated = false;
  std::vector<performance_value> performance;
  /// Values that were left out because they are malformed, or past a bound.
  std::uint64_t performance_dropped = 0;

  static constexpr std::size_t line_bytes_max = 1024;
  static constexpr std::size_t performance_values_max = 256;
  static constexpr std::size_t performance_bytes_max = 16 * 1024;
};

/// What an exit code says by the convention of monitoring plugins: `OK`, `WARNING`, `CRITICAL` or
/// `UNKNOWN`; empty for any other.
std::string_view plugin_state(int exit_code);

}  // namespace muster
