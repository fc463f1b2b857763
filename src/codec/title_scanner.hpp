#pragma once

#include "codec/html_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::codec {

/// Finds the first `<title>…</title>` in a stream of HTML. Those in comments, scripts and style
/// sheets don't count. Constant memory; the pieces may be cut anywhere.
class title_scanner {
 public:
  /// The longest title; what is longer is cut off at a UTF-8 boundary.
  static constexpr std::size_t title_bytes_max = 256;

  void feed(std::string_view bytes);
  /// The title is known; further bytes change nothing.
  bool done() const { return state_ == state::done; }
  /// The title, its white space collapsed and trimmed, character references decoded; empty until
  /// `done()`, so an unclosed title is none. Raw bytes from the network.
  const std::string& title() const;

 private:
  enum class state : std::uint8_t {
    text,              // Between tags.
    tag_open,          // After "<".
    skip_tag,          // In an end tag or a declaration, up to ">".
    declaration,       // After "<!".
    declaration_dash,  // After "<!-".
    comment,           // After "<!--".
    tag_name,
    attribute_name,  // In a start tag, outside values.
    before_value,    // After an attribute's "=".
    bare_value,
    quoted_value,
    raw_text,     // In an element whose content is not markup: script, style, title.
    raw_end_tag,  // In such an element's end tag, after its name.
    done,
  };
  enum class element : std::uint8_t { any, title, script, style };

  void step(char c);
  void on_tag_open(char c);
  void on_declaration(char c);
  void on_comment(char c);
  void on_tag_name(char c);
  void on_attribute_name(char c);
  void on_before_value(char c);
  void on_raw_text(char c);
  void end_start_tag();
  void end_element();
  void take_raw(char c);
  static std::string_view end_tag_of(element which);

  /// Long enough for the names that matter and one more, to tell "title" from "titles".
  static constexpr std::size_t name_bytes_max = 7;

  state state_ = state::text;
  element element_ = element::any;
  char quote_ = 0;
  std::uint8_t dashes_ = 0;   // How many in a row a comment has just shown, up to 2.
  bool bang_ = false;         // "--!" was just seen in a comment.
  std::size_t matched_ = 0;   // How much of the awaited end tag was seen.
  std::string end_tag_seen_;  // As it was written, if it turns out to be text.
  std::string name_;
  html_text title_{title_bytes_max};
};

/// True for the media types that have a title: text/html and application/xhtml+xml, whatever their
/// parameters, and for an absent one, which browsers take for HTML as well.
bool may_have_title(std::string_view content_type);

}  // namespace muster::codec
