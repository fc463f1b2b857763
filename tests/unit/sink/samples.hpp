#pragma once

#include "muster/probe/dns.hpp"
#include "muster/probe/exec.hpp"
#include "muster/probe/grpc.hpp"
#include "muster/probe/http.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/ntp.hpp"
#include "muster/probe/talk.hpp"
#include "muster/probe/udp.hpp"
#include "muster/probe/websocket.hpp"
#include "muster/sink.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace muster::test {

ip_address ip(std::string_view text);
target named_target(target_form form, std::string written, std::string host, std::uint16_t port);

/// An answer to one echo request: 192.168.0.1, up in 45 µs, TTL 64.
probe_result icmp_up();
/// Three of five echo requests answered.
probe_result icmp_with_loss();
/// A router's host unreachable for 10.0.0.9.
probe_result icmp_unreachable();
/// 10.0.0.8, up at the second try.
probe_result icmp_retried();
/// db.example, one of whose two addresses is silent.
probe_result icmp_of_all();
/// db.example:5432, refused by 10.0.0.7.
probe_result tcp_refused();
/// http://127.0.0.1:8080/, nginx's welcome page.
probe_result http_up();
/// HTTP with every field there is.
probe_result http_maximal();
/// Over TLS, with all that there can be of it.
probe_result https_maximal();
/// check_http of a plugin, with performance data.
probe_result exec_up();
/// A plugin with every field that exec has, killed by a signal.
probe_result exec_killed();
probe_result exec_without_value();
/// 10.0.0.53, port 53, answered with bytes that are no text.
probe_result udp_up();
/// 10.0.0.53, asked over UDP, with every field that DNS has.
probe_result dns_up();
/// The version of a name server, in the class of CHAOS, which is not to be told.
probe_result dns_of_chaos();
/// A WebSocket that was closed in the middle of its steps, with every field that it may have.
probe_result websocket_failed();
/// 10.0.0.25, port 25, whose mail server has no STARTTLS.
probe_result talk_failed();
/// 10.0.0.123, 1.5 ms behind.
probe_result ntp_up();
/// 10.0.0.25, port 50051, with every field that gRPC has, though never all of them at once.
probe_result grpc_failed();
/// A result whose target has a label.
probe_result labelled(probe_result result, std::string label);

/// The details of a result, made if it has none.
template <typename Details>
Details& details_in(probe_result& result) {
  if (result.details.empty()) result.details.emplace<Details>();
  return *result.details.get<Details>();
}
inline icmp_details& icmp_of(probe_result& result) { return details_in<icmp_details>(result); }
inline http_details& http_of(probe_result& result) { return details_in<http_details>(result); }
inline exec_details& exec_of(probe_result& result) { return details_in<exec_details>(result); }

/// All bytes that a sink of `format` writes for `results`.
std::string output_of(output_format format, std::vector<probe_result> results,
                      const text_options& options = {});

template <typename... Results>
std::vector<probe_result> list(Results&&... results) {
  std::vector<probe_result> all;
  (all.push_back(std::forward<Results>(results)), ...);
  return all;
}

/// A file in memory.
class memory_file {
 public:
  memory_file();
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  ~memory_file();
  int descriptor() const { return descriptor_; }
  std::string content() const;

 private:
  int descriptor_;
};

std::vector<std::string> lines_of(const std::string& text);

}  // namespace muster::test
