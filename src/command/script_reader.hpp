#pragma once

#include "command/script_rereaders.hpp"
#include "command/script_spot.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

/// A script that can't be read to its end.
struct script_fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads one text of a script: all of it, or what stands between two backquotes, without the
/// backslashes that belong to these. Commands are in script_reader.cpp, words and what is expanded
/// in them in script_expansions.cpp, here-documents in script_documents.cpp.
class script_reader {
 public:
  script_reader(std::string_view text, const placeholder_syntax& syntax,
                std::vector<script_spot>& spots)
      : text_{text}, end_{text.size()}, syntax_{syntax}, spots_{spots} {}

  script_reader(const script_reader&) = delete;
  script_reader& operator=(const script_reader&) = delete;

  /// Reads all of it. Throws script_fault.
  void read();
  /// Where one more argument of the last command would stand.
  std::optional<script_spot> last() const;

 private:
  // What a list of commands ended with.
  enum class stop : unsigned char { end, parenthesis, case_item, esac };
  // How a place in a word is quoted.
  enum class quoting : unsigned char { bare, single_quotes, double_quotes };
  // What an expansion stands in.
  enum class enclosed_by : unsigned char { nothing, double_quotes, here_document };

  struct command {
    std::vector<script_word> words;
    std::size_t end = 0;               // behind its last word or redirection
    std::optional<script_word> input;  // of a <<<
    bool is_compound = false;
    bool is_list = false;  // the words of a for
    bool has_redirection = false;
    bool ends_options = false;
    bool at_start() const { return words.empty() && !is_compound && !is_list; }
  };
  struct document {
    std::string delimiter;
    bool is_quoted = false;
    bool strips_tabs = false;
    bool is_complete = false;  // its command is
    std::optional<script_refusal> refused;
  };

  // Commands.

  stop commands(bool in_case, bool in_parentheses);
  std::optional<stop> separator(command& now, bool in_case);
  /// Takes a word that has a meaning where a command begins. False when it is a word like others.
  bool reserved(command& now, const script_word& word);
  void read_case();
  void case_pattern();
  void read_for(command& now);
  void read_condition();
  void open_parenthesis(command& now);
  void redirect(command& now);
  void add_word(command& now, const script_word& word);
  void finish(command& now, bool may_go_on);
  void skip_blanks();
  void skip_lines();
  void skip_comment();
  static bool is_reserved(const script_word& word, std::string_view name) {
    return !word.is_quoted && word.text == name;
  }
  void enter();

  // Words.

  script_word read_word();
  void single_quoted(script_word& word);
  void double_quoted(script_word& word);
  void escaped(script_word& word);
  void dollar(script_word& word, enclosed_by outside);
  void dollar_single_quoted();
  void substitution(script_word& word);
  void parameter(script_word& word, enclosed_by outside);
  void parameter_word(script_word& word, enclosed_by outside, bool is_pattern);
  bool try_arithmetic(script_word& word, std::size_t opening);
  bool arithmetic(script_word& word);
  void backquoted(script_word& word, enclosed_by outside);
  /// Takes a backslash that may escape what is special within double quotes.
  void half_escaped(script_word& word);

  // Here-documents.

  document read_delimiter();
  void read_documents();
  std::pair<std::size_t, std::size_t> find_body(const document& of);
  void read_body(const document& of, std::size_t begin, std::size_t end);

  // Placeholders.

  std::optional<command_placeholder> here() const;
  bool take_placeholder(script_word& word, quoting how);
  script_spot& add_spot(const command_placeholder& what, quoting how);
  void refuse(std::size_t first, const script_refusal& why) { refuse(first, spots_.size(), why); }
  void refuse(std::size_t first, std::size_t end, const script_refusal& why);

  bool sees(std::string_view text) const { return text_.substr(at_, end_ - at_).starts_with(text); }
  char next(std::size_t ahead = 0) const { return at_ + ahead < end_ ? text_[at_ + ahead] : '\0'; }
  bool over() const { return at_ >= end_; }
  std::size_t origin(std::size_t at) const { return origin_.empty() ? at : origin_[at]; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t end_;
  std::vector<std::size_t> origin_;  // where each byte of a text between backquotes comes from
  const placeholder_syntax& syntax_;
  std::vector<script_spot>& spots_;
  std::vector<document> documents_;  // whose text begins with the next line
  std::size_t dollar_end_ = 0;       // behind a dollar sign that is itself
  std::size_t backslash_end_ = 0;    // behind a backslash that is itself
  unsigned depth_ = 0;               // of all that nests
  unsigned backquotes_ = 0;
  unsigned own_failures_ = 0;
  unsigned* failures_ = &own_failures_;  // to read arithmetic, in the whole script
  command last_;                         // no words where nothing can follow them
};

}  // namespace muster
