#include "codec/page_title.hpp"

#include "codec/html_text.hpp"
#include "core/ascii.hpp"
#include "core/utf8.hpp"

#include <algorithm>

namespace muster::codec {

namespace {

constexpr std::size_t mark_bytes_max = 3;

struct byte_order_mark {
  std::string_view bytes;
  std::string_view label;
};
constexpr byte_order_mark byte_order_marks[] = {
    {"\xef\xbb\xbf", "utf-8"}, {"\xfe\xff", "utf-16be"}, {"\xff\xfe", "utf-16le"}};

bool is_utf16(const text_encoding* encoding) {
  return encoding != nullptr &&
         (encoding->kind == encoding_kind::utf_16le || encoding->kind == encoding_kind::utf_16be);
}

/// Whether the bytes mean the same in any encoding that is made of ASCII and more.
bool is_plain(std::string_view text) {
  constexpr char escape = 0x1b;  // ISO-2022-JP is in ASCII's bytes.
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != escape; });
}

}  // namespace

void page_title::begin(std::string_view content_type) {
  encoding_ = find_encoding(charset_of(content_type));
}

void page_title::feed(std::string_view bytes) {
  if (sniffed_) return scan(bytes);
  const std::size_t missing = mark_bytes_max - start_.size();
  start_ += bytes.substr(0, missing);
  if (start_.size() < mark_bytes_max) return;
  sniff();
  scan(start_);
  if (bytes.size() > missing) scan(bytes.substr(missing));
}

/// Looks for a byte order mark, which counts more than what the header says, and takes it off.
void page_title::sniff() {
  sniffed_ = true;
  for (const auto& mark : byte_order_marks) {
    if (!start_.starts_with(mark.bytes)) continue;
    encoding_ = find_encoding(mark.label);
    start_.erase(0, mark.bytes.size());
    break;
  }
  if (is_utf16(encoding_)) utf16_.emplace(encoding_->kind == encoding_kind::utf_16be);
}

void page_title::scan(std::string_view bytes) {
  if (!utf16_) return scanner_.feed(bytes);
  constexpr std::size_t piece_bytes = 1024;
  std::string decoded;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
    decoded.clear();
    utf16_->feed(bytes.substr(0, piece_bytes), decoded);
    scanner_.feed(decoded);
  }
}

bool page_title::done() const {
  if (!scanner_.has_title()) return false;
  return encoding_ != nullptr || scanner_.encoding() != nullptr || scanner_.head_over() ||
         is_plain(scanner_.raw_title());
}

std::string page_title::text() const {
  if (!scanner_.has_title()) return {};
  std::string_view raw = scanner_.raw_title();
  if (raw.size() == title_scanner::raw_bytes_max) {
    raw = raw.substr(0, without_unfinished_character(raw));
  }
  const text_encoding* encoding = encoding_ != nullptr ? encoding_ : scanner_.encoding();
  if (is_plain(raw) || is_utf16(encoding)) return html_text(raw, title_bytes_max);
  return html_text(to_utf8(raw, encoding), title_bytes_max);
}

void body_title::begin(std::string_view content_type, std::string_view) {
  if (!may_have_title(content_type)) return;
  title_.begin(content_type);
  left_ = bytes_max_;
}

void body_title::see(std::string_view bytes) {
  if (left_ == 0) return;
  bytes = bytes.substr(0, left_);
  title_.feed(bytes);
  left_ = title_.done() ? 0 : left_ - bytes.size();
}

void body_title::clear() {
  title_ = {};
  left_ = 0;
}

bool may_have_title(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  return type.empty() || equal_ignoring_case(type, "text/html") ||
         equal_ignoring_case(type, "application/xhtml+xml");
}

std::string_view charset_of(std::string_view content_type) {
  for (auto at = content_type.find(';'); at != content_type.npos; at = content_type.find(';')) {
    content_type.remove_prefix(at + 1);
    const auto equals = content_type.find('=');
    if (equals == content_type.npos) return {};
    if (!equal_ignoring_case(trim(content_type.substr(0, equals)), "charset")) continue;
    std::string_view value = trim(content_type.substr(equals + 1));
    const char quote = value.empty() ? '\0' : value.front();
    if (quote != '"' && quote != '\'') return trim(value.substr(0, value.find_first_of("; \t,")));
    value.remove_prefix(1);
    return value.substr(0, value.find(quote));
  }
  return {};
}

}  // namespace muster::codec
