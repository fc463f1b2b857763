// Strategy: wherever a placeholder stands, the quotes around it tell what its reference has to
// bring along: none within double quotes, a pair of its own elsewhere, and single quotes are closed
// before and opened again behind. What would read the value as anything but itself refuses it.
#include "command/script_reader.hpp"
#include "core/ascii.hpp"

namespace muster {
namespace {

constexpr script_refusal in_name{"the name of a parameter",
                                 "name the value before, and expand that: v={}; … \"${v}\""};
constexpr script_refusal in_other_expansion{
    "an expansion that /bin/sh need not have",
    "name the value before, and keep to ${v%…}, ${v#…} and ${v:-…}"};
constexpr script_refusal in_document_pattern{
    "a pattern of ${…} in a here-document, which shells read in different ways",
    "expand it before, v=${x%{}}, and write $v in the text"};
constexpr script_refusal in_arithmetic{
    "arithmetic, where some shells would run what is in the value",
    "compute with expr: $(expr {} + 1)"};
constexpr script_refusal in_dollar_quotes{"$'…', which /bin/sh need not have",
                                          "write '…', or \"$(printf …)\""};
constexpr script_refusal in_document_backquotes{
    "backquotes with \\\" in a here-document, which shells read in different ways", "write $(…)"};
constexpr script_refusal behind_backslash{"backquotes, right behind a backslash", "write $(…)"};

bool begins_name(char c) { return is_alpha(c) || c == '_'; }
bool goes_on_name(char c) { return is_alpha(c) || is_digit(c) || c == '_'; }
bool is_special(char c) {
  return c != '\0' && std::string_view{"@*#?-$!"}.find(c) != std::string_view::npos;
}
bool is_escapable(char c) {
  return c != '\0' && std::string_view{"$`\"\\\n"}.find(c) != std::string_view::npos;
}

}  // namespace

// ---- Placeholders

std::optional<command_placeholder> script_reader::here() const {
  // `$` and `{NAME}` belong together for whoever wrote them, even where the shell sees none.
  if (over() || (at_ > 0 && dollar_end_ == at_ && next() == '{')) return std::nullopt;
  return placeholder_at(text_.substr(at_, end_ - at_), syntax_);
}

script_spot& script_reader::add_spot(const command_placeholder& what, quoting how) {
  script_spot spot;
  spot.begin = origin(at_);
  spot.placeholder = what;
  spot.is_quoted = how != quoting::bare;
  if (how == quoting::bare) spot.before = spot.after = "\"";
  if (how == quoting::single_quotes) {
    spot.before = "'\"";
    spot.after = "\"'";
  }
  // A backslash that is itself before "{" would escape the "$".
  const bool is_behind_backslash = at_ > 0 && backslash_end_ == at_;
  if (how == quoting::double_quotes && is_behind_backslash) spot.before = "\\";
  if (backquotes_ > 0 && at_ > 0 && text_[at_ - 1] == '\\') spot.refused = behind_backslash;
  spots_.push_back(spot);
  at_ += what.size;
  return spots_.back();
}

bool script_reader::take_placeholder(script_word& word, quoting how) {
  const auto found = here();
  if (!found) return false;
  if (word.text.empty()) word.leading_spot = spots_.size();
  word.text += script_word::mark;
  add_spot(*found, how);
  return true;
}

void script_reader::refuse(std::size_t first, std::size_t end, const script_refusal& why) {
  for (std::size_t i = first; i < end; ++i) {
    if (!spots_[i].refused) spots_[i].refused = why;
  }
}

// ---- Words

script_word script_reader::read_word() {
  script_word word;
  word.begin = at_;
  word.first_spot = spots_.size();
  constexpr std::string_view ends = " \t\n;&|<>()";
  while (!over()) {
    if (take_placeholder(word, quoting::bare)) continue;
    const char c = next();
    if (ends.find(c) != ends.npos) break;
    if (c == '\\') {
      escaped(word);
    } else if (c == '\'') {
      single_quoted(word);
    } else if (c == '"') {
      double_quoted(word);
    } else if (c == '`') {
      backquoted(word, enclosed_by::nothing);
    } else if (c == '$') {
      dollar(word, enclosed_by::nothing);
    } else {
      word.text += c;
      ++at_;
    }
  }
  word.end = at_;
  word.spots_end = spots_.size();
  return word;
}

void script_reader::escaped(script_word& word) {
  word.is_quoted = true;
  ++at_;
  if (over()) throw script_fault{"there is nothing behind the \\ at its end"};
  if (next() != '\n') word.text += next();
  if (text_[at_++] == '$') dollar_end_ = at_;
}

void script_reader::half_escaped(script_word& word) {
  ++at_;
  if (is_escapable(next())) {
    if (next() != '\n') word.text += next();
    if (text_[at_++] == '$') dollar_end_ = at_;
    return;
  }
  word.text += '\\';
  backslash_end_ = at_;
}

void script_reader::single_quoted(script_word& word) {
  word.is_quoted = true;
  ++at_;
  for (;;) {
    if (over()) throw script_fault{"a quote ' of it is not closed"};
    if (take_placeholder(word, quoting::single_quotes)) continue;
    const char c = text_[at_++];
    if (c == '\'') return;
    if (c == '$') dollar_end_ = at_;
    word.text += c;
  }
}

void script_reader::double_quoted(script_word& word) {
  word.is_quoted = true;
  ++at_;
  for (;;) {
    if (over()) throw script_fault{"a quote \" of it is not closed"};
    if (take_placeholder(word, quoting::double_quotes)) continue;
    const char c = next();
    if (c == '\\') {
      half_escaped(word);
    } else if (c == '`') {
      backquoted(word, enclosed_by::double_quotes);
    } else if (c == '$') {
      dollar(word, enclosed_by::double_quotes);
    } else {
      ++at_;
      if (c == '"') return;
      word.text += c;
    }
  }
}

/// `$'…'`, which is ANSI-C quoting for some shells, and a dollar sign and '…' for others.
void script_reader::dollar_single_quoted() {
  const std::size_t first = spots_.size();
  script_word unused;
  const std::size_t begin = ++at_;
  single_quoted(unused);
  if (text_[at_ - 2] == '\\' && at_ - 2 > begin) {
    throw script_fault{"shells don't agree on where a $'…' of it ends; write '…'"};
  }
  refuse(first, in_dollar_quotes);
}

// ---- What is expanded

void script_reader::dollar(script_word& word, enclosed_by outside) {
  const char c = next(1);
  const bool is_quoted = outside != enclosed_by::nothing;
  if (c == '\'' && !is_quoted) {
    word.text += script_word::mark;
    return dollar_single_quoted();
  }
  if (c == '[') throw script_fault{"shells don't agree on what $[ begins; write $((…)), or \\$["};
  if (c == '(' || c == '{') {
    enter();
    if (c == '{') {
      parameter(word, outside);
    } else if (next(2) != '(' || !try_arithmetic(word, 3)) {
      substitution(word);
    }
    --depth_;
    return;
  }
  ++at_;
  if (begins_name(c)) {
    while (goes_on_name(next()))
      ++at_;
  } else if (is_digit(c) || is_special(c)) {
    ++at_;
  } else {
    dollar_end_ = at_;
    word.text += '$';
    return;
  }
  word.text += script_word::mark;
}

void script_reader::substitution(script_word& word) {
  at_ += 2;
  std::vector<document> outer;
  outer.swap(documents_);
  if (commands(false, true) != stop::parenthesis) throw script_fault{"a $( of it is not closed"};
  if (!documents_.empty()) throw script_fault{"a here-document in its $(…) has no text"};
  outer.swap(documents_);
  word.text += script_word::mark;
}

void script_reader::parameter(script_word& word, enclosed_by outside) {
  at_ += 2;
  const std::size_t first = spots_.size();
  script_word unused;
  const bool is_length = next() == '#' && (goes_on_name(next(1)) || is_special(next(1))) &&
                         (next(2) == '}' || goes_on_name(next(1)));
  if (is_length) ++at_;
  const bool is_in_name = take_placeholder(unused, quoting::bare);
  const std::size_t begin = at_;
  if (begins_name(next())) {
    while (goes_on_name(next()))
      ++at_;
  } else if (is_digit(next())) {
    while (is_digit(next()))
      ++at_;
  } else if (is_special(next())) {
    ++at_;
  }
  if (at_ == begin && !is_in_name) throw script_fault{"a ${ of it has no name behind it"};
  const bool has_colon =
      next() == ':' && std::string_view{"-=?+"}.find(next(1)) != std::string::npos;
  if (has_colon) ++at_;
  const char how = next();
  const bool is_pattern = how == '%' || how == '#';
  const bool is_word = how != '\0' && std::string_view{"-=?+"}.find(how) != std::string::npos;
  if (is_pattern || is_word) ++at_;
  if (is_pattern && next() == how) ++at_;
  const std::size_t in_word = spots_.size();
  parameter_word(word, outside, is_pattern);
  if (!is_pattern && !is_word) refuse(in_word, in_other_expansion);
  if (is_pattern && outside == enclosed_by::here_document) refuse(in_word, in_document_pattern);
  if (is_in_name || is_length) refuse(first, in_name);
  word.text += script_word::mark;
}

/// What stands before the } of a parameter.
void script_reader::parameter_word(script_word& word, enclosed_by outside, bool is_pattern) {
  const bool is_bare = outside == enclosed_by::nothing;
  const quoting how = is_bare || is_pattern ? quoting::bare : quoting::double_quotes;
  for (;;) {
    if (over()) throw script_fault{"a ${ of it is not closed"};
    if (take_placeholder(word, how)) continue;
    const char c = next();
    if (c == '}') break;
    if (c == '\\') {
      is_bare || is_pattern ? escaped(word) : half_escaped(word);
    } else if (c == '\'' && (is_bare || is_pattern)) {
      single_quoted(word);
    } else if (c == '"' && outside != enclosed_by::here_document) {
      double_quoted(word);
    } else if (c == '`') {
      backquoted(word, outside);
    } else if (c == '$') {
      dollar(word, outside);
    } else {
      word.text += c;
      ++at_;
    }
  }
  ++at_;
}

/// `$((…))`, or `((…))`. False when it is none: then it is two parentheses of commands, and nothing
/// is taken.
bool script_reader::try_arithmetic(script_word& word, std::size_t opening) {
  const std::size_t begin = at_;
  const std::size_t first = spots_.size();
  const unsigned depth = depth_;
  const std::vector<document> documents = documents_;
  // Each failure has what nests in it read again, and those in it, too.
  constexpr unsigned failures_max = 50;
  if (*failures_ > failures_max) throw script_fault{"it has too many (( that are no arithmetic"};
  at_ += opening;
  try {
    if (arithmetic(word)) return true;
  } catch (const script_fault&) {
    // Commands may have quotes that arithmetic has not.
    if (*failures_ > failures_max) throw;
  }
  ++*failures_;
  at_ = begin;
  spots_.resize(first);
  depth_ = depth;
  documents_ = documents;
  return false;
}

bool script_reader::arithmetic(script_word& word) {
  std::size_t open = 0;
  script_word unused;
  while (!over()) {
    const char c = next();
    if (const auto found = here()) {
      const script_spot& spot = add_spot(*found, quoting::double_quotes);
      if (!spot.placeholder.is_number()) refuse(spots_.size() - 1, in_arithmetic);
    } else if (c == '\\') {
      escaped(unused);
    } else if (c == '`') {
      backquoted(unused, enclosed_by::double_quotes);
    } else if (c == '$') {
      // What a command writes is its own affair; what ${…} becomes is computed.
      const bool is_parameter = next(1) == '{';
      const std::size_t first = spots_.size();
      dollar(unused, enclosed_by::double_quotes);
      for (std::size_t i = first; is_parameter && i < spots_.size(); ++i) {
        if (!spots_[i].placeholder.is_number()) refuse(i, i + 1, in_arithmetic);
      }
    } else if (c == ')' && open == 0) {
      if (next(1) != ')') return false;
      at_ += 2;
      word.text += script_word::mark;
      return true;
    } else {
      if (c == '(') ++open;
      if (c == ')') --open;
      ++at_;
    }
  }
  return false;
}

/// `` `…` ``: what is in it is a text by itself, once the backslashes that belong to the
/// backquotes are taken away (2.6.3).
void script_reader::backquoted(script_word& word, enclosed_by outside) {
  ++at_;
  std::string text;
  std::vector<std::size_t> origins;
  bool has_escaped_quote = false;
  for (;;) {
    if (over()) throw script_fault{"a quote ` of it is not closed"};
    char c = next();
    if (c == '`') break;
    if (c == '\\') {
      const char escaped = next(1);
      const bool is_quote = escaped == '"' && outside != enclosed_by::nothing;
      has_escaped_quote = has_escaped_quote || is_quote;
      if (is_quote || escaped == '$' || escaped == '`' || escaped == '\\') {
        ++at_;
        c = escaped;
      }
    }
    origins.push_back(origin(at_));
    text += c;
    ++at_;
  }
  origins.push_back(origin(at_));
  ++at_;
  const std::size_t first = spots_.size();
  script_reader inner{text, syntax_, spots_};
  inner.origin_ = std::move(origins);
  inner.backquotes_ = backquotes_ + 1;
  inner.depth_ = depth_ + 1;
  inner.failures_ = failures_;
  inner.read();
  if (!inner.documents_.empty()) throw script_fault{"a here-document in its `…` has no text"};
  if (has_escaped_quote && outside == enclosed_by::here_document)
    refuse(first, in_document_backquotes);
  word.text += script_word::mark;
}

}  // namespace muster
