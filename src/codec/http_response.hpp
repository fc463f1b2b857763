#pragma once

#include "muster/status.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace muster::codec {

struct http_limits {
  /// Status lines, headers, interim responses and trailers, all together.
  std::size_t header_bytes_max = 32 * 1024;
  /// Body bytes, de-chunked; what goes beyond is not read.
  std::uint64_t body_bytes_max = 1024 * 1024;
  /// How far into the body a title is looked for.
  std::size_t title_scan_bytes_max = 64 * 1024;
};

/// Reads one HTTP/1.0 or 1.1 response (RFC 9112) from bytes as they arrive. Interim responses are
/// skipped; 101 counts as final. Nothing of the body is kept but its title.
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
  explicit http_response_reader(bool head_request, const http_limits& limits = {});
  http_response_reader(http_response_reader&&) noexcept;
  http_response_reader& operator=(http_response_reader&&) noexcept;
  ~http_response_reader();

  /// Forgets everything and begins anew, without allocating.
  void restart(bool head_request, const http_limits& limits = {});

  /// Takes the next bytes. After `done` and `error` nothing changes any more, and bytes that
  /// follow the response are ignored.
  state feed(std::string_view bytes);
  /// The peer has closed the connection: `done` if that is what ends the body, else `error`.
  state finish();

  /// For `error`: malformed_response, headers_too_large or closed_early.
  reason why() const;
  /// True when any byte has arrived.
  bool started() const;

  /// 100 to 999; 0 until a status line has been read.
  int status_code() const;
  /// "1.0" or "1.1"; empty until a status line has been read.
  std::string_view version() const;
  // The values of headers, the first if there are several, without white space at their ends;
  // empty if absent. Raw bytes from the network.
  const std::string& server() const;
  const std::string& content_type() const;
  const std::string& location() const;
  /// As the header declares it; -1 if absent.
  std::int64_t content_length() const;
  /// The title of an HTML body; raw bytes from the network.
  const std::string& title() const;
  /// Bytes of body read, after de-chunking; never more than `body_bytes_max`.
  std::uint64_t body_bytes() const;
  /// True when there was more body than `body_bytes_max`.
  bool body_truncated() const;

 private:
  class parser;
  // Behind a pointer, because llhttp is told the parser's address.
  std::unique_ptr<parser> parser_;
};

}  // namespace muster::codec
