// Strategy: outside bodies a response is lines, and a line is taken once its LF is there, from the
// bytes at hand if they hold all of it, else from what was kept of it. The end of a line is LF, and
// the CRs before it go with it. What a line may hold is told by the phase that it ends.
//
// Everything is as liberal as clients in use are. Strictness would guard against smuggling, where
// two readers of one stream disagree about where a response ends; here one response is read, and
// its connection closed.
//
// Two things are counted by the byte, whatever pieces they come in, so that a limit is met at the
// same byte always: heads and trailers together, and what stands between two pieces of a chunked
// body.
#include "codec/http_response_reader.hpp"

#include "codec/status_line.hpp"
#include "core/ascii.hpp"

#include <algorithm>

namespace muster::codec {

namespace {

/// As much of a line as anything is made of: the longest header that is kept, and enough of a
/// longer one to see that it is.
constexpr std::size_t line_bytes_max = http_response_reader::location_bytes_max + 1024;

std::string_view without_end(std::string_view line) {
  const auto last = line.find_last_not_of("\r\n");
  return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

void http_response_reader::restart(bool head_request, const http_limits& limits) {
  http_response::restart(head_request, limits);
  line_.clear();
  left_ = 0;
  framing_bytes_ = left_over_ = 0;
  phase_ = phase::status;
  chunked_ = false;
}

http_response_reader::state http_response_reader::feed(std::string_view bytes) {
  while (now_is() == state::need_more && !bytes.empty()) {
    bytes.remove_prefix(in_body() ? take_body(bytes) : take_line(bytes));
  }
  left_over_ = bytes.size();
  return now_is();
}

http_response_reader::state http_response_reader::finish() {
  if (now_is() != state::need_more) return now_is();
  if (phase_ == phase::to_end) {
    end();
  } else {
    fail(reason::closed_early);
  }
  return now_is();
}

bool http_response_reader::keeps_connection() const {
  if (now_is() != state::done || left_over_ > 0 || body_truncated()) return false;
  if (phase_ == phase::to_end || status_code() == 101 || headers().closes_connection())
    return false;
  return version() == "1.1" || headers().keeps_connection();
}

/// Takes a line, or what there is of it, and returns how many bytes that were.
std::size_t http_response_reader::take_line(std::string_view bytes) {
  const bool limited = in_head() || phase_ == phase::trailers;
  if (limited) bytes = bytes.substr(0, head_bytes_left());
  const auto lf = bytes.find('\n');
  const bool ended = lf != std::string_view::npos;
  const std::string_view piece = ended ? bytes.substr(0, lf + 1) : bytes;
  const bool whole = ended && line_.empty();
  if (!whole)
    line_.append(piece.substr(0, line_bytes_max - std::min(line_bytes_max, line_.size())));

  if (limited) {
    count_head_bytes(piece.size());
  } else if ((framing_bytes_ += piece.size()) > chunk_line_bytes_max) {
    fail(reason::malformed_response);
  }
  if (now_is() != state::need_more) return piece.size();
  if (ended) {
    take(without_end(whole ? piece.substr(0, line_bytes_max) : std::string_view{line_}));
    line_.clear();
  } else if (phase_ == phase::status && !may_begin_status_line(line_)) {
    fail(reason::malformed_response);
  }
  const bool goes_on = in_head() || phase_ == phase::trailers;
  if (now_is() == state::need_more && goes_on && head_bytes_left() == 0) {
    fail(reason::headers_too_large);
  }
  return piece.size();
}

/// A whole line.
void http_response_reader::take(std::string_view line) {
  switch (phase_) {
    case phase::status:
      if (!line.empty()) take_status_line(line);
      break;
    case phase::headers:
      if (line.empty()) return take_head();
      add_header_line(line);
      break;
    case phase::chunk:
      take_chunk_size(line);
      break;
    case phase::chunk_end:
      if (!line.empty()) return fail(reason::malformed_response);
      phase_ = phase::chunk;
      break;
    case phase::trailers:
      if (line.empty()) {
        end();
      } else {
        add_trailer_line(line);
      }
      break;
    case phase::sized:
    case phase::to_end:
      break;
  }
}

void http_response_reader::take_status_line(std::string_view line) {
  const auto status = parse_status_line(line);
  if (!status) return fail(reason::malformed_response);
  begin_head(status->version, status->code);
  phase_ = phase::headers;
}

void http_response_reader::take_head() {
  switch (end_head()) {
    case head::interim:
      phase_ = phase::status;
      break;
    case head::bodiless:
      break;
    case head::before_body:
      choose_body();
  }
}

/// Where the body ends, by RFC 9112, 6.3.
void http_response_reader::choose_body() {
  chunked_ = headers().chunked();
  if (chunked_) {
    phase_ = phase::chunk;
  } else if (headers().coded_otherwise()) {  // NOLINT(bugprone-branch-clone): the order matters
    phase_ = phase::to_end;
  } else if (headers().lengths_conflict()) {
    fail(reason::malformed_response);
  } else if (headers().content_length() < 0) {
    phase_ = phase::to_end;
  } else {
    phase_ = phase::sized;
    left_ = static_cast<std::uint64_t>(headers().content_length());
    if (left_ == 0) end();
  }
}

/// `5`, and after blanks or a semicolon whatever may follow.
void http_response_reader::take_chunk_size(std::string_view line) {
  std::uint64_t size = 0;
  std::size_t digits = 0;
  for (; digits < line.size() && hex_value(line[digits]) >= 0; ++digits) {
    if (size >> 60 != 0) return fail(reason::malformed_response);
    size = size << 4 | static_cast<unsigned>(hex_value(line[digits]));
  }
  const std::string_view rest = line.substr(digits);
  if (digits == 0 || (!rest.empty() && rest.front() != ';' && !is_space(rest.front()))) {
    return fail(reason::malformed_response);
  }
  left_ = size;
  phase_ = size == 0 ? phase::trailers : phase::sized;
}

/// Takes what belongs to the body, and returns how many bytes that were.
std::size_t http_response_reader::take_body(std::string_view bytes) {
  if (phase_ == phase::sized) bytes = bytes.substr(0, left_);
  add_body(bytes);
  framing_bytes_ = 0;
  if (now_is() == state::need_more && phase_ == phase::sized && (left_ -= bytes.size()) == 0) {
    if (chunked_) {
      phase_ = phase::chunk_end;
    } else {
      end();
    }
  }
  return bytes.size();
}

}  // namespace muster::codec
