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

/// What asks for probes of a kind.
enum class asked_by : std::uint8_t {
  host,    ///< A target, by being a host.
  port,    ///< A target, by naming a port.
  url,     ///< A target, by being a URL.
  option,  ///< No target, but an option.
};

constexpr asked_by who_asks(probe_kind value) {
  constexpr std::array all{
#define MUSTER_PROBE_KIND(name, asked) asked_by::asked,
      MUSTER_PROBE_KINDS(MUSTER_PROBE_KIND)
#undef MUSTER_PROBE_KIND
  };
  return all[static_cast<std::size_t>(value)];
}

/// Whether a target may ask for a probe of this kind, in its form or its row; else only options
/// can.
constexpr bool is_asked_by_targets(probe_kind value) { return who_asks(value) != asked_by::option; }

/// The kind that a target of this form gets where nothing else is asked.
constexpr probe_kind implied_kind(asked_by form) {
  for (const probe_kind kind : all_probe_kinds) {
    if (who_asks(kind) == form) return kind;
  }
  return all_probe_kinds.front();
}

}  // namespace muster
