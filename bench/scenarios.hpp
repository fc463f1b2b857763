#pragma once

#include "work.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace muster::bench {

/// What stands on the other side of a scenario's probes.
enum class surroundings {
  nothing,      ///< Loopback as it is: all of 127.0.0.0/8 answers.
  home_subnet,  ///< 192.168.0.0/24 behind a cable: echo requests from .17 on are dropped.
  silence,      ///< 10.0.0.0/8 behind a cable: echo requests are dropped.
  cable,        ///< 10.0.0.0/8 behind a cable, where all answers; with servers, if they are needed.
  late,         ///< 10.0.0.0/8 behind a cable, of which only serve_late() answers, and its names.
  acceptor,     ///< A process that accepts and closes, on every loopback address.
  half_acceptor,  ///< The same; the second half of the targets resets.
  web_server,     ///< nginx with one worker and a page of 612 bytes.
  name_server,    ///< Knows h0.bench.test and on, each with an address of its own that answers.
};

/// One contender in a scenario, with a number of targets that it gets through in seconds; 0: all.
struct entry {
  const char* contender;
  std::uint32_t targets = 0;
};

/// One piece of work, and who does it.
struct scenario {
  const char* name;
  const char* title;
  surroundings around;
  bench::work work;
  std::vector<entry> entries;
  unsigned rounds = 3;
};

const std::vector<scenario>& all_scenarios();

/// The same with few targets and short timeouts, to see that everything works. Its figures mean
/// nothing.
scenario made_small(scenario whole);

}  // namespace muster::bench
