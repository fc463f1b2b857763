#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace muster {

/// Adds an option whose text `use` reads, or rejects. `form` is what the help calls the text.
CLI::Option* add_text(CLI::App& command, const std::string& name,
                      const std::function<void(const std::string&)>& use,
                      const std::string& description, const std::string& form);

/// Adds an option for a name or a script, of which there has to be something.
CLI::Option* add_filled(CLI::App& command, const std::string& name, std::string& into,
                        const std::string& description, const std::string& form);

/// Lets messages call the values of options what the help calls them, those of verbs, too.
void name_values(CLI::App& command);

/// Lets the last one of several values for one option count: a script's own options come first, its
/// user's after them.
void let_the_last_one_win(CLI::App& command);

/// Throws what ends the parsing of a command line: this text of this option is wrong, and what
/// would be right.
[[noreturn]] void reject(const std::string& option, std::string_view text, std::string_view remedy);

}  // namespace muster
