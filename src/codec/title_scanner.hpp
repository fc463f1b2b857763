#pragma once

#include "codec/text_encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::codec {

/// Finds the first `<title>…</title>` of a document in a stream of HTML, and the encoding that a
/// `<meta>` of it names. Titles in comments, scripts, style sheets, templates, drawings and the
/// like don't count. Constant memory; the pieces may be cut anywhere.
class title_scanner {
 public:
  /// The longest title, as it is written; what is longer is cut off.
  static constexpr std::size_t raw_bytes_max = 4 * 1024;

  void feed(std::string_view bytes);
  /// A title is known: it was closed, or is too long.
  bool has_title() const { return has_title_; }
  /// What stands between its tags, as the network sent it.
  const std::string& raw_title() const { return title_; }
  /// What a meta element says, if one does.
  const text_encoding* encoding() const { return encoding_; }
  /// The head of the document is over: no meta element counts that comes now.
  bool head_over() const { return head_over_; }

 private:
  enum class state : std::uint8_t {
    text,              // Between tags.
    tag_open,          // After "<".
    end_tag_open,      // After "</".
    skip_tag,          // In a declaration or nonsense, up to ">".
    declaration,       // After "<!".
    declaration_dash,  // After "<!-".
    comment,           // After "<!--".
    tag_name,
    attribute_name,  // In a tag, outside values.
    before_value,    // After an attribute's "=".
    bare_value,
    quoted_value,
    raw_text,     // In an element whose content is not markup: script, style, title and others.
    raw_end_tag,  // In such an element's end tag, after its name.
  };

  void step(char c);
  void on_tag_open(char c);
  void on_declaration(char c);
  void on_comment(char c);
  void on_tag_name(char c);
  void on_attribute_name(char c);
  void on_before_value(char c);
  void on_value(char c, bool ends);
  void on_raw_text(char c);
  void begin_tag(char c, bool closing);
  void end_attribute();
  void end_tag();
  void end_start_tag();
  void end_meta();
  void take_raw(char c);
  void end_raw_element();

  /// Long enough for the names that matter and one more, to tell "plaintext" from "plaintexts".
  static constexpr std::size_t name_bytes_max = 10;
  static constexpr std::size_t attribute_bytes_max = 128;

  /// An attribute of a meta element.
  struct attribute {
    std::string name;
    std::string value;
  };

  state state_ = state::text;
  char quote_ = 0;
  std::uint8_t dashes_ = 0;  // How many in a row a comment has just shown, up to 2.
  bool bang_ = false;        // "--!" was just seen in a comment.
  bool closing_ = false;     // The tag is an end tag.
  bool slash_ = false;       // The last byte of the tag was a "/".
  bool gap_ = false;         // White space came after the attribute's name.
  bool taking_ = false;      // The element is the document's title.
  bool has_title_ = false;
  bool head_over_ = false;
  unsigned foreign_depth_ = 0;  // Of elements of other vocabularies: drawings, formulas.
  unsigned template_depth_ = 0;
  std::size_t matched_ = 0;   // How much of the awaited end tag was seen.
  std::string end_tag_;       // The one that is awaited, without its ">".
  std::string end_tag_seen_;  // As it was written, if it turns out to be text.
  std::string name_;
  attribute attribute_;
  std::string charset_;  // Of the meta element at hand.
  std::string content_;
  bool is_content_type_ = false;
  std::string title_;
  const text_encoding* encoding_ = nullptr;
};

}  // namespace muster::codec
