// Strategy: the bytes are a host name, and that of a URL. A name that is taken has to be in
// lower-case ASCII, and to stand for itself from then on; a refusal has to be a line of text.
#include "targets/host.hpp"
#include "targets/international_name.hpp"
#include "targets/target_parser.hpp"
#include "targets/url.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_refusal(std::string_view message) {
  require(!message.empty() && message.size() < 1'000);
  for (const char c : message)
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

void check_name(std::string_view text) {
  const auto ascii = muster::to_ascii_name(text);
  if (!ascii) return check_refusal(ascii.error().message);
  require(ascii->find_first_not_of(letters) == std::string::npos);
}

void check_host(const muster::target& one) {
  require(one.host().find_first_not_of(letters) == std::string_view::npos);
  require(one.authority().find_first_of("/?#@\r\n ") == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_name(text);
  const std::string found = muster::find_invisible(text);
  if (!found.empty()) check_refusal(found);
  std::string url = "http://";
  url.append(text).append("/");
  if (const auto parsed = muster::parse_url(url)) {
    check_host(*parsed);
  } else {
    check_refusal(parsed.error().message);
  }
  if (text.empty()) return 0;
  if (const auto parsed = muster::parse_target(text, {})) {
    if (const auto* single = parsed->single()) check_host(*single);
  } else {
    check_refusal(parsed.error().message);
  }
  return 0;
}
