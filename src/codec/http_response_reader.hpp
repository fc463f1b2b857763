#pragma once

#include "codec/http_response.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::codec {

/// Reads one HTTP/1 response (RFC 9112) from bytes as they arrive, as liberally as other clients.
class http_response_reader : public http_response {
 public:
  /// The longest line between the chunks of a body, extensions included.
  static constexpr std::size_t chunk_line_bytes_max = 4 * 1024;

  using http_response::http_response;

  void restart(bool head_request, const http_limits& limits = {});

  /// Takes the next bytes. After `done` and `error` nothing changes any more, and bytes that
  /// follow the response are ignored.
  state feed(std::string_view bytes);
  /// How many of the bytes that were fed last follow the response.
  std::size_t left_over() const { return left_over_; }
  /// Whether another request can follow a response that is `done` on its connection (RFC 9112,
  /// 9.3): its end was told by itself, nothing follows it, and the server does not say that it
  /// closes.
  bool keeps_connection() const;
  /// The peer has closed the connection: `done` if that is what ends the body, else `error`.
  state finish();

 private:
  enum class phase : std::uint8_t {
    status,     // Before the end of a status line.
    headers,    // Before the end of its headers.
    sized,      // In a body of `left_` more bytes.
    to_end,     // In a body that lasts until the connection ends.
    chunk,      // In a line that tells a chunk's size.
    chunk_end,  // In the empty line after a chunk.
    trailers,   // Before the empty line after the last chunk.
  };

  bool in_body() const { return phase_ == phase::sized || phase_ == phase::to_end; }
  bool in_head() const { return phase_ == phase::status || phase_ == phase::headers; }
  std::size_t take_line(std::string_view bytes);
  void take(std::string_view line);
  void take_status_line(std::string_view line);
  void take_head();
  void choose_body();
  void take_chunk_size(std::string_view line);
  std::size_t take_body(std::string_view bytes);

  std::string line_;               // What has come of a line that has not ended.
  std::uint64_t left_ = 0;         // Of the sized body, or of its chunk.
  std::size_t framing_bytes_ = 0;  // Since the last byte of a chunked body.
  std::size_t left_over_ = 0;
  phase phase_ = phase::status;
  bool chunked_ = false;
};

}  // namespace muster::codec
