#pragma once

/// The table of the kinds of probe, a line each: `src/probe` has a folder of this name, which has
/// all that there is to know of it. The order is that of a target's probes, and of reports. A kind
/// is asked for by a target, in its form or its row, or by an option alone, which says what to ask.
#define MUSTER_PROBE_KINDS(KIND) \
  KIND(icmp, by_target)          \
  KIND(tcp, by_target)           \
  KIND(http, by_target)          \
  KIND(exec, by_option)          \
  KIND(udp, by_option)           \
  KIND(own, by_option)
