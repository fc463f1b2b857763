#pragma once

#include "command/command_placeholder.hpp"
#include "command/script_spot.hpp"
#include "muster/status.hpp"
#include "muster/target.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct command_template_options {
  /// The words, joined by spaces, are a script for /bin/sh.
  bool shell = false;
  /// The targets go to standard input, each with `target_end` after it, rather than being appended.
  bool to_input = false;
  char target_end = '\n';
  /// Several targets may go to one process.
  bool batch = false;
  /// Let a target stand where the command takes it for an option.
  bool allow_dash = false;
  /// Words in braces that are columns even for a target without a row.
  std::vector<std::string> columns = {};
  placeholder_syntax syntax = {};
};

/// The command of a run, and where in it a target's values stand: `{}` the target as it is written,
/// `{host}`, `{address}`, `{port}`, `{#}` the task's number from 1, `{%}` its slot, and `{name}`
/// for a column of its row. What is in braces otherwise stands for itself. A command without any
/// gets the target as its last argument.
///
/// In a script no value becomes part of the text: it stands in a variable of the shell, which the
/// script refers to, so that nothing in it can be taken for a command. The shell gets the values as
/// its parameters, and puts them into variables that are not exported: so a script may set its
/// parameters as it likes, and the programs that it starts don't find the values in their
/// environment.
class command_template {
 public:
  /// Throws std::invalid_argument when there are no words, or placeholders that don't go with the
  /// options, or stand in a script where the shell can't put a value.
  command_template(const std::vector<std::string>& words, const command_template_options& options);

  /// A command for given targets, or why there can be none.
  struct filled {
    std::vector<std::string> arguments;
    std::string input;                            ///< For its standard input.
    muster::reason wrong = muster::reason::none;  ///< no_value, leading_dash or nul_byte.
    std::string what;                             ///< Which placeholder.
  };
  /// `number` is the task's, from 1.
  /// `address` is that of a target whose host is a name, if it is known.
  filled fill(std::span<const target> targets, std::uint64_t number, std::string_view address = {},
              std::uint64_t slot = 0) const;
  /// How many targets a batch can have at the most.
  std::size_t targets_max() const;
  /// How much room a target takes in the arguments, at the most: each with its NUL and pointer.
  std::size_t argument_bytes(const target& subject) const;
  /// Whether `{address}` is in it, so that names have to be looked up.
  bool uses_address() const;

  /// The names of the columns that are in it.
  std::vector<std::string> columns() const;

  /// The words as one line, for people and for telling commands apart.
  const std::string& text() const { return text_; }

 private:
  using kind = command_placeholder::kind;
  struct piece {
    bool is_text = false;
    kind what = kind::target;
    std::string text;            // of a text; the name of a column
    bool may_be_option = false;  // a value that begins with a dash would begin a word
  };
  using word = std::vector<piece>;

  word parse(std::string_view text) const;
  static bool varies(const word& one);
  void build_words(const std::vector<std::string>& words);
  void build_script();
  void place(const script_spot& spot);
  void leave_columns();
  void check_last(const script_form& form) const;
  bool is_known_column(std::string_view name) const;
  std::string write_script(bool appended, std::size_t values) const;
  bool is_column(const piece& part, const target& subject) const;
  bool gets_target_last(const target& subject) const;
  void check_batch() const;
  /// What a target's own text does not tell.
  struct more {
    std::uint64_t number = 0;
    std::string_view address;
    std::uint64_t slot = 0;
  };
  const piece* without_place(const target& subject, bool appended) const;
  bool value_of(const piece& part, const target& subject, const more& known,
                std::string& into) const;
  bool append_word(const word& from, const target& subject, const more& known, filled& into) const;
  bool usable(const piece& part, std::string_view value, filled& into) const;

  command_template_options options_;
  std::string text_;
  std::vector<word> words_;               // in a script: of its parameters, each a piece by itself
  std::vector<script_spot> spots_;        // where in `text_` each of these is referred to
  std::optional<script_spot> last_spot_;  // the same for the target, where it comes last
  // Words in braces where a script can't have a value: texts, unless the target has such a column.
  std::vector<piece> left_alone_;
  word last_;  // the target, where no placeholder stands for it
  bool has_placeholders_ = false;
};

}  // namespace muster
