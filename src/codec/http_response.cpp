// Strategy: llhttp finds the structure, and this reader bounds it. It counts two things that
// llhttp has no limit for: the bytes of heads and trailers, and the bytes between one piece of body
// and the next (chunk sizes and extensions). To count exactly, however the bytes are cut, llhttp is
// paused at the end of each head and at the start of the trailers, and is given no more bytes of a
// head than the limit still allows. An interim response ends at its head: the parser starts afresh.
//
// A line of a head may end with LF alone (RFC 9112, 2.2). Not every llhttp takes that everywhere,
// and where it can be told to, other checks go with it. So it is given the CR that is missing, as a
// byte between two pieces. Whatever else this lets through, no second reader of the same bytes
// comes after this one that could be fooled by it. Lines between chunks have to end with CR LF.
#include "codec/http_response.hpp"

#include "codec/response_headers.hpp"
#include "codec/title_scanner.hpp"

#include <limits>

#include <llhttp.h>

namespace muster::codec {

class http_response_reader::parser {
 public:
  parser(bool head_request, const http_limits& limits);
  parser(const parser&) = delete;
  parser& operator=(const parser&) = delete;

  state feed(std::string_view bytes);
  state finish();

  bool started = false;
  reason why = reason::none;
  int status_code = 0;
  std::string_view version;
  response_headers headers;
  std::int64_t content_length = -1;
  std::uint64_t body_bytes = 0;
  bool body_truncated = false;
  title_scanner title;

 private:
  enum class phase : std::uint8_t { head, body, trailers };
  /// What made a callback stop llhttp.
  enum class event : std::uint8_t { none, head_end, trailers_begin, message_end, body_cap };

  static const llhttp_settings_t& settings();
  static parser& self(llhttp_t* from) { return *static_cast<parser*>(from->data); }

  void begin_message();
  std::size_t step(std::string_view bytes);
  std::size_t advance(std::string_view bytes);
  void count(std::size_t consumed, const char* end);
  void handle_event();
  void handle_head_end();
  void fail(reason why_failed);

  int on_version();
  int on_status();
  int on_headers_end();
  int on_chunk_header();
  int on_body(std::string_view bytes);
  int stop(event why_stopped);

  const bool head_request_;
  const http_limits limits_;
  llhttp_t llhttp_;
  state state_ = state::need_more;
  phase phase_ = phase::head;
  event event_ = event::none;
  bool scan_title_ = false;
  int interim_responses_ = 0;
  std::size_t head_bytes_ = 0;
  std::size_t framing_bytes_ = 0;        // Since the last byte of body.
  const char* framing_begin_ = nullptr;  // Where, in the bytes at hand, uncounted framing begins.
  char latest_ = '\0';                   // The last byte that llhttp took.
};

http_response_reader::parser::parser(bool head_request, const http_limits& limits)
    : head_request_{head_request}, limits_{limits} {
  begin_message();
}

const llhttp_settings_t& http_response_reader::parser::settings() {
  static const llhttp_settings_t instance = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_version_complete = [](llhttp_t* p) { return self(p).on_version(); };
    s.on_status_complete = [](llhttp_t* p) { return self(p).on_status(); };
    s.on_header_field = [](llhttp_t* p, const char* at, std::size_t length) {
      if (self(p).phase_ == phase::head) self(p).headers.name_piece({at, length});
      return 0;
    };
    s.on_header_field_complete = [](llhttp_t* p) {
      if (self(p).phase_ == phase::head) self(p).headers.name_end();
      return 0;
    };
    s.on_header_value = [](llhttp_t* p, const char* at, std::size_t length) {
      if (self(p).phase_ == phase::head) self(p).headers.value_piece({at, length});
      return 0;
    };
    s.on_header_value_complete = [](llhttp_t* p) {
      if (self(p).phase_ == phase::head) self(p).headers.value_end();
      return 0;
    };
    s.on_headers_complete = [](llhttp_t* p) { return self(p).on_headers_end(); };
    s.on_chunk_header = [](llhttp_t* p) { return self(p).on_chunk_header(); };
    s.on_body = [](llhttp_t* p, const char* at, std::size_t length) {
      return self(p).on_body({at, length});
    };
    s.on_message_complete = [](llhttp_t* p) { return self(p).stop(event::message_end); };
    return s;
  }();
  return instance;
}

void http_response_reader::parser::begin_message() {
  llhttp_init(&llhttp_, HTTP_RESPONSE, &settings());
  llhttp_.data = this;
  headers = {};
  status_code = 0;
  version = {};
}

http_response_reader::state http_response_reader::parser::feed(std::string_view bytes) {
  started = started || !bytes.empty();
  while (state_ == state::need_more && !bytes.empty()) {
    bytes.remove_prefix(step(bytes));
    // A body may turn out to be empty once llhttp goes on, with no further byte to come.
    while (state_ == state::need_more && event_ != event::none)
      advance({bytes.data(), 0});
  }
  return state_;
}

http_response_reader::state http_response_reader::parser::finish() {
  if (state_ != state::need_more) return state_;
  if (phase_ == phase::body && llhttp_message_needs_eof(&llhttp_) != 0) {
    state_ = state::done;
  } else {
    fail(reason::closed_early);
  }
  return state_;
}

/// Goes on with some of `bytes` and returns how many were taken.
std::size_t http_response_reader::parser::step(std::string_view bytes) {
  if (phase_ == phase::body) return advance(bytes);
  for (std::size_t lf = bytes.find('\n'); lf != bytes.npos; lf = bytes.find('\n', lf + 1)) {
    if ((lf == 0 ? latest_ : bytes[lf - 1]) == '\r') continue;
    if (lf > 0) return advance(bytes.substr(0, lf));
    advance("\r");
    return 0;
  }
  return advance(bytes);
}

/// Gives llhttp some of `bytes` and returns how many it took.
std::size_t http_response_reader::parser::advance(std::string_view bytes) {
  if (phase_ != phase::body) bytes = bytes.substr(0, limits_.header_bytes_max - head_bytes_);
  event_ = event::none;
  framing_begin_ = bytes.data();
  const llhttp_errno_t outcome = llhttp_execute(&llhttp_, bytes.data(), bytes.size());
  if (state_ != state::need_more) return bytes.size();
  if (outcome != HPE_OK && event_ == event::none) {
    fail(reason::malformed_response);
    return bytes.size();
  }
  const char* const end =
      outcome == HPE_PAUSED ? llhttp_get_error_pos(&llhttp_) : bytes.data() + bytes.size();
  const auto consumed = static_cast<std::size_t>(end - bytes.data());
  if (consumed > 0) latest_ = bytes[consumed - 1];
  count(consumed, end);
  if (state_ == state::need_more) handle_event();
  return consumed;
}

void http_response_reader::parser::count(std::size_t consumed, const char* end) {
  if (event_ == event::body_cap) return;  // nothing beyond it is looked at
  if (phase_ == phase::body) {
    framing_bytes_ += static_cast<std::size_t>(end - framing_begin_);
    if (framing_bytes_ > chunk_line_bytes_max) fail(reason::malformed_response);
    return;
  }
  head_bytes_ += consumed;
  if (event_ == event::none && head_bytes_ >= limits_.header_bytes_max) {
    fail(reason::headers_too_large);
  }
}

void http_response_reader::parser::handle_event() {
  switch (event_) {
    case event::none:
      return;
    case event::head_end:
      handle_head_end();
      break;
    case event::trailers_begin:
      phase_ = phase::trailers;
      break;
    case event::message_end:
    case event::body_cap:
      state_ = state::done;
      break;
  }
  llhttp_resume(&llhttp_);
}

void http_response_reader::parser::handle_head_end() {
  const bool switching = status_code == 101;
  if (status_code < 200 && !switching) {
    if (++interim_responses_ > interim_responses_max) fail(reason::malformed_response);
    begin_message();
    return;
  }
  if ((llhttp_.flags & F_CONTENT_LENGTH) != 0) {
    if (llhttp_.content_length > std::numeric_limits<std::int64_t>::max()) {
      return fail(reason::malformed_response);
    }
    content_length = static_cast<std::int64_t>(llhttp_.content_length);
  }
  if (head_request_ || switching || status_code == 204 || status_code == 304) {
    state_ = state::done;
    return;
  }
  phase_ = phase::body;
  scan_title_ = may_have_title(headers.content_type());
}

void http_response_reader::parser::fail(reason why_failed) {
  state_ = state::error;
  why = why_failed;
}

int http_response_reader::parser::stop(event why_stopped) {
  event_ = why_stopped;
  return HPE_PAUSED;
}

int http_response_reader::parser::on_version() {
  const int minor = llhttp_get_http_minor(&llhttp_);
  if (llhttp_get_http_major(&llhttp_) != 1 || minor > 1) return -1;
  version = minor == 1 ? "1.1" : "1.0";
  return 0;
}

int http_response_reader::parser::on_status() {
  status_code = llhttp_get_status_code(&llhttp_);
  return status_code < 100 ? -1 : 0;
}

int http_response_reader::parser::on_headers_end() { return stop(event::head_end); }

int http_response_reader::parser::on_chunk_header() {
  // llhttp keeps the size of the chunk at hand here; the chunk of size 0 is the last.
  return llhttp_.content_length == 0 ? stop(event::trailers_begin) : 0;
}

int http_response_reader::parser::on_body(std::string_view bytes) {
  framing_bytes_ += static_cast<std::size_t>(bytes.data() - framing_begin_);
  if (framing_bytes_ > chunk_line_bytes_max) {
    fail(reason::malformed_response);
    return HPE_USER;
  }
  framing_bytes_ = 0;
  framing_begin_ = bytes.data() + bytes.size();

  const std::string_view taken = bytes.substr(0, limits_.body_bytes_max - body_bytes);
  if (scan_title_ && body_bytes < limits_.title_scan_bytes_max) {
    title.feed(taken.substr(0, limits_.title_scan_bytes_max - body_bytes));
  }
  body_bytes += taken.size();
  if (taken.size() == bytes.size()) return 0;
  body_truncated = true;
  event_ = event::body_cap;
  return HPE_USER;
}

http_response_reader::http_response_reader(bool head_request, const http_limits& limits)
    : parser_{std::make_unique<parser>(head_request, limits)} {}
http_response_reader::http_response_reader(http_response_reader&&) noexcept = default;
http_response_reader& http_response_reader::operator=(http_response_reader&&) noexcept = default;
http_response_reader::~http_response_reader() = default;

void http_response_reader::restart(bool head_request, const http_limits& limits) {
  std::destroy_at(parser_.get());
  std::construct_at(parser_.get(), head_request, limits);
}

http_response_reader::state http_response_reader::feed(std::string_view bytes) {
  return parser_->feed(bytes);
}
http_response_reader::state http_response_reader::finish() { return parser_->finish(); }
reason http_response_reader::why() const { return parser_->why; }
bool http_response_reader::started() const { return parser_->started; }
int http_response_reader::status_code() const { return parser_->status_code; }
std::string_view http_response_reader::version() const { return parser_->version; }
const std::string& http_response_reader::server() const { return parser_->headers.server(); }
const std::string& http_response_reader::content_type() const {
  return parser_->headers.content_type();
}
const std::string& http_response_reader::location() const { return parser_->headers.location(); }
std::int64_t http_response_reader::content_length() const { return parser_->content_length; }
const std::string& http_response_reader::title() const { return parser_->title.title(); }
std::uint64_t http_response_reader::body_bytes() const { return parser_->body_bytes; }
bool http_response_reader::body_truncated() const { return parser_->body_truncated; }

}  // namespace muster::codec
