#pragma once

#include "muster/http_options.hpp"
#include "muster/probe/http_checks.hpp"
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

/// A request for each of some URLs, and how all HTTP probes are made.
struct http_spec final : spec_of_kind<http_spec, probe_kind::http>, http_options {
  /// The URLs, where `{}` stands for the target's host.
  std::vector<std::string> urls;
  /// Of those that are `https://`.
  tls_options tls;
  /// What an answer with an expected status code has to be like.
  http_checks checks;

  std::size_t size() const override { return urls.size(); }
  std::uint16_t port(const target& subject, std::uint32_t index) const override;
  /// One that does not name another: over TLS at 443 and 8443, where it says `http`.
  bool takes_open_ports(std::uint32_t index) const override;
  option_values asked() const override;
};

/// What only HTTP probes have, once they got as far as connecting.
struct http_details {
  std::string url;                   ///< The URL asked last, after redirects.
  std::string version;               ///< As the response has it: "1.0", "1.1", "2", rarely another.
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
  std::string content_encoding;      ///< The codings that were undone; raw bytes from the network.
  std::uint64_t decoded_bytes = 0;   ///< Bytes that came out of them.
  std::string failed_check;          ///< The check that the answer did not pass.
  std::string http2_error;           ///< What went wrong with HTTP/2, in the words of nghttp2.
  std::unique_ptr<tls_details> tls;  ///< Of the last request; null where it was not over TLS.
  /// The last request went over a connection that was there, so it has no phase of connecting.
  bool connection_reused = false;
  // The phases, of the last request. Negative when the phase was not reached.
  std::chrono::nanoseconds resolve{-1};
  std::chrono::nanoseconds connect{-1};
  std::chrono::nanoseconds handshake{-1};   ///< Of TLS.
  std::chrono::nanoseconds first_byte{-1};  ///< From the request being sent to the first byte.
  std::chrono::nanoseconds transfer{-1};    ///< From the first byte to the end.

  std::size_t text_bytes() const {
    return url.size() + title.size() + server.size() + content_type.size() + location.size() +
           content_encoding.size() + failed_check.size() + http2_error.size() +
           (tls ? tls->text_bytes() : 0);
  }
};

}  // namespace muster
