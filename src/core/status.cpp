#include "muster/status.hpp"

#include "muster/probe_kind.hpp"

// Strategy: switches without a default, so that the compiler names an enumerator that was forgotten
// here. A value outside the enumeration has no spelling and yields an empty text.

namespace muster {

std::string_view to_string(status value) {
  switch (value) {
    case status::up:
      return "up";
    case status::timeout:
      return "timeout";
    case status::refused:
      return "refused";
    case status::unreachable:
      return "unreachable";
    case status::reset:
      return "reset";
    case status::name_error:
      return "name_error";
    case status::tls_error:
      return "tls_error";
    case status::protocol_error:
      return "protocol_error";
    case status::mismatch:
      return "mismatch";
    case status::local_error:
      return "local_error";
    case status::cancelled:
      return "cancelled";
    case status::skipped:
      return "skipped";
  }
  return {};
}

std::string_view to_string(reason value) {
  switch (value) {
    case reason::none:
      return {};
    case reason::no_reply:
      return "no_reply";
    case reason::resolve_timeout:
      return "resolve_timeout";
    case reason::connect_timeout:
      return "connect_timeout";
    case reason::send_timeout:
      return "send_timeout";
    case reason::first_byte_timeout:
      return "first_byte_timeout";
    case reason::transfer_timeout:
      return "transfer_timeout";
    case reason::host_timeout:
      return "host_timeout";
    case reason::connection_refused:
      return "connection_refused";
    case reason::self_connect:
      return "self_connect";
    case reason::icmp_network_unreachable:
      return "icmp_network_unreachable";
    case reason::icmp_host_unreachable:
      return "icmp_host_unreachable";
    case reason::icmp_protocol_unreachable:
      return "icmp_protocol_unreachable";
    case reason::icmp_port_unreachable:
      return "icmp_port_unreachable";
    case reason::icmp_fragmentation_needed:
      return "icmp_fragmentation_needed";
    case reason::icmp_source_route_failed:
      return "icmp_source_route_failed";
    case reason::icmp_admin_prohibited:
      return "icmp_admin_prohibited";
    case reason::icmp_precedence:
      return "icmp_precedence";
    case reason::icmp_no_route:
      return "icmp_no_route";
    case reason::icmp_address_unreachable:
      return "icmp_address_unreachable";
    case reason::icmp_beyond_scope:
      return "icmp_beyond_scope";
    case reason::icmp_policy_failed:
      return "icmp_policy_failed";
    case reason::icmp_reject_route:
      return "icmp_reject_route";
    case reason::icmp_packet_too_big:
      return "icmp_packet_too_big";
    case reason::icmp_ttl_exceeded:
      return "icmp_ttl_exceeded";
    case reason::icmp_reassembly_exceeded:
      return "icmp_reassembly_exceeded";
    case reason::icmp_parameter_problem:
      return "icmp_parameter_problem";
    case reason::host_unreachable:
      return "host_unreachable";
    case reason::network_unreachable:
      return "network_unreachable";
    case reason::connection_reset:
      return "connection_reset";
    case reason::closed_early:
      return "closed_early";
    case reason::name_not_found:
      return "name_not_found";
    case reason::no_address:
      return "no_address";
    case reason::name_server_failure:
      return "name_server_failure";
    case reason::name_server_refused:
      return "name_server_refused";
    case reason::name_server_not_implemented:
      return "name_server_not_implemented";
    case reason::name_server_format_error:
      return "name_server_format_error";
    case reason::name_server_error:
      return "name_server_error";
    case reason::name_server_malformed:
      return "name_server_malformed";
    case reason::name_server_unreachable:
      return "name_server_unreachable";
    case reason::invalid_name:
      return "invalid_name";
    case reason::malformed_response:
      return "malformed_response";
    case reason::headers_too_large:
      return "headers_too_large";
    case reason::too_many_redirects:
      return "too_many_redirects";
    case reason::bad_redirect:
      return "bad_redirect";
    case reason::truncated:
      return "truncated";
    case reason::out_of_memory:
      return "out_of_memory";
    case reason::wrong_payload:
      return "wrong_payload";
    case reason::status_not_expected:
      return "status_not_expected";
    case reason::answer_not_expected:
      return "answer_not_expected";
    case reason::permission_denied:
      return "permission_denied";
    case reason::firewall_denied:
      return "firewall_denied";
    case reason::broadcast_address:
      return "broadcast_address";
    case reason::no_route:
      return "no_route";
    case reason::address_not_available:
      return "address_not_available";
    case reason::too_many_open_files:
      return "too_many_open_files";
    case reason::message_too_big:
      return "message_too_big";
    case reason::tls_unsupported:
      return "tls_unsupported";
    case reason::socket_error:
      return "socket_error";
    case reason::interrupted:
      return "interrupted";
    case reason::run_deadline:
      return "run_deadline";
    case reason::output_failed:
      return "output_failed";
    case reason::enough_up:
      return "enough_up";
    case reason::excluded:
      return "excluded";
    case reason::unspecified_address:
      return "unspecified_address";
    case reason::host_silent:
      return "host_silent";
    case reason::first_probe_failed:
      return "first_probe_failed";
    case reason::command_timeout:
      return "command_timeout";
    case reason::exit_code_not_zero:
      return "exit_code_not_zero";
    case reason::killed_by_signal:
      return "killed_by_signal";
    case reason::plugin_warning:
      return "plugin_warning";
    case reason::plugin_critical:
      return "plugin_critical";
    case reason::plugin_unknown:
      return "plugin_unknown";
    case reason::plugin_exit_code:
      return "plugin_exit_code";
    case reason::probe_threw:
      return "probe_threw";
    case reason::command_not_found:
      return "command_not_found";
    case reason::not_executable:
      return "not_executable";
    case reason::bad_interpreter:
      return "bad_interpreter";
    case reason::no_directory:
      return "no_directory";
    case reason::arguments_too_long:
      return "arguments_too_long";
    case reason::no_process:
      return "no_process";
    case reason::too_many_failed:
      return "too_many_failed";
    case reason::bad_target:
      return "bad_target";
    case reason::no_value:
      return "no_value";
    case reason::leading_dash:
      return "leading_dash";
    case reason::nul_byte:
      return "nul_byte";
  }
  return {};
}

std::string_view to_string(probe_kind value) {
  switch (value) {
#define MUSTER_PROBE_KIND(name, asked) \
  case probe_kind::name:               \
    return #name;
    MUSTER_PROBE_KINDS(MUSTER_PROBE_KIND)
#undef MUSTER_PROBE_KIND
  }
  return {};
}

}  // namespace muster
