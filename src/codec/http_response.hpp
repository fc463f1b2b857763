#pragma once

#include "codec/body_observer.hpp"
#include "codec/response_headers.hpp"
#include "muster/status.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::codec {

struct http_limits {
  /// Status lines, headers, interim responses and trailers, all together.
  std::size_t header_bytes_max = 32 * 1024;
  /// Body bytes, de-chunked; what goes beyond is not read.
  std::uint64_t body_bytes_max = 1024 * 1024;
  /// Whether all headers are kept, for `header_lines`.
  bool keeps_headers = false;
};

/// Reads one HTTP/1 response (RFC 9112) from bytes as they arrive, as liberally as other clients.
/// Interim responses are skipped; 101 counts as final. Nothing of the body is kept.
class http_response_reader {
 public:
  enum class state : std::uint8_t {
    need_more,  ///< The response goes on.
    done,       ///< The response is complete, or its body has reached the cap.
    error,      ///< It never will be; see `why()`.
  };

  /// How many interim responses may come before the final one.
  static constexpr int interim_responses_max = 8;
  /// The longest line between the chunks of a body, extensions included.
  static constexpr std::size_t chunk_line_bytes_max = 4 * 1024;
  /// The most that is kept of the Server and Content-Type headers.
  static constexpr std::size_t value_bytes_max = 1024;
  /// The longest Location that is kept; half of one is worse than none.
  static constexpr std::size_t location_bytes_max = 8 * 1024;

  /// `head_request`: the request was a HEAD, so there is no body whatever the headers say.
  /// `observer`: who looks at the body, or nullptr; it outlives the reader.
  explicit http_response_reader(bool head_request, const http_limits& limits = {},
                                body_observer* observer = nullptr);

  /// Forgets everything but the observer and begins anew; the memory is used again.
  void restart(bool head_request, const http_limits& limits = {});

  /// Takes the next bytes. After `done` and `error` nothing changes any more, and bytes that
  /// follow the response are ignored.
  state feed(std::string_view bytes);
  /// How many of the bytes that were fed last follow the response.
  std::size_t left_over() const { return left_over_; }
  /// The peer has closed the connection: `done` if that is what ends the body, else `error`.
  state finish();

  /// For `error`: malformed_response, headers_too_large or closed_early.
  reason why() const { return why_; }

  /// 100 to 999; 0 until a status line has been read.
  int status_code() const { return status_code_; }
  /// As the status line has it, such as "1.1"; empty until one has been read.
  std::string_view version() const { return version_; }
  // The values of headers, the first if there are several, without white space at their ends;
  // empty if absent. Raw bytes from the network.
  const std::string& server() const { return headers_.server(); }
  const std::string& content_type() const { return headers_.content_type(); }
  const std::string& location() const { return headers_.location(); }
  const std::string& content_encoding() const { return headers_.content_encoding(); }
  /// All headers of the final response, where the limits say so: of each its name, a colon, its
  /// value without white space at its ends, and LF.
  const std::string& header_lines() const { return headers_.lines(); }
  /// As the header declares it; -1 if absent.
  std::int64_t content_length() const { return headers_.content_length(); }
  /// Lines of the head and of trailers that were skipped, because they are no headers.
  unsigned bad_header_lines() const { return headers_.bad_lines() + trailers_.bad_lines(); }
  /// Bytes of body read, after de-chunking; never more than `body_bytes_max`.
  std::uint64_t body_bytes() const { return body_bytes_; }
  /// True when there was more body than `body_bytes_max`.
  bool body_truncated() const { return body_truncated_; }

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
  void end_head();
  void choose_body();
  void take_chunk_size(std::string_view line);
  std::size_t take_body(std::string_view bytes);
  void fail(reason why);

  http_limits limits_;
  response_headers headers_;
  response_headers trailers_;  // Read as headers are, and forgotten.
  body_observer* observer_;
  std::string line_;     // What has come of a line that has not ended.
  std::string version_;  // Short enough to lie in place.
  std::uint64_t body_bytes_ = 0;
  std::uint64_t left_ = 0;         // Of the sized body, or of its chunk.
  std::size_t head_bytes_ = 0;     // Of all heads and trailers.
  std::size_t framing_bytes_ = 0;  // Since the last byte of a chunked body.
  std::size_t left_over_ = 0;
  int status_code_ = 0;
  int interim_responses_ = 0;
  reason why_ = reason::none;
  state state_ = state::need_more;
  phase phase_ = phase::status;
  bool head_request_ = false;
  bool chunked_ = false;
  bool body_truncated_ = false;
};

}  // namespace muster::codec
