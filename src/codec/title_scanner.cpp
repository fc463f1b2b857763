// Strategy: a cut-down version of the HTML standard's tokenizer, one state for each place in which
// a "<" means something else. No tree is built: the first title wins, wherever it stands, unless an
// element is open that keeps it out of the document. Those that hold text hide all markup; those
// that hold other vocabularies or templates are counted.
#include "codec/title_scanner.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>

namespace muster::codec {

namespace {

/// The elements whose content is text, up to their end tag. Scripts run, as far as `noscript` goes,
/// and to `plaintext` there is no end.
constexpr std::array<std::string_view, 10> raw_elements{
    "title",  "script",  "style",    "textarea", "noscript",
    "iframe", "noembed", "noframes", "xmp",      "plaintext"};

bool is_raw(std::string_view name) {
  return std::find(raw_elements.begin(), raw_elements.end(), name) != raw_elements.end();
}

bool is_foreign(std::string_view name) { return name == "svg" || name == "math"; }

void append_capped(std::string& to, char c, std::size_t bytes_max) {
  if (to.size() < bytes_max) to += c;
}

/// The encoding that the content of a `<meta http-equiv=content-type>` names (HTML, 2.4.4).
std::string_view charset_in(std::string_view content) {
  constexpr std::string_view word = "charset";
  for (; content.size() > word.size(); content.remove_prefix(1)) {
    if (!equal_ignoring_case(content.substr(0, word.size()), word)) continue;
    std::string_view value = content.substr(word.size());
    const auto skip_space = [&value] {
      value.remove_prefix(std::min(value.find_first_not_of(" \t\r\n\f"), value.size()));
    };
    skip_space();
    if (!value.starts_with('=')) continue;
    value.remove_prefix(1);
    skip_space();
    const char quote = value.empty() ? '\0' : value.front();
    if (quote != '"' && quote != '\'') return value.substr(0, value.find_first_of("; \t\r\n\f"));
    value.remove_prefix(1);
    return value.substr(0, value.find(quote));
  }
  return {};
}

}  // namespace

void title_scanner::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (state_ == state::text) {
      // Most of a page is skipped here.
      const auto tag = bytes.find('<');
      if (tag == std::string_view::npos) return;
      bytes.remove_prefix(tag);
    }
    step(bytes.front());
    bytes.remove_prefix(1);
  }
}

void title_scanner::step(char c) {
  switch (state_) {
    case state::text:
      state_ = c == '<' ? state::tag_open : state::text;
      break;
    case state::tag_open:
      on_tag_open(c);
      break;
    case state::end_tag_open:
      if (is_alpha(c)) {
        begin_tag(c, true);
      } else {
        state_ = c == '>' ? state::text : state::skip_tag;
      }
      break;
    case state::skip_tag:
      state_ = c == '>' ? state::text : state::skip_tag;
      break;
    case state::declaration:
    case state::declaration_dash:
      on_declaration(c);
      break;
    case state::comment:
      on_comment(c);
      break;
    case state::tag_name:
      on_tag_name(c);
      break;
    case state::attribute_name:
      on_attribute_name(c);
      break;
    case state::before_value:
      on_before_value(c);
      break;
    case state::bare_value:
      on_value(c, c == '>' || is_space(c));
      if (c == '>') end_tag();
      break;
    case state::quoted_value:
      on_value(c, c == quote_);
      break;
    case state::raw_text:
      on_raw_text(c);
      break;
    case state::raw_end_tag:
      if (c == '>') end_raw_element();
      break;
  }
}

void title_scanner::on_tag_open(char c) {
  if (is_alpha(c)) {
    begin_tag(c, false);
  } else if (c == '!') {
    state_ = state::declaration;
  } else if (c == '/') {
    state_ = state::end_tag_open;
  } else if (c == '?') {
    state_ = state::skip_tag;
  } else {
    state_ = c == '<' ? state::tag_open : state::text;
  }
}

void title_scanner::on_declaration(char c) {
  if (c == '-') {
    if (state_ == state::declaration) {
      state_ = state::declaration_dash;
    } else {
      state_ = state::comment;
      // The standard ends "<!-->" and "<!--->" at once, as if the opening dashes closed it too.
      dashes_ = 2;
      bang_ = false;
    }
  } else {
    state_ = c == '>' ? state::text : state::skip_tag;
  }
}

void title_scanner::on_comment(char c) {
  if (c == '>' && (dashes_ == 2 || bang_)) {
    state_ = state::text;
    return;
  }
  bang_ = c == '!' && dashes_ == 2;
  dashes_ = c == '-' ? static_cast<std::uint8_t>(dashes_ < 2 ? dashes_ + 1 : 2) : std::uint8_t{0};
}

void title_scanner::begin_tag(char c, bool closing) {
  name_.assign(1, to_lower(c));
  closing_ = closing;
  slash_ = gap_ = is_content_type_ = false;
  attribute_.name.clear();
  attribute_.value.clear();
  charset_.clear();
  content_.clear();
  state_ = state::tag_name;
}

void title_scanner::on_tag_name(char c) {
  slash_ = c == '/';
  if (c == '>') {
    end_tag();
  } else if (is_space(c) || c == '/') {
    state_ = state::attribute_name;
  } else {
    append_capped(name_, to_lower(c), name_bytes_max);
  }
}

void title_scanner::on_attribute_name(char c) {
  if (c == '>') return end_tag();
  slash_ = c == '/';
  if (c == '=') {
    state_ = state::before_value;
  } else if (is_space(c) || c == '/') {
    gap_ = true;
  } else {
    if (gap_) attribute_.name.clear();
    gap_ = false;
    append_capped(attribute_.name, to_lower(c), attribute_bytes_max);
  }
}

void title_scanner::on_before_value(char c) {
  if (is_space(c)) return;
  if (c == '>') {
    end_tag();
  } else if (c == '"' || c == '\'') {
    quote_ = c;
    state_ = state::quoted_value;
  } else {
    state_ = state::bare_value;
    on_value(c, false);
  }
}

/// A byte of a value, or the one after its last.
void title_scanner::on_value(char c, bool ends) {
  if (ends) {
    end_attribute();
    state_ = state::attribute_name;
  } else if (name_ == "meta") {
    append_capped(attribute_.value, c, attribute_bytes_max);
  }
}

void title_scanner::end_attribute() {
  if (attribute_.name == "charset") charset_ = attribute_.value;
  if (attribute_.name == "content") content_ = attribute_.value;
  if (attribute_.name == "http-equiv") {
    is_content_type_ = equal_ignoring_case(attribute_.value, "content-type");
  }
  attribute_.name.clear();
  attribute_.value.clear();
}

void title_scanner::end_tag() {
  state_ = state::text;
  if (!closing_) return end_start_tag();
  if (is_foreign(name_) && foreign_depth_ > 0) --foreign_depth_;
  if (name_ == "template" && template_depth_ > 0) --template_depth_;
  head_over_ = head_over_ || name_ == "head";
}

void title_scanner::end_start_tag() {
  head_over_ = head_over_ || name_ == "body";
  if (is_foreign(name_) && !slash_) ++foreign_depth_;
  if (name_ == "template") ++template_depth_;
  if (name_ == "meta") end_meta();
  if (foreign_depth_ > 0 || !is_raw(name_)) return;
  state_ = state::raw_text;
  end_tag_ = "</" + name_;
  matched_ = 0;
  taking_ = name_ == "title" && template_depth_ == 0 && !has_title_;
}

void title_scanner::end_meta() {
  if (encoding_ != nullptr || head_over_) return;
  encoding_ = find_encoding(charset_);
  if (encoding_ == nullptr && is_content_type_) encoding_ = find_encoding(charset_in(content_));
  const bool wide = encoding_ != nullptr && (encoding_->kind == encoding_kind::utf_16le ||
                                             encoding_->kind == encoding_kind::utf_16be);
  // It could not have been read if it were true.
  if (wide) encoding_ = find_encoding("utf-8");
}

void title_scanner::on_raw_text(char c) {
  if (matched_ == end_tag_.size()) {
    if (c == '>') return end_raw_element();
    if (is_space(c) || c == '/') {
      state_ = state::raw_end_tag;
      return;
    }
  } else if (to_lower(c) == end_tag_[matched_]) {
    end_tag_seen_ += c;
    ++matched_;
    return;
  }
  // It was text after all. Only its first byte is a "<", so no end tag can begin within it.
  for (const char seen : end_tag_seen_)
    take_raw(seen);
  end_tag_seen_.clear();
  matched_ = 0;
  if (c == '<') {
    end_tag_seen_ = c;
    matched_ = 1;
  } else {
    take_raw(c);
  }
}

void title_scanner::take_raw(char c) {
  if (!taking_ || has_title_) return;
  title_ += c;
  has_title_ = title_.size() == raw_bytes_max;
}

void title_scanner::end_raw_element() {
  end_tag_seen_.clear();
  state_ = state::text;
  has_title_ = has_title_ || taking_;
  taking_ = false;
}

}  // namespace muster::codec
