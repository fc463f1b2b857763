#include "codec/http_response_reader.hpp"
#include "codec/page_title.hpp"
#include "codec/redirect.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace muster::codec;

namespace {

// Small, so that short inputs reach them.
constexpr http_limits limits{.header_bytes_max = 512, .body_bytes_max = 256};
constexpr std::size_t title_scan_bytes_max = 128;

void require(bool condition) {
  if (!condition) std::abort();
}

/// All that a reader says about `response` when it comes in pieces of `piece_bytes`.
std::string outcome(std::string_view response, std::size_t piece_bytes, bool head_request) {
  body_title title{title_scan_bytes_max};
  http_response_reader reader{head_request, limits, &title};
  for (std::size_t at = 0; at < response.size(); at += piece_bytes) {
    reader.feed(response.substr(at, piece_bytes));
  }
  const auto state = reader.finish();
  require(state != http_response_reader::state::need_more);
  require((state == http_response_reader::state::error) == (reader.why() != muster::reason::none));
  require(reader.body_bytes() <= limits.body_bytes_max);
  require(reader.status_code() == 0 || reader.why() != muster::reason::none ||
          reader.status_code() >= 101);
  require(title.text().size() <= 256);

  std::string text = std::to_string(static_cast<int>(state)) + ' ';
  text += std::to_string(static_cast<int>(reader.why())) + ' ';
  text += std::to_string(reader.status_code()) + ' ' + std::to_string(reader.content_length());
  text += ' ' + std::to_string(reader.bad_header_lines());
  text += ' ' + std::to_string(reader.body_bytes()) + (reader.body_truncated() ? "+ " : " ");
  text.append(reader.version()).append(reader.server()).append("\n").append(reader.content_type());
  return text.append("\n").append(reader.location()).append("\n").append(title.text());
}

}  // namespace

/// The first byte chooses the size of the pieces and the method; however the rest is cut, the
/// outcome must be the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool head_request = (data[0] & 0x80) != 0;
  const std::size_t piece_bytes = std::max<std::size_t>(1, data[0] & 0x7f);
  const std::string input(data + 1, data + size);
  require(outcome(input, input.size() + 1, head_request) ==
          outcome(input, piece_bytes, head_request));

  const auto url = resolve_location("http://a/b/c/d;p?q", input);
  if (url) require(resolve_location(*url, *url) == url);
  return 0;
}
