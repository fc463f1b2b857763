#pragma once

#include "muster/address.hpp"
#include "muster/plugin_output.hpp"
#include "muster/probe_kind.hpp"
#include "muster/status.hpp"
#include "muster/target.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace muster {

/// What only ICMP probes have. With `--count 1`, min = max = the RTT.
struct icmp_details {
  std::uint32_t sent = 0;              ///< Echo requests sent.
  std::uint32_t received = 0;          ///< Of these, how many were answered in time.
  std::chrono::nanoseconds rtt_min{};  ///< Valid when received > 0, as are the next three.
  std::chrono::nanoseconds rtt_max{};
  std::chrono::nanoseconds rtt_sum{};
  std::chrono::nanoseconds jitter{};  ///< Mean difference of neighbouring RTTs; received > 1.
  std::uint16_t bytes = 0;            ///< ICMP message size of the reply, header included.
  std::uint8_t ttl = 0;               ///< TTL or hop limit of the last reply; 0 if unknown.
};

/// What only HTTP probes have.
struct http_details {
  std::string url;                   ///< The URL asked last, after redirects.
  std::string version;               ///< As the response has it: "1.0" or "1.1", rarely another.
  int status_code = 0;               ///< 0 when no response line arrived.
  std::vector<int> redirects;        ///< Status codes of the redirects that were followed.
  std::string title;                 ///< Of an HTML body; raw bytes from the network, capped.
  std::string server;                ///< The Server header; raw bytes from the network.
  std::string content_type;          ///< Raw bytes from the network.
  std::string location;              ///< The Location header; raw bytes from the network.
  unsigned bad_header_lines = 0;     ///< Lines among the headers that are none, and were skipped.
  std::int64_t content_length = -1;  ///< As the header declares it; -1 when absent.
  std::uint64_t body_bytes = 0;      ///< Bytes of body that were read, after de-chunking.
  bool body_truncated = false;       ///< True when the body was cut off at the cap.
  // The phases, of the last request. Negative when the phase was not reached.
  std::chrono::nanoseconds resolve{-1};
  std::chrono::nanoseconds connect{-1};
  std::chrono::nanoseconds first_byte{-1};  ///< From the request being sent to the first byte.
  std::chrono::nanoseconds transfer{-1};    ///< From the first byte to the end.
};

/// What only exec probes have: what a monitoring plugin came to.
struct exec_details {
  std::string command;  ///< As it was given, with its placeholders.
  int exit_code = -1;   ///< 0 to 255; -1 when a signal ended it.
  int signal = 0;       ///< The signal that ended it, or 0.
  plugin_output said;   ///< Raw bytes of the plugin's.
  /// With `no_value`: the placeholder that has no value. With `bad_interpreter`: the interpreter
  /// that the script names.
  std::string detail;
};

/// How one try of a probe ended.
struct probe_attempt {
  muster::status status = status::skipped;
  muster::reason reason = reason::none;
  std::chrono::nanoseconds rtt{-1};  ///< As in `probe_result`.
};

/// One probe's outcome. Every probe that was asked for ends in exactly one of these.
struct probe_result {
  target subject;  ///< What was asked about.
  /// Its place in input order: with P probes to each target, that of probe p of target t is
  /// t * P + p, all counted from 0.
  std::uint64_t sequence = 0;
  std::chrono::system_clock::time_point finished;  ///< When the outcome was known.
  ip_address address;       ///< The address probed; meaningless if !has_address.
  ip_address error_source;  ///< Who sent the ICMP error that ended it; unspecified if none did.
  std::chrono::nanoseconds rtt{-1};  ///< Round trip, connect, whole-request or run time; < 0: none.
  std::uint16_t port = 0;            ///< 0 for ICMP and exec.
  probe_kind kind = probe_kind::icmp;
  muster::status status = status::skipped;
  muster::reason reason = reason::none;
  bool has_address = false;  ///< False when a name did not resolve.
  icmp_details icmp;
  std::unique_ptr<http_details> http;  ///< Set for HTTP probes that got as far as connecting.
  std::unique_ptr<exec_details> exec;  ///< Set for exec probes that had their turn.
  /// Every try, in order, when there was more than one or when another was still being waited for;
  /// the rest of this is about the last one. At most 1 + `sweep_options::retries_max`.
  std::unique_ptr<std::vector<probe_attempt>> attempts;
};

}  // namespace muster
