#pragma once

#include "muster/sink.hpp"
#include "muster/statistics.hpp"
#include "sink/host_map.hpp"

#include <cstddef>
#include <string>

namespace muster {

/// Appends the members of a JSON object that say what a sweep came to as a whole, each with its
/// comma: the command, times, counts, RTTs, histogram and the words for status, reason and probe.
void append_page_summary(std::string& out, const sweep_summary& summary,
                         const page_options& options);

/// Appends a JSON array of the maps of a sweep, none, one or one for each family.
void append_page_maps(std::string& out, const host_map& hosts);

/// No map of a page has more cells or more parts: it is drawn coarser, or if it is IPv6, left out.
inline constexpr std::size_t page_cells_max = 1024 * 1024;
inline constexpr std::size_t page_parts_max = 64;
/// As many bars as a histogram of a page may have.
inline constexpr std::size_t page_bars_max = 40;

}  // namespace muster
