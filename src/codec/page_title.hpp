#pragma once

#include "codec/body_observer.hpp"
#include "codec/title_scanner.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace muster::codec {

/// The title of an HTML document whose bytes arrive in pieces, as UTF-8. Its encoding is what a
/// byte order mark says, else the Content-Type header, else a meta element; without any, UTF-8 if
/// it may be, else windows-1252.
class page_title {
 public:
  /// The longest title; what is longer is cut off at a UTF-8 boundary.
  static constexpr std::size_t title_bytes_max = 256;

  /// Begins a document of this Content-Type.
  void begin(std::string_view content_type);
  void feed(std::string_view bytes);
  /// Nothing that comes now changes the title.
  bool done() const;
  /// The title by what is known, its white space collapsed and trimmed, character references
  /// decoded; empty while there is none, so an unclosed title is none. From the network: control
  /// characters may be in it. Worked out at each call.
  std::string text() const;

 private:
  void sniff();
  void scan(std::string_view bytes);

  const text_encoding* encoding_ = nullptr;  // By header or byte order mark.
  std::string start_;                        // The first bytes, until they may be a mark.
  bool sniffed_ = false;
  std::optional<utf16_decoder> utf16_;
  title_scanner scanner_;
};

/// The title of the body of a response, if that may have one, looked for in its first bytes.
class body_title final : public body_observer {
 public:
  static constexpr std::size_t scan_bytes_max = 64 * 1024;

  /// `bytes_max`: how far into the body it is looked for.
  explicit body_title(std::size_t bytes_max = scan_bytes_max) : bytes_max_{bytes_max} {}

  /// Its codings are to be undone before it is seen.
  void begin(std::string_view content_type, std::string_view content_encoding) override;
  void see(std::string_view bytes) override;
  /// Forgets the body that it has seen: to be called before the next response.
  void clear();
  /// As `page_title::text`.
  std::string text() const { return title_.text(); }

 private:
  page_title title_;
  std::size_t bytes_max_;
  std::size_t left_ = 0;  // Bytes in which the title may still come.
};

/// True for the media types that have a title: text/html and application/xhtml+xml, whatever their
/// parameters, and for an absent one, which browsers take for HTML as well.
bool may_have_title(std::string_view content_type);

/// The value of the parameter `charset` of a Content-Type, without quotes; empty if there is none.
std::string_view charset_of(std::string_view content_type);

}  // namespace muster::codec
