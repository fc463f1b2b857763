#pragma once

/// The table of the kinds of probe, a line each: `src/probe` has a folder of this name, which has
/// all that there is to know of it. The order is that of a target's probes, and of reports.
#define MUSTER_PROBE_KINDS(KIND) \
  KIND(icmp)                     \
  KIND(tcp)                      \
  KIND(http)                     \
  KIND(exec)                     \
  KIND(udp)
