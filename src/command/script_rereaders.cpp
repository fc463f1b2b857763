// Strategy: a command is told by its name, and by the names of the programs that it starts in turn
// (`sudo`, `xargs`, `find`). For each name that reads words once more there is one rule, which says
// which words these are.
#include "command/script_rereaders.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <string_view>

namespace muster {
namespace {

using words = std::span<const script_word>;

/// Whether a list, a blank between its entries, has this one.
bool lists(std::string_view list, std::string_view entry) {
  while (!list.empty() && !entry.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (list.substr(0, end) == entry) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

constexpr std::string_view shells = "sh bash dash ash ksh ksh93 mksh zsh yash rbash fish csh tcsh";
/// What starts the program that some of its words name.
constexpr std::string_view starters =
    "xargs sudo doas env nice nohup time timeout setsid stdbuf ionice chroot unshare nsenter chrt "
    "taskset command exec builtin find ssh sshpass autossh docker podman kubectl lxc-attach lxc "
    "strace "
    "ltrace flock su runuser busybox systemd-run muster parallel setpriv gosu su-exec firejail "
    "faketime "
    "torsocks proxychains4 xvfb-run cpulimit capsh pkexec chpst dumb-init tini start-stop-daemon "
    "valgrind perf gdb numactl prlimit choom setarch fakeroot eatmydata unbuffer systemd-inhibit "
    "coproc";
/// What starts nothing, whatever it is told.
constexpr std::string_view readers = "echo printf test [ grep egrep fgrep rg cat";
/// What gives its own input to others, or to nobody.
constexpr std::string_view input_takers = "xargs find parallel";

constexpr script_refusal by_shell{
    "a script for another shell (-c), which would run what is in the value",
    "pass the value as an argument: sh -c '… \"$1\"' sh {}"};
constexpr script_refusal by_c_option{
    "a command for -c, which a shell reads again and would run what is in the value",
    "pass it as an argument, as with su -c '… \"$1\"' USER sh {}, or in the environment"};
constexpr script_refusal by_env{"a text for env -S, which splits it into words",
                                "write the words themselves: env A=1 COMMAND {}"};
constexpr script_refusal by_ssh{
    "a text for ssh, which a shell on the other host would read again",
    "feed the value to its input: printf '%s\\n' {} | ssh HOST 'IFS= read -r v; … \"$v\"'"};
constexpr script_refusal by_eval{
    "the words of eval, which would run what is in the value",
    "name the value before, and let eval see the name only: v={}; eval '… \"$v\"'"};
constexpr script_refusal by_trap{
    "the words of trap, which are read as a script later",
    "name the value before, and let the trap see the name only: v={}; trap '… \"$v\"' EXIT"};
constexpr script_refusal by_alias{"the words of alias, which are read as a script later",
                                  "write a function: f() { … {}; }"};
constexpr script_refusal by_joiner{
    "the words of a command that gives them to a shell as one text",
    "pass the value as an argument of a script: sh -c '… \"$1\"' sh {}"};
constexpr script_refusal by_parallel{
    "the command of parallel, which gives it to a shell as one text",
    "pass the value behind ::: there, or in a variable that the command refers to in quotes"};
constexpr script_refusal by_muster{
    "a script for another muster, which takes {} for its own and would run what is in the value",
    "say --replace STR for one of the two, and pass the value in the environment: v={} muster run "
    "… --shell -- '… \"$v\"'"};
constexpr script_refusal as_name{"the name of a variable",
                                 "write the name itself, and put the value into it: v={}"};
constexpr script_refusal as_arithmetic{
    "the words of let, which are arithmetic and may run what is in the value",
    "compute with expr: n=$(expr {} + 1)"};
constexpr script_refusal as_input{
    "a here-document that a shell reads as a script",
    "quote its delimiter, and pass the value as an argument: sh -s {} <<'END', with \"$1\" in it"};

std::string_view name_of(const script_word& word) {
  const std::string_view text = word.text;
  return text.substr(text.find_last_of('/') + 1);
}

bool is_name(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c) || c == '_'; });
}

bool is_assignment(const script_word& word) {
  const std::size_t equals = word.text.find('=');
  return equals != word.text.npos && is_name(std::string_view{word.text}.substr(0, equals));
}

bool is_option(const script_word& word) {
  return word.text.size() > 1 && (word.text[0] == '-' || word.text[0] == '+');
}

/// Where a command's operands begin behind a shell at `at`, and whether the first is a script.
struct shell_operands {
  std::size_t begin = 0;
  bool is_script = false;
  bool reads_input = false;
};
shell_operands operands_of_shell(words command, std::size_t at) {
  shell_operands out;
  std::size_t i = at + 1;
  for (; i < command.size(); ++i) {
    const std::string& text = command[i].text;
    if (text == "--" || text == "-") {
      ++i;
      break;
    }
    const bool may_be_gone = !command[i].is_quoted && text == std::string{script_word::mark};
    if (may_be_gone && !command[i].has_spots()) continue;
    if (!is_option(command[i])) break;
    if (text.starts_with("--")) {
      if (lists("--rcfile --init-file", text)) ++i;
      continue;
    }
    if (text[0] == '-' && text.find('c') != text.npos) out.is_script = true;
    if (text[0] == '-' && text.find('s') != text.npos) out.reads_input = true;
    if (text.back() == 'o' || text.back() == 'O') ++i;
  }
  out.begin = std::min(i, command.size());
  out.reads_input = !out.is_script && (out.reads_input || out.begin == command.size());
  return out;
}

/// Where the command for the other host begins, and whether `word` is the argument of an `-o`.
std::size_t command_of_ssh(words command, std::size_t at, std::size_t word, bool& is_setting) {
  constexpr std::string_view with_argument = "BbcDEeFIiJLlmOopQRSWw";
  bool has_host = false;
  std::size_t i = at + 1;
  for (; i < command.size(); ++i) {
    const std::string& text = command[i].text;
    if (!is_option(command[i]) || text == "--") {
      if (text == "--") continue;
      if (has_host) break;
      has_host = true;
      continue;
    }
    const std::size_t letter = text.find_first_of(with_argument, 1);
    if (letter == text.npos) continue;
    const bool is_apart = letter + 1 == text.size();
    if (text[letter] == 'o' && word == i + (is_apart ? 1 : 0)) is_setting = true;
    if (is_apart) ++i;
  }
  return std::min(i, command.size());
}

/// Whether a shell that reads this once more finds one word, if only the value is one.
bool is_plain(const script_word& word) {
  return std::ranges::all_of(word.text, [](char c) {
    return is_alpha(c) || is_digit(c) || c == script_word::mark ||
           std::string_view{"_@%+=:,./-"}.find(c) != std::string_view::npos;
  });
}

std::optional<script_refusal> refusal_by_ssh(words command, std::size_t at, std::size_t word) {
  bool is_setting = false;
  const std::size_t begin = command_of_ssh(command, at, word, is_setting);
  if (is_setting && lowered(command[word].text).find("command") != std::string::npos) return by_ssh;
  if (word >= begin && !is_plain(command[word])) return by_ssh;
  return std::nullopt;
}

bool is_text_of_c_option(words command, std::size_t word) {
  const std::string& own = command[word].text;
  const std::string& before = command[word - 1].text;
  if (own.starts_with("--command=") || (own.starts_with("-c") && own.size() > 2)) return true;
  const bool is_cluster = before.size() > 1 && before[0] == '-' && before[1] != '-';
  return before == "--command" || (is_cluster && before.back() == 'c');
}

bool is_script_of_muster(words command, std::size_t at, std::size_t word) {
  if (lists("--begin --end --finally", command[word - 1].text)) return true;
  bool is_shell = false;
  for (std::size_t i = at + 1; i < word; ++i) {
    if (command[i].text == "--shell") is_shell = true;
    if (command[i].text == "--") return is_shell;
  }
  return false;
}

bool is_behind_colons(words command, std::size_t word) {
  return std::ranges::any_of(command.first(word),
                             [](const script_word& one) { return one.text.starts_with(":::"); });
}

/// Whether the word at `at` names a shell, and `word` is the script that it is given.
bool is_script_of_shell(words command, std::size_t at, std::size_t word) {
  const bool is_unknown = !command[at].has_spots() && command[at].text.find(script_word::mark) !=
                                                          std::string::npos;  // "$SHELL"
  if (!is_unknown && !lists(shells, name_of(command[at]))) return false;
  const shell_operands operands = operands_of_shell(command, at);
  return operands.is_script && operands.begin == word;
}

bool is_text_of_env(words command, std::size_t word) {
  const std::string_view own = command[word].text;
  return lists("-S --split-string", command[word - 1].text) || own.starts_with("-S") ||
         own.starts_with("--split-string=");
}

/// Of the program that the word at `at` names.
std::optional<script_refusal> refusal_by_program(words command, std::size_t at, std::size_t word) {
  const std::string_view name = name_of(command[at]);
  if (is_script_of_shell(command, at, word)) return by_shell;
  if (name == "env" && is_text_of_env(command, word)) return by_env;
  if (lists("su runuser script flock sg", name) && is_text_of_c_option(command, word)) {
    return by_c_option;
  }
  if (lists("ssh autossh", name)) return refusal_by_ssh(command, at, word);
  if (lists("watch tmux", name) && !is_plain(command[word])) return by_joiner;
  if (name == "parallel" && !is_behind_colons(command, word)) return by_parallel;
  if (name == "muster" && is_script_of_muster(command, at, word)) return by_muster;
  return std::nullopt;
}

/// Of a command that the shell itself has.
std::optional<script_refusal> refusal_by_builtin(words command, std::size_t at, std::size_t word) {
  const std::string& name = command[at].text;
  if (name == "eval") return by_eval;
  if (name == "trap") return by_trap;
  if (name == "alias") return by_alias;
  if (name == "let") return as_arithmetic;
  if (lists("read unset getopts", name)) return as_name;
  if (lists("test [", name) && command[word - 1].text == "-v") return as_name;
  const bool takes_name = (name == "printf" && command[word - 1].text == "-v") ||
                          (name == "wait" && command[word - 1].text == "-p");
  if (takes_name) return as_name;
  const bool declares = lists("export readonly local declare typeset", name);
  for (std::size_t i = at + 1; declares && i < word; ++i) {
    if (!is_option(command[i]) || !is_assignment(command[word])) continue;
    if (command[i].text.find('i') != std::string::npos) return as_arithmetic;
    if (command[i].text.find('n') != std::string::npos) return as_name;
  }
  if (declares && !is_option(command[word]) && !is_assignment(command[word])) return as_name;
  return std::nullopt;
}

/// `NAME[…]=`, whose subscript bash computes.
bool sets_element(const script_word& word) {
  const std::size_t bracket = word.text.find('[');
  return bracket != word.text.npos && word.text.find("]=", bracket) != word.text.npos &&
         is_name(std::string_view{word.text}.substr(0, bracket));
}

/// `NAME=` where a part of the name is not known.
bool has_value_in_name(const script_word& word) {
  const std::string_view name = std::string_view{word.text}.substr(0, word.text.find('='));
  return name.size() < word.text.size() && name.find(script_word::mark) != name.npos &&
         std::ranges::all_of(name, [](char c) {
           return is_alpha(c) || is_digit(c) || c == '_' || c == script_word::mark;
         });
}

/// Which word names the command.
std::size_t find_name(words command) {
  std::size_t at = 0;
  while (at < command.size() && is_assignment(command[at]))
    ++at;
  return at;
}

/// The shell's own ones may stand behind `command`.
std::size_t find_builtin(words command, std::size_t at) {
  while (at < command.size() && lists("command builtin time", command[at].text)) {
    ++at;
    while (at < command.size() && is_option(command[at]))
      ++at;
  }
  return at;
}

}  // namespace

std::optional<script_refusal> refusal_in(words command, std::size_t word) {
  const std::size_t name = find_name(command);
  const std::size_t builtin = find_builtin(command, name);
  const bool may_assign = word <= name && word < command.size();
  if (may_assign && (sets_element(command[word]) || has_value_in_name(command[word])))
    return as_name;
  if (builtin < word) {
    if (const auto refusal = refusal_by_builtin(command, builtin, word)) return refusal;
  }
  // Whatever starts a shell, it is one.
  const bool starts_others = name < word && lists(starters, name_of(command[name]));
  for (std::size_t at = name; at < word; ++at) {
    if (at == name || starts_others) {
      if (const auto refusal = refusal_by_program(command, at, word)) return refusal;
    } else if (!lists(readers, name_of(command[name])) && is_script_of_shell(command, at, word)) {
      return by_shell;
    }
  }
  return std::nullopt;
}

bool names_command(words command) { return find_name(command) < command.size(); }

std::optional<script_refusal> refusal_of_input(words command) {
  const std::size_t name = find_name(command);
  for (std::size_t at = name; at < command.size(); ++at) {
    const std::string_view program = name_of(command[at]);
    if (lists(input_takers, program)) return std::nullopt;
    if (lists(shells, program)) {
      if (operands_of_shell(command, at).reads_input) return as_input;
      return std::nullopt;
    }
    bool is_setting = false;
    const bool is_ssh = lists("ssh autossh", program);
    if (is_ssh && command_of_ssh(command, at, at, is_setting) == command.size()) return as_input;
    if (lists("at batch", program)) return as_input;
    const auto is_command = [](const script_word& one) {
      return one.text == "-c" || one.text.starts_with("--command");
    };
    if (lists("su runuser", program) && std::ranges::none_of(command, is_command)) return as_input;
    if (at == name && !lists(starters, program)) break;
  }
  return std::nullopt;
}

}  // namespace muster
