// Strategy: the text of a here-document begins with the line after its command's. Its lines are
// found first, then what is expanded in them is read as a text of its own.
#include "command/script_reader.hpp"

#include <algorithm>

namespace muster {
namespace {

constexpr script_refusal in_delimiter{"the delimiter of a here-document, which is not expanded",
                                      "write a word that is no placeholder, such as END"};
constexpr script_refusal in_quoted_document{
    "a here-document whose delimiter is quoted, so that nothing is put into its text",
    "write <<END rather than <<'END', with a backslash before $, ` and \\ that stand for "
    "themselves"};

}  // namespace

script_reader::document script_reader::read_delimiter() {
  document out;
  at_ += 2;
  out.strips_tabs = next() == '-';
  if (out.strips_tabs) ++at_;
  skip_blanks();
  const std::size_t first = spots_.size();
  const script_word word = read_word();
  refuse(first, in_delimiter);
  if (word.begin == word.end) throw script_fault{"a << of it has no word behind it"};
  const bool is_known = word.text.find(script_word::mark) == word.text.npos;
  if (!is_known && !word.has_spots()) {
    throw script_fault{"a << of it has a delimiter with $ or ` in it; write a plain word"};
  }
  out.delimiter =
      is_known ? word.text : std::string{text_.substr(word.begin, word.end - word.begin)};
  out.is_quoted = word.is_quoted;
  return out;
}

/// Those of the commands that have just ended.
void script_reader::read_documents() {
  std::vector<document> documents;
  documents.swap(documents_);
  for (const document& one : documents) {
    const auto [begin, end] = find_body(one);
    const std::size_t after = at_;
    const std::size_t first = spots_.size();
    read_body(one, begin, end);
    if (one.is_quoted) refuse(first, in_quoted_document);
    if (one.refused) refuse(first, *one.refused);
    at_ = after;
  }
}

/// Goes behind the line that ends it. Says where its text begins and ends.
std::pair<std::size_t, std::size_t> script_reader::find_body(const document& of) {
  const std::size_t begin = at_;
  bool goes_on = false;  // the line before ended in a backslash
  while (!over()) {
    const std::size_t line_begin = at_;
    const std::size_t line_end = std::min(text_.find('\n', at_), end_);
    std::string_view line = text_.substr(at_, line_end - at_);
    at_ = std::min(line_end + 1, end_);
    const std::size_t last = line.find_last_not_of('\\');
    const std::size_t backslashes = line.size() - (last == line.npos ? 0 : last + 1);
    if (of.strips_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
    if (!goes_on && line == of.delimiter) return {begin, line_begin};
    goes_on = !of.is_quoted && backslashes % 2 == 1;
  }
  throw script_fault{"a here-document of it has no end"};
}

void script_reader::read_body(const document& of, std::size_t begin, std::size_t end) {
  const std::size_t whole = end_;
  end_ = end;
  at_ = begin;
  script_word unused;
  while (!over()) {
    if (take_placeholder(unused, quoting::double_quotes)) continue;
    const char c = next();
    if (of.is_quoted) {  // NOLINT(bugprone-branch-clone): the order matters
      ++at_;
    } else if (c == '\\') {
      half_escaped(unused);
      // A quote is none here, and so needs no backslash.
    } else if (c == '`') {
      backquoted(unused, enclosed_by::here_document);
    } else if (c == '$') {
      dollar(unused, enclosed_by::here_document);
    } else {
      ++at_;
    }
  }
  end_ = whole;
}

}  // namespace muster
