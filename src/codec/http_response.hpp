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
  /// Whether all headers are kept, for `header_lines`, and all trailers, for `trailer_lines`.
  bool keeps_headers = false;
};

/// One response of HTTP (RFC 9110), whatever version it is written in: who reads that tells of its
/// parts as they come. Interim responses are skipped; 101 counts as final. Nothing of the body is
/// kept.
class http_response {
 public:
  enum class state : std::uint8_t {
    need_more,  ///< The response goes on.
    done,       ///< The response is complete, or its body has reached the cap.
    error,      ///< It never will be; see `why()`.
  };

  /// How many interim responses may come before the final one.
  static constexpr int interim_responses_max = 8;
  /// The most that is kept of the Server and Content-Type headers.
  static constexpr std::size_t value_bytes_max = 1024;
  /// The longest Location that is kept; half of one is worse than none.
  static constexpr std::size_t location_bytes_max = 8 * 1024;

  /// `head_request`: the request was a HEAD, so there is no body whatever the headers say.
  /// `observer`: who looks at the body, or nullptr; it outlives the response.
  explicit http_response(bool head_request, const http_limits& limits = {},
                         body_observer* observer = nullptr);

  /// Forgets everything but the observer and begins anew; the memory is used again.
  void restart(bool head_request, const http_limits& limits = {});

  // What its reader tells, in the order in which it comes. After `done` and `error` nothing changes
  // any more.

  /// A head begins, of an interim response or of the final one. `code`: 100 to 999.
  void begin_head(std::string_view version, int code);
  /// Its next line, as HTTP/1 has them, or its next header.
  void add_header_line(std::string_view line) { headers_.add_line(line); }
  void add_header(std::string_view name, std::string_view value) { headers_.add(name, value); }
  /// The head is whole.
  enum class head : std::uint8_t {
    interim,  ///< Another one follows.
    bodiless,
    before_body,
  };
  head end_head();
  /// Bytes of the body, of which those within the limit are looked at.
  void add_body(std::string_view bytes);
  /// What came was no header.
  void skip_header() { headers_.skip(); }
  void add_trailer_line(std::string_view line) { trailers_.add_line(line); }
  void add_trailer(std::string_view name, std::string_view value) { trailers_.add(name, value); }
  /// So many bytes of heads and trailers have come, of those that there may be.
  void count_head_bytes(std::size_t bytes) { head_bytes_ += bytes; }
  std::size_t head_bytes_left() const { return limits_.header_bytes_max - head_bytes_; }
  /// The response ends here.
  void end() { state_ = state::done; }
  void fail(reason why);

  state now_is() const { return state_; }
  /// For `error`: malformed_response, headers_too_large, closed_early, or what else its reader
  /// says.
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
  /// The same of what came after the body.
  const std::string& trailer_lines() const { return trailers_.lines(); }
  /// As the header declares it; -1 if absent.
  std::int64_t content_length() const { return headers_.content_length(); }
  /// Lines of the head and of trailers that were skipped, because they are no headers.
  unsigned bad_header_lines() const { return headers_.bad_lines() + trailers_.bad_lines(); }
  /// Bytes of body read, after de-chunking; never more than `body_bytes_max`.
  std::uint64_t body_bytes() const { return body_bytes_; }
  /// True when there was more body than `body_bytes_max`.
  bool body_truncated() const { return body_truncated_; }

 protected:
  const response_headers& headers() const { return headers_; }

 private:
  http_limits limits_;
  response_headers headers_;
  response_headers trailers_;  // Read as headers are.
  body_observer* observer_;
  std::string version_;  // Short enough to lie in place.
  std::uint64_t body_bytes_ = 0;
  std::size_t head_bytes_ = 0;  // Of all heads and trailers.
  int status_code_ = 0;
  int interim_responses_ = 0;
  reason why_ = reason::none;
  state state_ = state::need_more;
  bool head_request_ = false;
  bool body_truncated_ = false;
};

/// Whether a response failed for what became of its connection, or of its stream on that, rather
/// than for what was said.
bool is_connection_failure(reason why);

}  // namespace muster::codec
