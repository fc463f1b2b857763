// Strategy: nghttp2 takes frames and headers apart, and holds the peer to the rules. What it tells
// of the stream that was asked last goes to the response. Once that has failed, its callbacks stop
// it; after one that is whole, what the peer says of the connection is read on.
//
// What a peer may send besides a body is counted by the byte, whatever it is: settings, pings,
// continuations of a head, empty frames. One count is proof against each of them, and against
// those that nobody has thought of. nghttp2 bounds what it has to answer by itself.
#include "codec/http2_session.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>
#include <vector>

#include <nghttp2/nghttp2.h>

namespace muster::codec {
namespace {

/// Of what is sent: as much as is collected before it has to leave.
constexpr std::size_t output_bytes_max = std::size_t{64} * 1024;
/// Of each header, besides its name and value (RFC 9113, 6.5.2).
constexpr std::size_t header_overhead_bytes = 32;
constexpr std::size_t frame_header_bytes = 9;
/// Of nghttp2's words, which may have some of the peer's in them.
constexpr std::size_t error_bytes_max = 512;

std::string_view octet_text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::uint8_t* octets_of(std::string_view text) {
  // nghttp2 has no place for what is only read.
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // NOLINT(*-const-cast)
}

/// What is said of a connection has no place in a request (RFC 9113, 8.2.2).
bool is_of_connection(std::string_view name, std::string_view value) {
  constexpr std::array names{"connection", "keep-alive",        "proxy-connection",
                             "upgrade",    "transfer-encoding", "http2-settings"};
  return std::ranges::find(names, name) != names.end() ||
         (name == "te" && !equal_ignoring_case(value, "trailers"));
}

/// The headers of a request, in the order in which they are sent.
class header_list {
 public:
  void add(std::string_view name, std::string_view value) {
    if (is_of_connection(name, value)) return;
    texts_.emplace_back(name, value);
  }
  void add_lines(std::string_view lines) {
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find("\r\n"), lines.size());
      const std::string_view line = lines.substr(0, end);
      lines.remove_prefix(std::min(end + 2, lines.size()));
      const std::size_t colon = std::min(line.find(':'), line.size() - 1);
      add(lowered(line.substr(0, colon)), trim(line.substr(colon + 1)));
    }
  }
  bool has(std::string_view name) const {
    return std::ranges::find(texts_, name, &text::first) != texts_.end();
  }
  std::vector<nghttp2_nv> pairs() const {
    std::vector<nghttp2_nv> all;
    for (const auto& [name, value] : texts_) {
      all.push_back(
          {octets_of(name), octets_of(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    return all;
  }

 private:
  using text = std::pair<std::string, std::string>;
  std::vector<text> texts_;
};

void check_memory(int result) {
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc{};
}

}  // namespace

void http2_session::freed::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

// ---- What nghttp2 calls

struct http2_session::callbacks {
  static http2_session& self(void* user_data) { return *static_cast<http2_session*>(user_data); }
  /// Whether nghttp2 is to go on; if not, `feed` and `collect_output` know why.
  static int go_on(const http2_session& session) {
    return session.may_go_on() ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    http2_session& session = self(user_data);
    session.has_begun_ = session.has_begun_ || session.is_current(frame->hd.stream_id);
    return 0;
  }
  static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                       std::size_t name_bytes, const std::uint8_t* value, std::size_t value_bytes,
                       std::uint8_t, void* user_data) {
    if (self(user_data).goes_on()) {
      self(user_data).take_header(octet_text(name, name_bytes), octet_text(value, value_bytes));
    }
    return go_on(self(user_data));
  }
  static int on_invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*,
                               std::size_t name_bytes, const std::uint8_t*, std::size_t value_bytes,
                               std::uint8_t, void* user_data) {
    http2_session& session = self(user_data);
    if (session.goes_on() && session.count_head_bytes(name_bytes + value_bytes)) {
      session.response_->skip_header();
    }
    return go_on(self(user_data));
  }
  static int on_data_chunk(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data,
                           std::size_t size, void* user_data) {
    if (self(user_data).goes_on()) self(user_data).take_body(octet_text(data, size));
    return go_on(self(user_data));
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    http2_session& session = self(user_data);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        if (session.goes_on() && session.is_current(frame->hd.stream_id)) session.end_head();
        [[fallthrough]];
      case NGHTTP2_DATA:
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 && session.goes_on() &&
            session.is_current(frame->hd.stream_id)) {
          session.end();
        }
        break;
      case NGHTTP2_RST_STREAM:
        if (session.is_current(frame->hd.stream_id)) {
          session.stream_reset(frame->rst_stream.error_code);
        }
        break;
      case NGHTTP2_GOAWAY:
        if (frame->goaway.error_code != NGHTTP2_NO_ERROR) {
          session.note_error_code(frame->goaway.error_code);
        }
        break;
      default:
        break;
    }
    return go_on(session);
  }
  static int on_invalid_frame(nghttp2_session*, const nghttp2_frame*, int error, void* user_data) {
    const bool is_http = error == NGHTTP2_ERR_HTTP_HEADER || error == NGHTTP2_ERR_HTTP_MESSAGING;
    self(user_data).fail(is_http ? reason::malformed_response : reason::http2_error,
                         nghttp2_strerror(error));
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  static int on_stream_close(nghttp2_session*, std::int32_t stream, std::uint32_t code,
                             void* user_data) {
    if (self(user_data).is_current(stream)) self(user_data).stream_closed(code);
    return 0;
  }
  static int on_error(nghttp2_session*, int error, const char* message, std::size_t size,
                      void* user_data) {
    // A header that is left out is nobody's failure.
    if (error == NGHTTP2_ERR_HTTP_HEADER) return 0;
    self(user_data).error_.assign(message, std::min(size, error_bytes_max));
    return 0;
  }
  static ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size,
                           std::uint32_t* flags, nghttp2_data_source*, void* user_data) {
    std::string_view& unsent = self(user_data).unsent_body_;
    const std::string_view piece = unsent.substr(0, size);
    std::ranges::copy(piece, into);
    unsent.remove_prefix(piece.size());
    if (unsent.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(piece.size());
  }

  /// The same for all sessions.
  static const nghttp2_session_callbacks* table() {
    static const nghttp2_session_callbacks* const made = [] {
      nghttp2_session_callbacks* all = nullptr;
      check_memory(nghttp2_session_callbacks_new(&all));
      nghttp2_session_callbacks_set_on_begin_headers_callback(all, on_begin_headers);
      nghttp2_session_callbacks_set_on_header_callback(all, on_header);
      nghttp2_session_callbacks_set_on_invalid_header_callback(all, on_invalid_header);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(all, on_data_chunk);
      nghttp2_session_callbacks_set_on_frame_recv_callback(all, on_frame);
      nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(all, on_invalid_frame);
      nghttp2_session_callbacks_set_on_stream_close_callback(all, on_stream_close);
      nghttp2_session_callbacks_set_error_callback2(all, on_error);
      return all;
    }();
    return made;
  }
  static const nghttp2_option* options() {
    static const nghttp2_option* const made = [] {
      nghttp2_option* all = nullptr;
      check_memory(nghttp2_option_new(&all));
      // Blanks around a value are no reason to do without it, as with HTTP/1.
      nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(all, 1);
      return all;
    }();
    return made;
  }
};

// ---- The request

http2_session::http2_session(const http_request& request, std::string_view scheme,
                             http_response& response) {
  check_http_request(request);
  nghttp2_session* made = nullptr;
  check_memory(nghttp2_session_client_new2(&made, callbacks::table(), this, callbacks::options()));
  session_.reset(made);
  const std::array<nghttp2_settings_entry, 3> settings{{
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(window_bytes)},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
       static_cast<std::uint32_t>(response.head_bytes_left())},
  }};
  check_memory(nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, settings.data(), settings.size()));
  check_memory(nghttp2_session_set_local_window_size(made, NGHTTP2_FLAG_NONE, 0, window_bytes));
  ask(request, scheme, response);
}

http2_session::~http2_session() = default;

void http2_session::ask(const http_request& request, std::string_view scheme,
                        http_response& response) {
  check_http_request(request);
  response_ = &response;
  unsent_body_ = {};
  error_.clear();
  framing_bytes_ = 0;
  has_begun_ = wants_http1_ = is_past_head_ = is_whole_ = false;
  submit(request, scheme);
}

bool http2_session::takes_another() const {
  return !is_broken_ && is_whole_ && now_is() == state::done &&
         nghttp2_session_check_request_allowed(session_.get()) != 0;
}

void http2_session::submit(const http_request& request, std::string_view scheme) {
  header_list headers;
  headers.add(":method", request.method);
  headers.add(":scheme", scheme);
  headers.add(":authority", request.authority);
  headers.add(":path", request.path);
  headers.add("user-agent", request.user_agent);
  headers.add_lines(request.headers);
  if (!headers.has("accept")) headers.add("accept", "*/*");
  nghttp2_data_provider body{};
  if (request.body) {
    headers.add("content-length", std::to_string(request.body->size()));
    unsent_body_ = *request.body;
    body.read_callback = callbacks::read_body;
  }
  const std::vector<nghttp2_nv> pairs = headers.pairs();
  const bool has_body = !unsent_body_.empty();
  stream_ = nghttp2_submit_request(session_.get(), nullptr, pairs.data(), pairs.size(),
                                   has_body ? &body : nullptr, nullptr);
  check_memory(stream_);
}

void http2_session::collect_output() {
  while (output_.size() < output_bytes_max) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &bytes);
    check_memory(static_cast<int>(size));
    if (size <= 0) break;
    output_ += octet_text(bytes, static_cast<std::size_t>(size));
  }
}

std::string http2_session::take_output() {
  if (!is_broken_ && may_go_on()) collect_output();
  return std::exchange(output_, {});
}

// ---- The response

http2_session::state http2_session::feed(std::string_view bytes) {
  if (is_broken_ || !may_go_on()) return now_is();
  framing_bytes_ += bytes.size();
  const ssize_t taken = nghttp2_session_mem_recv(session_.get(), octets_of(bytes), bytes.size());
  check_memory(static_cast<int>(taken));
  is_broken_ = taken < 0 || framing_bytes_ > framing_bytes_max;
  if (is_broken_ && !goes_on()) return now_is();
  if (taken < 0) {
    fail(reason::http2_error, nghttp2_strerror(static_cast<int>(taken)));
  } else if (framing_bytes_ > framing_bytes_max) {
    fail(reason::http2_error, "more frames than a response takes");
  } else {
    collect_output();
  }
  // One that has nothing to say and listens to nothing has seen what is wrong for a connection.
  nghttp2_session* const session = session_.get();
  if (goes_on() && nghttp2_session_want_read(session) == 0 &&
      nghttp2_session_want_write(session) == 0) {
    response_->fail(reason::http2_error);
  }
  return now_is();
}

http2_session::state http2_session::finish() {
  is_broken_ = true;
  if (goes_on()) response_->fail(reason::closed_early);
  return now_is();
}

bool http2_session::count_head_bytes(std::size_t bytes) {
  bytes += header_overhead_bytes;
  if (bytes > response_->head_bytes_left()) {
    response_->fail(reason::headers_too_large);
    return false;
  }
  response_->count_head_bytes(bytes);
  return true;
}

void http2_session::take_header(std::string_view name, std::string_view value) {
  if (!count_head_bytes(name.size() + value.size())) return;
  if (is_past_head_) {
    response_->add_trailer(name, value);
  } else if (name == ":status") {
    take_status(value);
  } else {
    response_->add_header(name, value);
  }
}

/// nghttp2 has seen that it is three digits.
void http2_session::take_status(std::string_view code) {
  int value = 0;
  for (const char digit : code)
    value = value * 10 + (digit - '0');
  if (value < 100) return response_->fail(reason::malformed_response);
  response_->begin_head("2", value);
}

void http2_session::end_head() {
  if (is_past_head_) return;
  is_past_head_ = response_->end_head() != http_response::head::interim;
}

void http2_session::take_body(std::string_view bytes) {
  if (!is_past_head_) return response_->fail(reason::malformed_response);
  framing_bytes_ -= std::min(framing_bytes_, bytes.size() + frame_header_bytes);
  response_->add_body(bytes);
}

/// A body may not come before a final head, nor in the place of one.
void http2_session::end() {
  if (!is_past_head_) return response_->fail(reason::malformed_response);
  response_->end();
}

void http2_session::note_error_code(std::uint32_t code) {
  error_ = nghttp2_http2_strerror(code);
  wants_http1_ = wants_http1_ || code == NGHTTP2_HTTP_1_1_REQUIRED;
}

void http2_session::stream_reset(std::uint32_t code) {
  if (!goes_on()) return;
  const bool is_refused = code == NGHTTP2_REFUSED_STREAM;
  note_error_code(code);
  response_->fail(is_refused ? reason::stream_refused : reason::stream_reset);
}

/// Before its end, without the peer having reset it: the peer said that it would not look at it, or
/// it was wrong in itself.
void http2_session::stream_closed(std::uint32_t code) {
  is_whole_ = code == NGHTTP2_NO_ERROR;
  if (!goes_on()) return;
  const bool is_refused = code == NGHTTP2_REFUSED_STREAM;
  if (is_refused && error_.empty()) error_ = nghttp2_http2_strerror(code);
  response_->fail(is_refused ? reason::stream_refused : reason::malformed_response);
}

void http2_session::fail(reason why, std::string_view error) {
  if (!goes_on()) return;
  error_ = error;
  response_->fail(why);
}

}  // namespace muster::codec
