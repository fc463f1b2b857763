#include "codec/http_response.hpp"

namespace muster::codec {

http_response::http_response(bool head_request, const http_limits& limits, body_observer* observer)
    : observer_{observer} {
  http_response::restart(head_request, limits);
}

void http_response::restart(bool head_request, const http_limits& limits) {
  headers_.clear();
  trailers_.clear();
  version_.clear();
  limits_ = limits;
  headers_.keep_lines(limits.keeps_headers);
  trailers_.keep_lines(limits.keeps_headers);
  body_bytes_ = 0;
  head_bytes_ = 0;
  status_code_ = interim_responses_ = 0;
  why_ = reason::none;
  state_ = state::need_more;
  head_request_ = head_request;
  body_truncated_ = false;
}

void http_response::fail(reason why) {
  state_ = state::error;
  why_ = why;
}

void http_response::begin_head(std::string_view version, int code) {
  version_ = version;
  status_code_ = code;
}

http_response::head http_response::end_head() {
  headers_.end();
  if (status_code_ < 200 && status_code_ != 101) {
    if (++interim_responses_ > interim_responses_max) fail(reason::malformed_response);
    headers_.clear();
    status_code_ = 0;
    version_.clear();
    return head::interim;
  }
  if (head_request_ || status_code_ == 101 || status_code_ == 204 || status_code_ == 304) {
    end();
    return head::bodiless;
  }
  if (observer_) observer_->begin(headers_.content_type(), headers_.content_encoding());
  return head::before_body;
}

void http_response::add_body(std::string_view bytes) {
  const std::string_view taken = bytes.substr(0, limits_.body_bytes_max - body_bytes_);
  if (observer_) observer_->see(taken);
  body_bytes_ += taken.size();
  if (taken.size() == bytes.size()) return;
  body_truncated_ = true;
  end();
}

bool is_connection_failure(reason why) {
  return why == reason::closed_early || why == reason::stream_refused ||
         why == reason::stream_reset;
}

}  // namespace muster::codec
