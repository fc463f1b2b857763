#include "muster/status.hpp"

#include "muster/result.hpp"
#include "support/catch.hpp"

#include <map>
#include <string>

using muster::probe_kind;
using muster::reason;
using muster::status;

// These tables are the API. A line may be added; none may change.

TEST_CASE("status words are spelled as documented") {
  const std::map<status, std::string> spellings{
      {status::up, "up"},
      {status::timeout, "timeout"},
      {status::refused, "refused"},
      {status::unreachable, "unreachable"},
      {status::reset, "reset"},
      {status::name_error, "name_error"},
      {status::tls_error, "tls_error"},
      {status::protocol_error, "protocol_error"},
      {status::mismatch, "mismatch"},
      {status::local_error, "local_error"},
      {status::cancelled, "cancelled"},
      {status::skipped, "skipped"},
  };
  CHECK(spellings.size() == muster::status_count);
  for (const auto& [value, spelling] : spellings)
    CHECK(muster::to_string(value) == spelling);
}

TEST_CASE("reasons are spelled as documented") {
  const std::map<reason, std::string> spellings{
      {reason::none, ""},
      {reason::no_reply, "no_reply"},
      {reason::wrong_accept_key, "wrong_accept_key"},
      {reason::malformed_upgrade, "malformed_upgrade"},
      {reason::malformed_frame, "malformed_frame"},
      {reason::upgrade_refused, "upgrade_refused"},
      {reason::kiss_of_death, "kiss_of_death"},
      {reason::clock_unsynchronized, "clock_unsynchronized"},
      {reason::stratum_not_expected, "stratum_not_expected"},
      {reason::offset_not_expected, "offset_not_expected"},
      {reason::resolve_timeout, "resolve_timeout"},
      {reason::connect_timeout, "connect_timeout"},
      {reason::send_timeout, "send_timeout"},
      {reason::first_byte_timeout, "first_byte_timeout"},
      {reason::transfer_timeout, "transfer_timeout"},
      {reason::proxy_timeout, "proxy_timeout"},
      {reason::host_timeout, "host_timeout"},
      {reason::connection_refused, "connection_refused"},
      {reason::self_connect, "self_connect"},
      {reason::no_such_socket, "no_such_socket"},
      {reason::icmp_network_unreachable, "icmp_network_unreachable"},
      {reason::icmp_host_unreachable, "icmp_host_unreachable"},
      {reason::icmp_protocol_unreachable, "icmp_protocol_unreachable"},
      {reason::icmp_port_unreachable, "icmp_port_unreachable"},
      {reason::icmp_fragmentation_needed, "icmp_fragmentation_needed"},
      {reason::icmp_source_route_failed, "icmp_source_route_failed"},
      {reason::icmp_admin_prohibited, "icmp_admin_prohibited"},
      {reason::icmp_precedence, "icmp_precedence"},
      {reason::icmp_no_route, "icmp_no_route"},
      {reason::icmp_address_unreachable, "icmp_address_unreachable"},
      {reason::icmp_beyond_scope, "icmp_beyond_scope"},
      {reason::icmp_policy_failed, "icmp_policy_failed"},
      {reason::icmp_reject_route, "icmp_reject_route"},
      {reason::icmp_packet_too_big, "icmp_packet_too_big"},
      {reason::icmp_ttl_exceeded, "icmp_ttl_exceeded"},
      {reason::icmp_reassembly_exceeded, "icmp_reassembly_exceeded"},
      {reason::icmp_parameter_problem, "icmp_parameter_problem"},
      {reason::host_unreachable, "host_unreachable"},
      {reason::network_unreachable, "network_unreachable"},
      {reason::proxy_refused, "proxy_refused"},
      {reason::connection_reset, "connection_reset"},
      {reason::closed_early, "closed_early"},
      {reason::name_not_found, "name_not_found"},
      {reason::no_address, "no_address"},
      {reason::name_server_failure, "name_server_failure"},
      {reason::name_server_refused, "name_server_refused"},
      {reason::name_server_not_implemented, "name_server_not_implemented"},
      {reason::name_server_format_error, "name_server_format_error"},
      {reason::name_server_error, "name_server_error"},
      {reason::name_server_malformed, "name_server_malformed"},
      {reason::name_server_unreachable, "name_server_unreachable"},
      {reason::invalid_name, "invalid_name"},
      {reason::malformed_response, "malformed_response"},
      {reason::headers_too_large, "headers_too_large"},
      {reason::too_many_redirects, "too_many_redirects"},
      {reason::bad_redirect, "bad_redirect"},
      {reason::wrong_payload, "wrong_payload"},
      {reason::truncated, "truncated"},
      {reason::out_of_memory, "out_of_memory"},
      {reason::status_not_expected, "status_not_expected"},
      {reason::answer_not_expected, "answer_not_expected"},
      {reason::rcode_not_expected, "rcode_not_expected"},
      {reason::stream_refused, "stream_refused"},
      {reason::stream_reset, "stream_reset"},
      {reason::http2_error, "http2_error"},
      {reason::rpc_failed, "rpc_failed"},
      {reason::not_serving, "not_serving"},
      {reason::clear_text_injected, "clear_text_injected"},
      {reason::permission_denied, "permission_denied"},
      {reason::firewall_denied, "firewall_denied"},
      {reason::broadcast_address, "broadcast_address"},
      {reason::no_route, "no_route"},
      {reason::address_not_available, "address_not_available"},
      {reason::too_many_open_files, "too_many_open_files"},
      {reason::message_too_big, "message_too_big"},
      {reason::certificate_expired, "certificate_expired"},
      {reason::certificate_not_yet_valid, "certificate_not_yet_valid"},
      {reason::certificate_revoked, "certificate_revoked"},
      {reason::hostname_mismatch, "hostname_mismatch"},
      {reason::self_signed, "self_signed"},
      {reason::unknown_ca, "unknown_ca"},
      {reason::certificate_chain_too_long, "certificate_chain_too_long"},
      {reason::certificate_purpose, "certificate_purpose"},
      {reason::certificate_too_weak, "certificate_too_weak"},
      {reason::certificate_invalid, "certificate_invalid"},
      {reason::certificate_too_large, "certificate_too_large"},
      {reason::client_certificate_required, "client_certificate_required"},
      {reason::client_certificate_refused, "client_certificate_refused"},
      {reason::tls_version_unsupported, "tls_version_unsupported"},
      {reason::no_shared_cipher, "no_shared_cipher"},
      {reason::server_name_unknown, "server_name_unknown"},
      {reason::not_tls, "not_tls"},
      {reason::handshake_failed, "handshake_failed"},
      {reason::tls_broken, "tls_broken"},
      {reason::handshake_timeout, "handshake_timeout"},
      {reason::version_not_expected, "version_not_expected"},
      {reason::url_not_expected, "url_not_expected"},
      {reason::size_not_expected, "size_not_expected"},
      {reason::header_not_expected, "header_not_expected"},
      {reason::body_not_expected, "body_not_expected"},
      {reason::json_not_expected, "json_not_expected"},
      {reason::malformed_body, "malformed_body"},
      {reason::certificate_expires_soon, "certificate_expires_soon"},
      {reason::socket_error, "socket_error"},
      {reason::library_missing, "library_missing"},
      {reason::interrupted, "interrupted"},
      {reason::run_deadline, "run_deadline"},
      {reason::output_failed, "output_failed"},
      {reason::enough_up, "enough_up"},
      {reason::excluded, "excluded"},
      {reason::unspecified_address, "unspecified_address"},
      {reason::host_silent, "host_silent"},
      {reason::first_probe_failed, "first_probe_failed"},
      {reason::command_timeout, "command_timeout"},
      {reason::loss_warning, "loss_warning"},
      {reason::loss_critical, "loss_critical"},
      {reason::rtt_warning, "rtt_warning"},
      {reason::rtt_critical, "rtt_critical"},
      {reason::exit_code_not_zero, "exit_code_not_zero"},
      {reason::killed_by_signal, "killed_by_signal"},
      {reason::plugin_warning, "plugin_warning"},
      {reason::plugin_critical, "plugin_critical"},
      {reason::plugin_unknown, "plugin_unknown"},
      {reason::plugin_exit_code, "plugin_exit_code"},
      {reason::probe_threw, "probe_threw"},
      {reason::command_not_found, "command_not_found"},
      {reason::not_executable, "not_executable"},
      {reason::bad_interpreter, "bad_interpreter"},
      {reason::no_directory, "no_directory"},
      {reason::arguments_too_long, "arguments_too_long"},
      {reason::no_process, "no_process"},
      {reason::too_many_failed, "too_many_failed"},
      {reason::bad_target, "bad_target"},
      {reason::no_value, "no_value"},
      {reason::leading_dash, "leading_dash"},
      {reason::nul_byte, "nul_byte"},
  };
  CHECK(spellings.size() == muster::reason_count);
  for (const auto& [value, spelling] : spellings)
    CHECK(muster::to_string(value) == spelling);
}

TEST_CASE("probe kinds are spelled as documented") {
  CHECK(muster::to_string(probe_kind::icmp) == "icmp");
  CHECK(muster::to_string(probe_kind::tcp) == "tcp");
  CHECK(muster::to_string(probe_kind::http) == "http");
}

TEST_CASE("all_statuses lists every status once, in declaration order") {
  std::size_t expected = 0;
  for (const status value : muster::all_statuses) {
    CHECK(static_cast<std::size_t>(value) == expected++);
  }
  CHECK(expected == muster::status_count);
}
