// Strategy: recursive descent over what nests (parentheses, cases, quotes, expansions), with no
// tree: of a command only its words are kept, until it ends and is asked which of them it reads
// once more. What a shell would refuse is let through where it makes no difference to values.
#include "command/script_reader.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <initializer_list>

namespace muster {
namespace {

bool ends_word(char c) {
  return std::string_view{" \t\n;&|<>()"}.find(c) != std::string_view::npos;
}

constexpr script_refusal in_condition{"[[ ]], which /bin/sh need not have",
                                      "write [ … ], or case … in … esac"};
constexpr script_refusal in_double_parentheses{
    "(( )), which some shells take for arithmetic",
    "write ( ( with a blank for a subshell; to compute, $(expr {} + 1)"};
constexpr script_refusal in_duplication{
    "the word behind >& or <&, which shells take for a descriptor, and some expand twice",
    "write > {} 2>&1 for both outputs"};
constexpr script_refusal in_function{"the name of a function", "write a name: f() { … {}; }"};
constexpr script_refusal in_for{"the name of the variable of a for",
                                "write a name: for v in {}; do … \"$v\"; done"};

}  // namespace

script_form read_script(std::string_view text, const placeholder_syntax& syntax) {
  script_form out;
  script_reader reader{text, syntax, out.spots};
  try {
    reader.read();
    out.last = reader.last();
  } catch (const script_fault& fault) {
    out.wrong = fault.what();
  }
  std::ranges::sort(out.spots, {}, &script_spot::begin);
  return out;
}

void script_reader::read() {
  if (commands(false, false) == stop::end) return;
  throw script_fault{"there is a ) or ;; too much in it"};
}

script_reader::stop script_reader::commands(bool in_case, bool in_parentheses) {
  enter();
  command now;
  std::optional<stop> over_with;
  while (!over_with) {
    skip_blanks();
    const char c = next();
    if (over()) {
      finish(now, true);
      over_with = stop::end;
    } else if (here()) {
      add_word(now, read_word());
    } else if (c == '#') {
      skip_comment();
    } else if (c == '(') {
      open_parenthesis(now);
    } else if (c == ')') {
      finish(now, false);
      if (!in_parentheses) throw script_fault{"there is a ) too much in it"};
      ++at_;
      over_with = stop::parenthesis;
    } else if (c == '<' || c == '>') {
      redirect(now);
    } else if (ends_word(c)) {
      over_with = separator(now, in_case);
    } else {
      const script_word word = read_word();
      if (in_case && now.at_start() && is_reserved(word, "esac")) {
        over_with = stop::esac;
      } else if (!reserved(now, word)) {
        add_word(now, word);
      }
    }
  }
  --depth_;
  return *over_with;
}

/// Takes what stands between commands. Says what it ends.
std::optional<script_reader::stop> script_reader::separator(command& now, bool in_case) {
  const bool is_line = next() == '\n';
  finish(now, is_line);
  if (is_line) {
    ++at_;
    read_documents();
    return std::nullopt;
  }
  if (!sees(";;") && !sees(";&")) {
    ++at_;
    return std::nullopt;
  }
  if (!in_case) throw script_fault{"there is a ;; too much in it"};
  at_ += sees(";;&") ? std::size_t{3} : std::size_t{2};
  return stop::case_item;
}

/// Says of the words which of them can't hold a value, now that all are known.
void script_reader::finish(command& now, bool may_go_on) {
  for (std::size_t i = 0; i < now.words.size() && !now.is_list; ++i) {
    const script_word& word = now.words[i];
    if (!word.has_spots()) continue;
    const auto refusal = refusal_in(now.words, i);
    for (std::size_t spot = word.first_spot; refusal && spot < word.spots_end; ++spot) {
      if (!spots_[spot].refused) spots_[spot].refused = refusal;
    }
  }
  if (now.input && now.input->has_spots()) {
    const auto refusal = refusal_of_input(now.words);
    if (refusal) refuse(now.input->first_spot, now.input->spots_end, *refusal);
  }
  for (document& one : documents_) {
    if (!one.is_complete && !now.words.empty()) one.refused = refusal_of_input(now.words);
    one.is_complete = true;
  }
  const bool is_nothing = now.at_start() && !now.has_redirection;
  const bool is_simple = !now.words.empty() && !now.is_compound && !now.is_list;
  if (depth_ == 1 && !(is_nothing && may_go_on)) {
    last_ = is_simple && may_go_on ? std::move(now) : command{};
  }
  now = {};
}

std::optional<script_spot> script_reader::last() const {
  if (!names_command(last_.words)) return std::nullopt;
  std::vector<script_word> words = last_.words;
  script_word value;
  value.text = script_word::mark;
  value.spots_end = 1;
  words.push_back(value);
  script_spot spot;
  spot.begin = last_.end;
  spot.before = " \"";
  spot.after = "\"";
  spot.is_argument = true;
  spot.may_be_option = !last_.ends_options;
  spot.refused = refusal_in(words, words.size() - 1);
  return spot;
}

void script_reader::add_word(command& now, const script_word& word) {
  now.end = at_;
  const bool is_argument = now.is_list || !now.words.empty();
  const bool is_alone = word.leading_spot && word.spots_end == word.first_spot + 1;
  if (is_alone) {
    script_spot& spot = spots_[*word.leading_spot];
    const bool is_whole = word.end - word.begin == spot.placeholder.size;
    spot.is_argument = is_whole && !spot.is_quoted;
  }
  const bool is_option = is_argument && !now.is_list && !now.ends_options && !now.is_compound;
  if (word.leading_spot && is_option) spots_[*word.leading_spot].may_be_option = true;
  if (word.text == "--") now.ends_options = true;
  now.words.push_back(word);
}

bool script_reader::reserved(command& now, const script_word& word) {
  if (word.is_quoted || !now.at_start() || now.has_redirection) return false;
  const std::string& text = word.text;
  const auto is_one_of = [&text](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, text) != names.end();
  };
  if (is_one_of({"if", "then", "elif", "else", "while", "until", "do", "!", "{"})) return true;
  if (is_one_of({"fi", "done", "}"})) {
    now.is_compound = true;
    return true;
  }
  if (text == "case") {
    read_case();
    now.is_compound = true;
    return true;
  }
  if (is_one_of({"for", "select"})) {
    read_for(now);
    return true;
  }
  if (text == "[[") {
    read_condition();
    now.is_compound = true;
    return true;
  }
  if (text == "function") {
    skip_blanks();
    read_word();
    return true;
  }
  return false;
}

void script_reader::read_for(command& now) {
  skip_blanks();
  if (sees("((")) return open_parenthesis(now);
  const std::size_t first = spots_.size();
  read_word();
  refuse(first, in_for);
  skip_lines();
  const std::size_t before = at_;
  const std::size_t spots_before = spots_.size();
  now.is_list = is_reserved(read_word(), "in");
  if (now.is_list) return;
  at_ = before;
  spots_.resize(spots_before);
}

void script_reader::read_case() {
  enter();
  skip_blanks();
  read_word();
  skip_lines();
  if (!is_reserved(read_word(), "in")) throw script_fault{"there is a case without in"};
  for (;;) {
    skip_lines();
    if (over()) throw script_fault{"its case has no esac"};
    const std::size_t before = at_;
    const std::size_t first = spots_.size();
    if (is_reserved(read_word(), "esac")) break;
    at_ = before;
    spots_.resize(first);
    case_pattern();
    const stop ended = commands(true, false);
    if (ended == stop::end) throw script_fault{"its case has no esac"};
    if (ended == stop::esac) break;
  }
  --depth_;
}

void script_reader::case_pattern() {
  if (next() == '(') ++at_;
  for (;;) {
    skip_lines();
    if (next() == ')') break;
    if (next() == '|') {
      ++at_;
    } else if (over() || ends_word(next())) {
      throw script_fault{"a pattern of its case has no )"};
    } else {
      read_word();
    }
  }
  ++at_;
}

/// `[[ … ]]`, up to its end.
void script_reader::read_condition() {
  const std::size_t first = spots_.size();
  for (bool ended = false; !ended;) {
    skip_lines();
    if (over()) throw script_fault{"its [[ has no ]]"};
    if (ends_word(next()) && !here()) {
      ++at_;
    } else {
      ended = is_reserved(read_word(), "]]");
    }
  }
  refuse(first, in_condition);
}

void script_reader::open_parenthesis(command& now) {
  const std::size_t first = spots_.size();
  const std::size_t begin = at_;
  // `f ()`: its body is a command.
  if (!now.words.empty()) {
    ++at_;
    skip_blanks();
    if (next() == ')') {
      ++at_;
      refuse(now.words.front().first_spot, in_function);
      now = {};
      skip_lines();
      return;
    }
    at_ = begin;
  }
  script_word unused;
  if (sees("((") && try_arithmetic(unused, 2)) {
    for (std::size_t i = first; i < spots_.size(); ++i)
      spots_[i].refused = in_double_parentheses;
    now.is_compound = true;
    now.end = at_;
    return;
  }
  ++at_;
  if (commands(false, true) != stop::parenthesis) throw script_fault{"a ( of it is not closed"};
  if (now.words.empty()) now.is_compound = true;
  now.end = at_;
}

void script_reader::redirect(command& now) {
  now.has_redirection = true;
  // The number of a descriptor, which stands right before it, is no word of the command.
  if (!now.words.empty() && now.words.back().end == at_) {
    const std::string& digits = now.words.back().text;
    if (std::ranges::all_of(digits, is_digit) && !digits.empty()) now.words.pop_back();
  }
  if (sees("<<") && !sees("<<<")) {
    documents_.push_back(read_delimiter());
    now.end = at_;
    return;
  }
  const bool is_text = sees("<<<");
  while (next() == '<' || next() == '>')
    ++at_;
  // `<(…)` of bash is a word.
  if (next() == '(') {
    ++at_;
    if (commands(false, true) != stop::parenthesis) throw script_fault{"a ( of it is not closed"};
    now.end = at_;
    return;
  }
  const bool is_duplication = next() == '&';
  if (is_duplication || next() == '|') ++at_;
  skip_blanks();
  const script_word word = read_word();
  if (is_duplication) refuse(word.first_spot, in_duplication);
  if (is_text) now.input = word;
  now.end = at_;
}

void script_reader::enter() {
  constexpr unsigned depth_max = 200;
  if (++depth_ > depth_max) throw script_fault{"it nests too deeply"};
}

// ---- Between words

void script_reader::skip_blanks() {
  for (;;) {
    if ((next() == ' ' || next() == '\t') && !over()) {
      ++at_;
    } else if (sees("\\\n")) {
      at_ += 2;
    } else {
      return;
    }
  }
}

void script_reader::skip_comment() {
  while (!over() && next() != '\n')
    ++at_;
}

/// Blanks, ends of lines and comments.
void script_reader::skip_lines() {
  for (;;) {
    skip_blanks();
    if (next() == '\n' && !over()) {
      ++at_;
      read_documents();
    } else if (next() == '#' && !here()) {
      skip_comment();
    } else {
      return;
    }
  }
}

}  // namespace muster
