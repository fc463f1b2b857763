#pragma once

#include "codec/http_response_reader.hpp"
#include "codec/page_title.hpp"
#include "support/split_feed.hpp"

#include <string>
#include <string_view>

namespace muster::test {

using reader = codec::http_response_reader;

struct response_case {
  bool head_request = false;
  bool peer_closes = false;  // After the last byte.
  codec::http_limits limits = {};
  std::size_t title_scan_bytes_max = codec::body_title::scan_bytes_max;
};

/// All that a reader says about a response, in one line, such as
/// `done 200 1.1 length=5 body=5 server=[nginx] type=[text/html] location=[] bad=0 title=[Hello]`.
inline std::string describe(const reader& from, const codec::body_title& title,
                            reader::state state) {
  std::string text = state == reader::state::done        ? "done"
                     : state == reader::state::need_more ? "need_more"
                                                         : "error";
  if (from.why() != reason::none) {
    text += from.why() == reason::malformed_response  ? ":malformed"
            : from.why() == reason::headers_too_large ? ":too_large"
            : from.why() == reason::closed_early      ? ":closed"
                                                      : ":unexpected";
  }
  text += ' ' + std::to_string(from.status_code()) + ' ' + std::string{from.version()};
  text += " length=" + std::to_string(from.content_length());
  text += " body=" + std::to_string(from.body_bytes()) + (from.body_truncated() ? "+" : "");
  text += " server=[" + from.server() + "] type=[" + from.content_type() + "]";
  text += " location=[" + from.location() + "] bad=" + std::to_string(from.bad_header_lines());
  return text + " title=[" + title.text() + "]";
}

inline std::string run_reader(pieces parts, const response_case& with) {
  // One that has read another response and begins anew is as good as a new one.
  codec::body_title title{with.title_scan_bytes_max};
  reader subject{!with.head_request, {}, &title};
  subject.feed("HTTP/1.0 200 OK\r\nServer: old\r\nContent-Length: 9\r\n\r\n<title>");
  subject.restart(with.head_request, with.limits);
  title.clear();
  auto state = reader::state::need_more;
  for (const auto part : parts)
    state = subject.feed(part);
  if (with.peer_closes) state = subject.finish();
  return describe(subject, title, state);
}

/// The outcome of a response that is cut in every way. One that ends by itself is also followed
/// by other bytes.
inline std::string outcome(std::string_view response, const response_case& with = {}) {
  const auto run = [&with](pieces parts) { return run_reader(parts, with); };
  const std::string expected = split_feed(response, run);
  if (expected.starts_with("need_more") || with.peer_closes) return expected;
  return split_feed_with_trailing(response, "HTTP/1.1 500 Again\r\nServer: other\r\n\r\nx", run);
}

/// The outcome of a response that is too large to cut everywhere: whole, in pieces and in bytes.
inline std::string large_outcome(std::string_view response, const response_case& with = {}) {
  const std::string_view whole[] = {response};
  const std::string expected = run_reader(whole, with);
  for (const std::size_t size : {1u, 7u, 1460u, 4096u}) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at < response.size(); at += size) {
      parts.push_back(response.substr(at, size));
    }
    INFO("in pieces of " << size);
    CHECK(run_reader(parts, with) == expected);
  }
  return expected;
}

}  // namespace muster::test
