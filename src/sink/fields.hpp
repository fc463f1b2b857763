#pragma once

#include "muster/result.hpp"
#include "sink/numbers.hpp"

#include <array>
#include <cstdint>
#include <string_view>

// Strategy: the fields of a record, their order and when each is known are written down here once.
// A format is a visitor that says how a field of each type looks; so no two formats can disagree.

namespace muster {

/// Everything that a machine-readable record can hold, in the order in which it stands there.
/// The names are API: docs/output.md describes them, a test holds both against each other.
enum class field : std::uint8_t {
  time,
  target,
  probe,
  address,
  port,
  status,
  reason,
  rtt_ms,
  ttl,
  bytes,
  sent,
  received,
  loss,
  rtt_min_ms,
  rtt_avg_ms,
  rtt_max_ms,
  jitter_ms,
  error_source,
  url,
  version,
  status_code,
  redirects,
  title,
  server,
  content_type,
  content_length,
  location,
  body_bytes,
  body_truncated,
  resolve_ms,
  connect_ms,
  first_byte_ms,
  transfer_ms,
  label,
  attempts,
  command,
  exit_code,
  signal,
  state,
  output,
  performance,
  performance_dropped,
  detail,
  bad_header_lines,
};

inline constexpr std::array field_names{
    std::string_view{"time"},
    std::string_view{"target"},
    std::string_view{"probe"},
    std::string_view{"address"},
    std::string_view{"port"},
    std::string_view{"status"},
    std::string_view{"reason"},
    std::string_view{"rtt_ms"},
    std::string_view{"ttl"},
    std::string_view{"bytes"},
    std::string_view{"sent"},
    std::string_view{"received"},
    std::string_view{"loss"},
    std::string_view{"rtt_min_ms"},
    std::string_view{"rtt_avg_ms"},
    std::string_view{"rtt_max_ms"},
    std::string_view{"jitter_ms"},
    std::string_view{"error_source"},
    std::string_view{"url"},
    std::string_view{"version"},
    std::string_view{"status_code"},
    std::string_view{"redirects"},
    std::string_view{"title"},
    std::string_view{"server"},
    std::string_view{"content_type"},
    std::string_view{"content_length"},
    std::string_view{"location"},
    std::string_view{"body_bytes"},
    std::string_view{"body_truncated"},
    std::string_view{"resolve_ms"},
    std::string_view{"connect_ms"},
    std::string_view{"first_byte_ms"},
    std::string_view{"transfer_ms"},
    std::string_view{"label"},
    std::string_view{"attempts"},
    std::string_view{"command"},
    std::string_view{"exit_code"},
    std::string_view{"signal"},
    std::string_view{"state"},
    std::string_view{"output"},
    std::string_view{"performance"},
    std::string_view{"performance_dropped"},
    std::string_view{"detail"},
    std::string_view{"bad_header_lines"},
};
inline constexpr std::size_t field_count = field_names.size();
static_assert(field_count == static_cast<std::size_t>(field::bad_header_lines) + 1);

constexpr std::string_view to_string(field value) {
  return field_names[static_cast<std::size_t>(value)];
}

/// The longest text that goes into one field; what is longer is cut. Longer than any target line
/// and any header block, so that only a fault elsewhere could meet it.
inline constexpr std::size_t field_bytes_max = 16 * 1024;

/// Visits what is known of `icmp`, and nothing else.
template <typename Visitor>
void visit_icmp_fields(const icmp_details& icmp, Visitor& visitor) {
  if (icmp.received > 0) {
    if (icmp.ttl > 0) visitor.integer(field::ttl, unsigned{icmp.ttl});
    if (icmp.bytes > 0) visitor.integer(field::bytes, unsigned{icmp.bytes});
  }
  if (icmp.sent > 1) {
    visitor.integer(field::sent, icmp.sent);
    visitor.integer(field::received, icmp.received);
    visitor.thousandths(field::loss, loss_thousandths(icmp.sent, icmp.received));
    if (icmp.received > 0) {
      visitor.milliseconds(field::rtt_min_ms, icmp.rtt_min);
      visitor.milliseconds(field::rtt_avg_ms, icmp.rtt_sum / icmp.received);
      visitor.milliseconds(field::rtt_max_ms, icmp.rtt_max);
    }
    if (icmp.received > 1) visitor.milliseconds(field::jitter_ms, icmp.jitter);
  }
}

/// Visits what is known of `http`, and nothing else.
template <typename Visitor>
void visit_http_fields(const http_details& http, Visitor& visitor) {
  const auto text = [&visitor](field name, std::string_view value) {
    if (!value.empty()) visitor.text(name, value);
  };
  const auto phase = [&visitor](field name, std::chrono::nanoseconds value) {
    if (value.count() >= 0) visitor.milliseconds(name, value);
  };
  text(field::url, http.url);
  text(field::version, http.version);
  if (http.status_code > 0) visitor.integer(field::status_code, http.status_code);
  if (!http.redirects.empty()) visitor.integers(field::redirects, http.redirects);
  text(field::title, http.title);
  text(field::server, http.server);
  text(field::content_type, http.content_type);
  if (http.content_length >= 0) visitor.integer(field::content_length, http.content_length);
  text(field::location, http.location);
  if (http.status_code > 0) visitor.integer(field::body_bytes, http.body_bytes);
  if (http.body_truncated) visitor.yes(field::body_truncated);
  phase(field::resolve_ms, http.resolve);
  phase(field::connect_ms, http.connect);
  phase(field::first_byte_ms, http.first_byte);
  phase(field::transfer_ms, http.transfer);
}

/// Visits what is known of `exec`, and nothing else.
template <typename Visitor>
void visit_exec_fields(const exec_details& exec, Visitor& visitor) {
  visitor.text(field::command, exec.command);
  if (exec.exit_code >= 0) visitor.integer(field::exit_code, exec.exit_code);
  if (exec.signal > 0) visitor.integer(field::signal, exec.signal);
  if (const std::string_view state = plugin_state(exec.exit_code); !state.empty()) {
    visitor.word(field::state, state);
  }
  if (!exec.said.line.empty()) visitor.text(field::output, exec.said.line);
  if (!exec.said.performance.empty()) {
    visitor.performance(field::performance, exec.said.performance);
  }
  if (exec.said.performance_dropped > 0) {
    visitor.integer(field::performance_dropped, exec.said.performance_dropped);
  }
  if (!exec.detail.empty()) visitor.text(field::detail, exec.detail);
}

/// Calls one member of `visitor` for each field of `result` that is known, in order:
/// `time`, `word` (one of our own, never escaped), `address`, `text` (untrusted bytes), `integer`,
/// `integers`, `milliseconds`, `thousandths`, `yes`, `attempts` and `performance`.
template <typename Visitor>
void visit_fields(const probe_result& result, Visitor& visitor) {
  visitor.time(field::time, result.finished);
  if (const std::string_view written = result.subject.written(); !written.empty()) {
    visitor.text(field::target, written);
  } else {
    visitor.address(field::target, result.subject.address());
  }
  visitor.word(field::probe, to_string(result.kind));
  if (result.has_address) visitor.address(field::address, result.address);
  if (result.port > 0) visitor.integer(field::port, unsigned{result.port});
  visitor.word(field::status, to_string(result.status));
  if (result.reason != reason::none) visitor.word(field::reason, to_string(result.reason));
  if (result.rtt.count() >= 0) visitor.milliseconds(field::rtt_ms, result.rtt);
  if (result.kind == probe_kind::icmp) visit_icmp_fields(result.icmp, visitor);
  if (result.error_source != ip_address{}) {
    visitor.address(field::error_source, result.error_source);
  }
  if (result.http) visit_http_fields(*result.http, visitor);
  if (const target_parameters* own = result.subject.parameters(); own && !own->label.empty()) {
    visitor.text(field::label, own->label);
  }
  if (result.attempts) visitor.attempts(field::attempts, *result.attempts);
  if (result.exec) visit_exec_fields(*result.exec, visitor);
  if (result.http && result.http->bad_header_lines > 0) {
    visitor.integer(field::bad_header_lines, result.http->bad_header_lines);
  }
}

}  // namespace muster
