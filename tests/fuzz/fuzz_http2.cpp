#include "codec/http2_session.hpp"
#include "codec/page_title.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

using namespace muster::codec;

namespace {

// Small, so that short inputs reach them.
constexpr http_limits limits{.header_bytes_max = 512, .body_bytes_max = 256, .keeps_headers = true};
// What nghttp2 answers of one piece of input, acknowledgements above all.
constexpr std::size_t output_bytes_max = std::size_t{128} * 1024;

void require(bool condition) {
  if (!condition) std::abort();
}

/// All that a session says about what a peer sends, when it comes in pieces of `piece_bytes`.
std::string outcome(std::string_view sent, std::size_t piece_bytes, bool head_request) {
  body_title title{128};
  http_response response{head_request, limits, &title};
  const std::string body(70'000, 'b');
  http2_session session{{.method = head_request ? "HEAD" : "POST",
                         .authority = "host",
                         .path = "/",
                         .user_agent = "fuzz",
                         .body = head_request ? nullptr : &body},
                        "https",
                        response};
  require(!session.take_output().empty());
  for (std::size_t at = 0; at < sent.size(); at += piece_bytes) {
    session.feed(sent.substr(at, piece_bytes));
    while (true) {
      const std::string output = session.take_output();
      require(output.size() <= output_bytes_max);
      if (output.empty()) break;
    }
  }
  const auto state = session.finish();
  require(state != http_response::state::need_more);
  require((state == http_response::state::error) == (response.why() != muster::reason::none));
  require(response.body_bytes() <= limits.body_bytes_max);
  require(session.error().size() <= 512);

  // Debian's nghttp2 1.52 counts a continuation as often as a piece of it comes.
  if (session.error().starts_with("Too many CONTINUATION")) return {};

  // Which of several things that are wrong is seen first, and how much was read before that,
  // depends on how it came.
  if (state == http_response::state::error) return "error";
  std::string text = std::to_string(response.status_code()) + ' ';
  text += std::to_string(response.content_length()) + ' ';
  text += std::to_string(response.bad_header_lines()) + ' ';
  text += std::to_string(response.body_bytes()) + (response.body_truncated() ? "+ " : " ");
  text.append(response.version()).append(response.header_lines()).append("\n");
  return text.append(response.trailer_lines()).append("\n").append(title.text());
}

/// The same peer on a connection that has one request after the other, as long as that goes.
void ask_again_and_again(std::string_view sent, std::size_t piece_bytes) {
  const http_request request{
      .method = "GET", .authority = "host", .path = "/", .user_agent = "fuzz"};
  auto response = std::make_unique<http_response>(false, limits);
  http2_session session{request, "https", *response};
  for (std::size_t at = 0; at < sent.size(); at += piece_bytes) {
    session.take_output();
    session.feed(sent.substr(at, piece_bytes));
    if (!session.takes_another()) continue;
    session.let_go();
    response = std::make_unique<http_response>(false, limits);
    session.ask(request, "https", *response);
  }
  require(session.finish() != http_response::state::need_more);
}

}  // namespace

/// The first byte chooses the size of the pieces and the method; however the rest is cut, the
/// outcome must be the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool head_request = (data[0] & 0x80) != 0;
  const std::size_t piece_bytes = std::max<std::size_t>(1, data[0] & 0x7f);
  const std::string input(data + 1, data + size);
  const std::string whole = outcome(input, input.size() + 1, head_request);
  const std::string in_pieces = outcome(input, piece_bytes, head_request);
  require(whole == in_pieces || whole.empty() || in_pieces.empty());
  ask_again_and_again(input, piece_bytes);
  return 0;
}
