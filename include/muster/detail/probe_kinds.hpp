#pragma once

/// The table of the kinds of probe, a line each: `src/probe` has a folder of this name, which has
/// all that there is to know of it. The order is that of a target's probes, and of reports. Who
/// asks for a kind is a target, by being a host, by its port or by being a URL, or in its row; or
/// an option alone, which says what to ask.
#define MUSTER_PROBE_KINDS(KIND) \
  KIND(icmp, host)               \
  KIND(tcp, port)                \
  KIND(http, url)                \
  KIND(exec, option)             \
  KIND(udp, option)              \
  KIND(dns, option)              \
  KIND(tls, option)              \
  KIND(talk, option)             \
  KIND(ntp, option)              \
  KIND(websocket, option)        \
  KIND(grpc, option)             \
  KIND(own, option)
