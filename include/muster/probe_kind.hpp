#pragma once

#include "muster/detail/probe_kinds.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster {

/// What kind of question is asked.
enum class probe_kind : std::uint8_t {
#define MUSTER_PROBE_KIND(name, asked) name,
  MUSTER_PROBE_KINDS(MUSTER_PROBE_KIND)
#undef MUSTER_PROBE_KIND
};
std::string_view to_string(probe_kind value);

/// Every kind, in the order of the table.
inline constexpr std::array all_probe_kinds{
#define MUSTER_PROBE_KIND(name, asked) probe_kind::name,
    MUSTER_PROBE_KINDS(MUSTER_PROBE_KIND)
#undef MUSTER_PROBE_KIND
};

/// Whether a target may ask for a probe of this kind, in its form or its row; else only options
/// can.
constexpr bool is_asked_by_targets(probe_kind value) {
  enum { by_option, by_target };
  constexpr std::array asked{
#define MUSTER_PROBE_KIND(name, asked) asked,
      MUSTER_PROBE_KINDS(MUSTER_PROBE_KIND)
#undef MUSTER_PROBE_KIND
  };
  return asked[static_cast<std::size_t>(value)] == by_target;
}

}  // namespace muster
