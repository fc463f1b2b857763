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

/// A connection over HTTP/2 (RFC 9113) with one request on it at a time, without its I/O: whoever
/// has it sends `output`, and feeds what has come. The response is told to the same that HTTP/1 is
/// read into.
class http2_session {
 public:
  using state = http_response::state;

  /// How much may come besides the body: frames of all other kinds, and those of the body that are
  /// empty. Heads take a part of it; the rest is for what keeps a connection going, of which a
  /// response needs little. A peer that sends them for their own sake is cut off.
  static constexpr std::size_t framing_bytes_max = 256 * 1024;
  /// How much of the body a peer may send without being told to go on.
  static constexpr std::int32_t window_bytes = 1024 * 1024;

  /// Asks the first request, as `ask` does.
  http2_session(const http_request& request, std::string_view scheme, http_response& response);
  http2_session(const http2_session&) = delete;
  http2_session& operator=(const http2_session&) = delete;
  ~http2_session();

  /// Asks a request. `response` has been restarted, and both it and the request's body last until
  /// the next one is asked, or `let_go`; the other parts are copied. Throws as `check_http_request`
  /// does, and std::bad_alloc.
  void ask(const http_request& request, std::string_view scheme, http_response& response);
  /// Whether another request can be asked: the last one has its whole response, and the peer has
  /// not said that there will be no more.
  bool takes_another() const;
  /// Forgets the last response, until the next request.
  void let_go() { response_ = nullptr; }

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
  bool goes_on() const { return response_ && response_->now_is() == state::need_more; }
  /// Whether what follows the response is of interest.
  bool may_go_on() const {
    return !response_ || goes_on() || (now_is() == state::done && !response_->body_truncated());
  }
  state now_is() const { return response_ ? response_->now_is() : state::done; }
  /// Of the stream that the response is on.
  bool is_current(std::int32_t stream) const { return stream == stream_; }
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

  http_response* response_ = nullptr;  // Null while nothing is asked.
  std::unique_ptr<nghttp2_session, freed> session_;
  std::string output_;
  std::string_view unsent_body_;
  std::string error_;
  std::size_t framing_bytes_ = 0;
  std::int32_t stream_ = 0;
  bool has_begun_ = false;
  bool wants_http1_ = false;
  bool is_past_head_ = false;  ///< That of the final response.
  bool is_whole_ = false;      ///< The stream was ended by both sides.
  bool is_broken_ = false;     ///< Nothing more comes of the connection.
};

}  // namespace muster::codec
