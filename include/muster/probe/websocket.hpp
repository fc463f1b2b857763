#pragma once

#include "muster/http_options.hpp"
#include "muster/probe/talk.hpp"
#include "muster/probe_spec.hpp"
#include "muster/tls_details.hpp"
#include "muster/tls_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace muster {

/// A connection of WebSocket (RFC 6455) to each of some URLs, and what is talked over it.
struct websocket_spec final : spec_of_kind<websocket_spec, probe_kind::websocket>, http_headers {
  /// The URLs, `ws://` or `wss://`, where `{}` stands for the target's host.
  std::vector<std::string> urls;
  /// The subprotocols to offer, the best first; none to offer none.
  std::vector<std::string> protocols;
  /// What is said once the connection is there: steps that expect messages or send them.
  std::vector<talk_step> steps;
  /// Of those that are `wss://`.
  tls_options tls;

  std::size_t size() const override { return urls.size(); }
  /// One that names no other.
  bool takes_open_ports(std::uint32_t index) const override;
  option_values asked() const override;

  static constexpr std::size_t protocols_max = 20;
};

/// What only WebSocket probes have.
struct websocket_details {
  std::string url;       ///< With the target in it.
  int status_code = 0;   ///< Of the answer to the request; 0 when none came.
  std::string server;    ///< Its Server header; raw bytes from the network.
  std::string location;  ///< Its Location header; raw bytes from the network.
  std::string protocol;  ///< The subprotocol that the server chose; raw bytes from the network.
  std::string error;     ///< What is wrong with the answer, or with a frame, for people.
  std::string banner;    ///< The first message, or what `(?P<banner>…)` captured; raw bytes.
  std::size_t step = 0;  ///< The number, from 1, of the step that was not done; 0 if all were.
  std::string step_text;
  std::string answer;  ///< What came last instead of what that step expected; raw bytes.
  /// Of the server's close frame: 0 when it sent none, or one without a code.
  std::uint16_t close_code = 0;
  std::string close_reason;          ///< In UTF-8, from the network.
  std::unique_ptr<tls_details> tls;  ///< Null where it was not over TLS, or nothing came back.
  // Negative when the phase was not reached, or did not end.
  std::chrono::nanoseconds connect{-1};
  std::chrono::nanoseconds handshake{-1};  ///< Of TLS.
  std::chrono::nanoseconds upgrade{-1};    ///< From the request being sent to its whole answer.

  std::size_t text_bytes() const {
    return url.size() + server.size() + location.size() + protocol.size() + error.size() +
           banner.size() + step_text.size() + answer.size() + close_reason.size() +
           (tls ? tls->text_bytes() : 0);
  }
};

}  // namespace muster
