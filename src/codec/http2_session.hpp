#pragma once

#include "codec/http_request.hpp"
#include "codec/http_response.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct nghttp2_session;

namespace muster::codec {

/// A connection over HTTP/2 (RFC 9113) with one request on it, without its I/O: whoever has it
/// sends `output`, and feeds what has come. The response is told to the same that HTTP/1 is read
/// into.
class http2_session {
 public:
  using state = http_response::state;

  /// How much may come besides the body: frames of all other kinds, and those of the body that are
  /// empty. Heads take a part of it; the rest is for what keeps a connection going, of which a
  /// response needs little. A peer that sends them for their own sake is cut off.
  static constexpr std::size_t framing_bytes_max = 256 * 1024;
  /// How much of the body a peer may send without being told to go on.
  static constexpr std::int32_t window_bytes = 1024 * 1024;

  /// `response` outlives the session, and has been restarted. The parts of the request are copied,
  /// but for its body, which lasts as long as the session. Throws as `check_http_request` does, and
  /// std::bad_alloc.
  http2_session(const http_request& request, std::string_view scheme, http_response& response);
  http2_session(const http2_session&) = delete;
  http2_session& operator=(const http2_session&) = delete;
  ~http2_session();

  /// Takes what is to be sent now: the request first, later on what the peer has to be told. Empty
  /// when that is nothing.
  std::string take_output();
  /// Whether the whole request was in it. One with a body may have to wait for the peer.
  bool has_asked() const { return unsent_body_.empty(); }
  /// Takes the next bytes, as `http_response_reader::feed` does.
  state feed(std::string_view bytes);
  /// The peer has closed the connection, which is no way to end a response.
  state finish();
  /// Whether anything of the response has come.
  bool has_begun() const { return has_begun_; }

  /// Whether the peer has said that it answers this over HTTP/1.1 only (RFC 9113, 7).
  bool wants_http1() const { return wants_http1_; }
  /// What went wrong, in nghttp2's words or by the name of the peer's error code; empty if nothing
  /// did, or nobody said.
  const std::string& error() const { return error_; }

 private:
  struct callbacks;
  struct freed {
    void operator()(nghttp2_session* session) const;
  };
  void submit(const http_request& request, std::string_view scheme);
  void collect_output();
  bool goes_on() const { return response_.now_is() == state::need_more; }
  void take_header(std::string_view name, std::string_view value);
  void take_status(std::string_view code);
  bool count_head_bytes(std::size_t bytes);
  void end_head();
  void take_body(std::string_view bytes);
  void end();
  void note_error_code(std::uint32_t code);
  void stream_reset(std::uint32_t code);
  void stream_closed(std::uint32_t code);
  void fail(reason why, std::string_view error);

  http_response& response_;
  std::unique_ptr<nghttp2_session, freed> session_;
  std::string output_;
  std::string_view unsent_body_;
  std::string error_;
  std::size_t framing_bytes_ = 0;
  bool has_begun_ = false;
  bool wants_http1_ = false;
  bool is_past_head_ = false;  ///< That of the final response.
};

}  // namespace muster::codec
