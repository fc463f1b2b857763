// Strategy: the bytes are a page, the first of them chooses the header and how the rest is cut.
// However it is cut, the title is the same, and keeps its bounds. Without a header that says
// otherwise, the title of a page in ASCII is what it is in UTF-16.
#include "codec/character_reference.hpp"
#include "codec/page_title.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace muster::codec;

namespace {

constexpr std::array<std::string_view, 8> content_types{
    "",
    "text/html; charset=gbk",
    "text/html; charset=Shift_JIS",
    "text/html; charset=iso-2022-jp",
    "text/html; charset=utf-16be",
    "text/html; charset=latin1",
    "text/html; charset=utf-8",
    "text/html; charset=big5",
};

void require(bool condition) {
  if (!condition) std::abort();
}

std::string title_of(std::string_view page, std::string_view content_type,
                     std::size_t piece_bytes) {
  page_title subject;
  subject.begin(content_type);
  bool was_done = false;
  std::string when_done;
  for (std::size_t at = 0; at < page.size(); at += piece_bytes) {
    subject.feed(page.substr(at, piece_bytes));
    if (!subject.done()) continue;
    if (was_done) require(subject.text() == when_done);
    was_done = true;
    when_done = subject.text();
  }
  const std::string text = subject.text();
  require(text.size() <= page_title::title_bytes_max);
  require(!text.starts_with(' ') && !text.ends_with(' '));
  return text;
}

std::string widened(std::string_view text) {
  std::string wide{"\xfe\xff"};
  for (const char c : text)
    wide += {'\0', c};
  return wide;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view type = content_types[data[0] >> 5];
  const std::size_t piece_bytes = std::max<std::size_t>(1, data[0] & 0x1f);
  const std::string page(data + 1, data + size);
  require(title_of(page, type, page.size() + 1) == title_of(page, type, piece_bytes));

  const bool plain = std::all_of(page.begin(), page.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != 0x1b;
  });
  if (plain) require(title_of(widened(page), type, piece_bytes) == title_of(page, "", 7));

  std::string decoded;
  const std::size_t taken = decode_reference(page, decoded);
  require(taken <= page.size() && (taken == 0) == decoded.empty());
  (void)find_encoding(page);
  (void)charset_of(page);
  return 0;
}
