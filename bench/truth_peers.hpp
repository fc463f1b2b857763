#pragma once

#include "figure_parts.hpp"
#include "truth_times.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace muster::bench {

/// Those who report times, as entrants of a scenario.
const std::vector<std::string>& truth_peers();

/// True if this peer does such work.
bool takes_part(const bench_place& at, const std::string& peer, const work& hosts);

/// Reads what a peer of this name, without its width, wrote about `hosts`: nmap as XML.
void read_peer(std::string_view name, std::string_view text, const work& hosts,
               reported_times& out);

/// What a peer reports of `hosts`. Throws std::runtime_error with why it doesn't.
reported_times times_of_peer(const bench_place& at, const std::string& peer, const work& hosts);

}  // namespace muster::bench
