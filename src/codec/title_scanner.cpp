// Strategy: a cut-down version of the HTML standard's tokenizer, one state for each place in which
// a "<" means something else. No tree is built: the first title element wins, wherever it stands.
#include "codec/title_scanner.hpp"

#include "codec/ascii.hpp"

namespace muster::codec {

const std::string& title_scanner::title() const {
  static const std::string none;
  return done() ? title_.text() : none;
}

void title_scanner::feed(std::string_view bytes) {
  while (!bytes.empty() && !done()) {
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
      if (c == '>') {
        end_start_tag();
      } else if (is_space(c)) {
        state_ = state::attribute_name;
      }
      break;
    case state::quoted_value:
      if (c == quote_) state_ = state::attribute_name;
      break;
    case state::raw_text:
      on_raw_text(c);
      break;
    case state::raw_end_tag:
      if (c == '>') end_element();
      break;
    case state::done:
      break;
  }
}

void title_scanner::on_tag_open(char c) {
  if (is_alpha(c)) {
    name_.assign(1, to_lower(c));
    state_ = state::tag_name;
  } else if (c == '!') {
    state_ = state::declaration;
  } else if (c == '/' || c == '?') {
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

void title_scanner::on_tag_name(char c) {
  if (c == '>') {
    end_start_tag();
  } else if (is_space(c) || c == '/') {
    state_ = state::attribute_name;
  } else if (name_.size() < name_bytes_max) {
    name_ += to_lower(c);
  }
}

void title_scanner::on_attribute_name(char c) {
  if (c == '>') {
    end_start_tag();
  } else if (c == '=') {
    state_ = state::before_value;
  }
}

void title_scanner::on_before_value(char c) {
  if (is_space(c)) return;
  if (c == '>') {
    end_start_tag();
  } else if (c == '"' || c == '\'') {
    quote_ = c;
    state_ = state::quoted_value;
  } else {
    state_ = state::bare_value;
  }
}

void title_scanner::end_start_tag() {
  if (name_ == "title") {
    element_ = element::title;
  } else if (name_ == "script") {
    element_ = element::script;
  } else if (name_ == "style") {
    element_ = element::style;
  } else {
    state_ = state::text;
    return;
  }
  state_ = state::raw_text;
  matched_ = 0;
}

std::string_view title_scanner::end_tag_of(element which) {
  switch (which) {
    case element::title:
      return "</title";
    case element::script:
      return "</script";
    case element::style:
      return "</style";
    case element::any:
      break;
  }
  return {};
}

void title_scanner::on_raw_text(char c) {
  const std::string_view end_tag = end_tag_of(element_);
  if (matched_ == end_tag.size()) {
    if (c == '>') return end_element();
    if (is_space(c) || c == '/') {
      state_ = state::raw_end_tag;
      return;
    }
  } else if (to_lower(c) == end_tag[matched_]) {
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
  if (element_ != element::title || done()) return;
  title_.add(c);
  if (title_.full()) state_ = state::done;
}

void title_scanner::end_element() {
  end_tag_seen_.clear();
  if (element_ != element::title) {
    state_ = state::text;
    return;
  }
  title_.end();
  state_ = state::done;
}

bool may_have_title(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  return type.empty() || equal_ignoring_case(type, "text/html") ||
         equal_ignoring_case(type, "application/xhtml+xml");
}

}  // namespace muster::codec
