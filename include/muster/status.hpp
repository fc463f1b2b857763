#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster {

/// What became of a probe. The spellings are API: scripts depend on them, a test pins them.
enum class status : std::uint8_t {
  up,              ///< It answered, as asked.
  timeout,         ///< No answer within the timeout.
  refused,         ///< The host actively refused: a TCP RST to our SYN, an ICMP port unreachable.
  unreachable,     ///< A router or the host said that it can't be reached.
  reset,           ///< The connection was accepted, then reset.
  name_error,      ///< The name could not be resolved.
  tls_error,       ///< The TLS handshake failed.
  protocol_error,  ///< It answered with something that is not the protocol asked for.
  mismatch,        ///< It answered, but not as asked.
  local_error,     ///< This machine's fault: no permission, no route, a local firewall.
  cancelled,       ///< In flight when the run was stopped.
  skipped,         ///< Asked for, but never started.
};
inline constexpr std::size_t status_count = 12;

/// The status as it is spelled everywhere: `up`, `timeout`, `name_error`.
std::string_view to_string(status value);

/// Why a result is not `up`, in finer grain than its status; or a remark about one that is.
enum class reason : std::uint8_t {
  none,
  // up
  truncated,  ///< An echo reply brought back only the first of the bytes that were sent.
  // timeout: the step that was under way.
  no_reply,            ///< No echo reply.
  connect_timeout,     ///< No answer to the SYN.
  send_timeout,        ///< The request could not be sent in time.
  handshake_timeout,   ///< Connected, but TLS was not agreed on.
  first_byte_timeout,  ///< Connected and asked, but no byte of an answer.
  transfer_timeout,    ///< The answer began but did not end.
  proxy_timeout,       ///< A proxy was asked for a way to the target, and gave none in time.
  host_timeout,        ///< The time for all probes of the target was up; with `skipped`, too.
  command_timeout,     ///< The command had not ended.
  // refused
  connection_refused,  ///< RST in answer to a SYN.
  self_connect,        ///< The kernel connected the socket to itself: nothing listens there.
  no_such_socket,      ///< There is no Unix socket at the path.
  // unreachable: RFC 792, RFC 1122, RFC 1812 and RFC 4443 names.
  icmp_network_unreachable,
  icmp_host_unreachable,
  icmp_protocol_unreachable,
  icmp_port_unreachable,
  icmp_fragmentation_needed,
  icmp_source_route_failed,
  icmp_admin_prohibited,
  icmp_precedence,
  icmp_no_route,             ///< ICMPv6: no route to destination.
  icmp_address_unreachable,  ///< ICMPv6.
  icmp_beyond_scope,         ///< ICMPv6: beyond scope of source address.
  icmp_policy_failed,        ///< ICMPv6: source address failed ingress/egress policy.
  icmp_reject_route,         ///< ICMPv6: reject route to destination.
  icmp_packet_too_big,       ///< ICMPv6.
  icmp_ttl_exceeded,
  icmp_reassembly_exceeded,
  icmp_parameter_problem,
  host_unreachable,     ///< The kernel reported EHOSTUNREACH for a connection.
  network_unreachable,  ///< The kernel reported ENETUNREACH for a connection.
  proxy_refused,        ///< A proxy says that it does not, or can not, ask the target.
  // reset
  connection_reset,
  closed_early,    ///< The peer closed the connection before a whole answer.
  stream_refused,  ///< HTTP/2: the server did not look at the request, and may do so another time.
  stream_reset,    ///< HTTP/2: the server gave the answer up; `http2_error` may have why.
  // name_error
  resolve_timeout,              ///< The name servers did not answer in time.
  name_not_found,               ///< NXDOMAIN.
  no_address,                   ///< The name exists, but has no address of an allowed family.
  name_server_failure,          ///< SERVFAIL: it could not find out.
  name_server_refused,          ///< REFUSED: it does not answer us, or not about this name.
  name_server_not_implemented,  ///< NOTIMP.
  name_server_format_error,     ///< FORMERR: it could not read the question.
  name_server_error,            ///< Any other code that is no answer.
  name_server_malformed,        ///< Its answer could not be read.
  name_server_unreachable,
  invalid_name,
  // tls_error: what speaks against the certificate, then what ended the handshake.
  certificate_expired,
  certificate_not_yet_valid,
  certificate_revoked,
  hostname_mismatch,  ///< It is for other names, or another address.
  self_signed,        ///< Its issuer is itself, whom nobody here relies on.
  unknown_ca,         ///< Nobody here relies on its issuer, or the chain to it is not whole.
  certificate_chain_too_long,
  certificate_purpose,          ///< It, or one of its issuers, is not for this.
  certificate_too_weak,         ///< A key too short, or a digest too weak.
  certificate_invalid,          ///< Anything else that is wrong with it.
  certificate_too_large,        ///< The certificates take more room than a handshake may.
  client_certificate_required,  ///< The server wants one, and there was none to show.
  client_certificate_refused,   ///< It does not take the one that was shown.
  tls_version_unsupported,      ///< No version of TLS that both sides speak.
  no_shared_cipher,             ///< No cipher, group or signature that both sides take.
  server_name_unknown,          ///< It has no certificate for the name that was asked for.
  not_tls,                      ///< It speaks something else.
  handshake_failed,             ///< For another reason, which `tls.error` has.
  tls_broken,                   ///< What came after the handshake was no TLS.
  clear_text_injected,          ///< More came in the clear than the go-ahead for TLS.
  // protocol_error
  malformed_response,
  malformed_body,  ///< Its codings, such as gzip, can't be undone.
  headers_too_large,
  wrong_accept_key,   ///< A server of WebSocket answers another key than it was sent, or none.
  malformed_upgrade,  ///< Its answer is no upgrade to WebSocket, or to more than was asked for.
  malformed_frame,    ///< A frame of WebSocket that no server may send.
  too_many_redirects,
  bad_redirect,  ///< A redirect without a usable Location.
  http2_error,   ///< What came was no HTTP/2, or against its rules.
  // mismatch
  wrong_payload,         ///< An echo reply came back from the target with other bytes than sent.
  status_not_expected,   ///< A whole HTTP answer, with a status code that was not expected.
  upgrade_refused,       ///< A whole HTTP answer, but the server does not go over to WebSocket.
  url_not_expected,      ///< `--expect-url`
  version_not_expected,  ///< `--expect-version`
  size_not_expected,     ///< `--expect-size`
  header_not_expected,   ///< `--expect-header`, `--reject-header`
  body_not_expected,     ///< `--expect-body`, `--reject-body`
  json_not_expected,     ///< `--expect-json`
  certificate_expires_soon,  ///< `--tls-expires-in`: fewer days are left to it.
  answer_not_expected,       ///< An answer that does not match what was expected.
  rcode_not_expected,    ///< A name server's answer, with a response code that was not expected.
  rpc_failed,            ///< A call of gRPC ended with another status than OK.
  not_serving,           ///< A service of gRPC that says so, or does not say that it is.
  kiss_of_death,         ///< An NTP server says that it does not answer this client, or not now.
  clock_unsynchronized,  ///< An NTP server says that its clock is not to be relied on.
  stratum_not_expected,  ///< `--ntp-stratum`
  offset_not_expected,   ///< `--ntp-offset`
  loss_warning,          ///< `--expect-loss`: more is lost than the first bound.
  loss_critical,         ///< More than the second.
  rtt_warning,           ///< `--expect-rtt`: the mean round trip is longer than the first bound.
  rtt_critical,          ///< Longer than the second.
  exit_code_not_zero,    ///< The command ended with an exit code other than 0.
  killed_by_signal,      ///< A signal ended the command, which muster had not sent.
  plugin_warning,        ///< A monitoring plugin said WARNING: exit code 1.
  plugin_critical,       ///< A monitoring plugin said CRITICAL: exit code 2.
  // local_error
  permission_denied,
  firewall_denied,    ///< A rule on this machine forbids to send it.
  broadcast_address,  ///< An echo request to all hosts of a network, which is not sent.
  no_route,
  address_not_available,
  too_many_open_files,
  message_too_big,     ///< Larger than the local interface's MTU, with fragmentation forbidden.
  socket_error,        ///< Any other error of a local socket.
  library_missing,     ///< What only some probes need, such as OpenSSL, is not on this machine.
  command_not_found,   ///< No such program, not even in PATH.
  not_executable,      ///< It is there, but this user may not run it, or it is no program.
  bad_interpreter,     ///< It is there, but not what its `#!` line or its format says is to run it.
  no_directory,        ///< --cwd: the command can't run there.
  arguments_too_long,  ///< More than the system lets a program have as arguments.
  no_process,          ///< The system is out of processes, and did not get better.
  plugin_unknown,      ///< A monitoring plugin said UNKNOWN, exit code 3: it could not look.
  plugin_exit_code,    ///< A monitoring plugin ended with a code that means nothing.
  probe_threw,         ///< A probe of the program's own threw something that is no socket's error.
  // cancelled
  interrupted,      ///< Ctrl-C or SIGTERM.
  run_deadline,     ///< --deadline.
  output_failed,    ///< The results could no longer be written.
  enough_up,        ///< --min-up: so many targets are up as were asked for.
  too_many_failed,  ///< --halt: so many tasks failed as were to be borne.
  out_of_memory,    ///< This process got no more memory.
  bad_target,       ///< --strict: a line of a pipe was not a target.
  // skipped
  excluded,  ///< A name or a redirect led to what is excluded.
  /// 0.0.0.0 or `::`, which is no host's address: the kernel would connect to this machine.
  unspecified_address,
  host_silent,  ///< --alive-first: the host did not answer the first probe.
  /// --alive-first: the first probe could not ask the host, so nobody knows whether it is there.
  first_probe_failed,
  no_value,      ///< A placeholder of the command has no value for this target.
  leading_dash,  ///< The target would be taken for an option of the command.
  nul_byte,      ///< No argument of a command can hold a NUL byte.
};
inline constexpr std::size_t reason_count = static_cast<std::size_t>(reason::nul_byte) + 1;

/// The reason as it is spelled everywhere: `icmp_host_unreachable`; empty for `none`.
std::string_view to_string(reason value);

/// Every status, in declaration order.
inline constexpr std::array<status, status_count> all_statuses{
    status::up,       status::timeout,     status::refused,   status::unreachable,
    status::reset,    status::name_error,  status::tls_error, status::protocol_error,
    status::mismatch, status::local_error, status::cancelled, status::skipped};

}  // namespace muster
