#pragma once

#include "muster/probe_spec.hpp"
#include "muster/tls_details.hpp"
#include "muster/tls_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace muster {

/// What gRPC servers say of their health: a call of grpc.health.v1.Health/Check at each of some
/// ports.
struct grpc_spec final : spec_of_kind<grpc_spec, probe_kind::grpc> {
  struct check {
    std::uint16_t port = 0;
    std::string service = {};  ///< In UTF-8; empty for the server as a whole.
  };
  std::vector<check> checks;
  /// Whether they are asked over TLS.
  bool over_tls = false;
  tls_options tls;

  static constexpr std::size_t service_bytes_max = 256;

  std::size_t size() const override { return checks.size(); }
  std::uint16_t port(const target& subject, std::uint32_t index) const override;
  option_values asked() const override;
};

/// What only gRPC probes have, once they are connected.
struct grpc_details {
  std::string service;                  ///< That was asked about.
  int status_code = 0;                  ///< Of HTTP; 0 when no head of an answer arrived.
  std::optional<std::uint32_t> status;  ///< Of the call: 0 for OK. Nothing if none arrived.
  std::string message;                  ///< What the server says to that; raw bytes, capped.
  /// As HealthCheckResponse has it: 1 for SERVING. Nothing if none arrived.
  std::optional<std::uint64_t> serving;
  std::string http2_error;           ///< What went wrong with HTTP/2, in the words of nghttp2.
  std::unique_ptr<tls_details> tls;  ///< Null where no TLS was spoken.
  // Negative when the phase was not reached, or did not end.
  std::chrono::nanoseconds connect{-1};
  std::chrono::nanoseconds handshake{-1};

  static constexpr std::size_t message_bytes_kept = 256;

  std::size_t text_bytes() const {
    return service.size() + message.size() + http2_error.size() + (tls ? tls->text_bytes() : 0);
  }
};

}  // namespace muster
