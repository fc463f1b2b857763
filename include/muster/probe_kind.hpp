#pragma once

#include "muster/detail/probe_kinds.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace muster {

/// What kind of question is asked.
enum class probe_kind : std::uint8_t {
#define MUSTER_PROBE_KIND(name) name,
  MUSTER_PROBE_KINDS(MUSTER_PROBE_KIND)
#undef MUSTER_PROBE_KIND
};
std::string_view to_string(probe_kind value);

/// Every kind, in the order of the table.
inline constexpr std::array all_probe_kinds{
#define MUSTER_PROBE_KIND(name) probe_kind::name,
    MUSTER_PROBE_KINDS(MUSTER_PROBE_KIND)
#undef MUSTER_PROBE_KIND
};

}  // namespace muster
