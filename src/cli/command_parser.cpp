#include "cli/command_parser.hpp"

#include "cli/bracketed_words.hpp"
#include "cli/exit_code.hpp"
#include "cli/first_word.hpp"
#include "cli/foreign_options.hpp"
#include "cli/help_formatter.hpp"
#include "cli/say.hpp"
#include "cli/suggestion.hpp"
#include "core/listed.hpp"
#include "muster/version.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

using words = command::words;

/// What is wrong with a command line, where anything is.
struct explained_error : CLI::ParseError {
  explicit explained_error(std::string message)
      : CLI::ParseError{std::move(message), CLI::ExitCodes::ValidationError} {}
};

void refuse(std::string why) {
  if (!why.empty()) throw explained_error{std::move(why)};
}

/// nmap's users type -iL FILE or -iLFILE, which no option parser takes for one option.
std::string as_option(const std::string& word) {
  constexpr std::string_view list = "-iL";
  if (!word.starts_with(list)) return word;
  return word.size() == list.size() ? "--input-file" : "--input-file=" + word.substr(list.size());
}

/// `--label=` has an empty value, not the next word.
void give_empty_values(const CLI::App& parser, words& options) {
  words out;
  for (std::string& one : options) {
    const std::size_t equals = one.find('=');
    const bool is_empty = one.starts_with("--") && equals + 1 == one.size();
    const CLI::Option* const option =
        is_empty ? parser.get_option_no_throw(one.substr(0, equals)) : nullptr;
    if (option == nullptr || option->get_expected_max() == 0) {
      out.push_back(std::move(one));
    } else {
      out.push_back(one.substr(0, equals));
      out.emplace_back();
    }
  }
  options = std::move(out);
}

/// "--job-log: 1 required FILE missing" without what sounds as if there could be more. Behind the
/// value's name there may be what it has to be.
std::string without_count(std::string message) {
  constexpr std::string_view required = ": 1 required ";
  constexpr std::string_view missing = ": a value is missing: ";
  const std::size_t at = message.find(required);
  if (at == message.npos) return message;
  message.replace(at, required.size(), missing);
  const std::size_t end = message.find_first_of(" :", at + missing.size());
  return message.substr(0, end);
}

/// What is wrong with words that name no command.
std::string explain_no_command(const words& options, const words& names) {
  if (options.empty()) {
    return fmt::format("which command? There are {}; targets alone are swept: muster 192.0.2.0/24",
                       listed(names, "and"));
  }
  const std::string& first = options.back();
  const bool asks_version = first == "-V" || first == "-v" || first == "version";
  return fmt::format("there is no option {}{}", first,
                     asks_version ? "; --version tells which version this is" : "");
}

}  // namespace

command_parser::command_parser()
    : app_{
          "muster calls the roll of a network: ICMP, TCP, UDP and HTTP probes of very many\n"
          "targets, and any command for each of them. Targets alone are swept: muster "
          "192.0.2.0/24"} {
  app_.name("muster");
  app_.set_version_flag("--version", std::string{"muster "} + version);
  app_.require_subcommand(1);
  app_.formatter(std::make_shared<help_formatter>());
  for (auto& one : all_commands()) {
    CLI::App* const parser = app_.add_subcommand(one->name(), one->summary());
    commands_.push_back({.what = std::move(one), .parser = parser});
  }
}

const CLI::App& command_parser::add_options(entry& to) {
  if (!std::exchange(to.has_options, true)) to.what->add_options(*to.parser);
  return *to.parser;
}

const command_parser::entry* command_parser::find(const std::string& name) const {
  const auto found =
      std::ranges::find(commands_, name, [](const entry& one) { return one.what->name(); });
  return found == commands_.end() ? nullptr : &*found;
}

void command_parser::parse(const words& typed) {
  const auto sweep_parser = [this]() -> const CLI::App& {
    return add_options(*std::ranges::find(commands_, default_command,
                                          [](const entry& one) { return one.what->name(); }));
  };
  const words all = with_command(app_, sweep_parser, typed);
  for (entry& one : commands_) {
    if (std::ranges::find(all, one.what->name()) != all.end()) add_options(one);
  }
  const entry* const named = all.empty() ? nullptr : find(all.front());
  const bool takes_rest = named && named->what->takes_rest();
  // What stands behind -- is no option, whatever it looks like: the command of `run`, or targets.
  const auto end = std::find(all.begin(), all.end(), "--");
  if (!takes_rest) options_.assign(all.rbegin(), std::make_reverse_iterator(end));
  std::transform(std::make_reverse_iterator(end), all.rend(), std::back_inserter(options_),
                 as_option);
  words remaining{options_.rbegin(), options_.rend()};
  if (takes_rest) {
    give_empty_values(*named->parser, remaining);
    refuse(named->what->check(*named->parser, options_));
    mark_bracketed_words(*named->parser, remaining);
    named->what->take_rest({end == all.end() ? end : end + 1, all.end()});
  }
  std::reverse(remaining.begin(), remaining.end());
  app_.parse(std::move(remaining));
  if (named) refuse(named->what->parsed());
}

command& command_parser::chosen() const {
  return *std::ranges::find_if(commands_, [](const entry& one) {
            return one.parser->parsed();
          })->what;
}

int command_parser::complain(const CLI::ParseError& error) const {
  std::string message = error.what();
  std::string better;
  const entry* const named = options_.empty() ? nullptr : find(options_.back());
  if (dynamic_cast<const explained_error*>(&error)) {
    better = message;
  } else if (named) {
    better = explain_foreign_option(named->what->foreign_options(), *named->parser, options_);
  }
  if (better.empty()) better = suggest_option(app_, options_);
  const bool is_commandless = app_.get_subcommands().empty();
  if (better.empty() && is_commandless && dynamic_cast<const CLI::RequiredError*>(&error)) {
    words names;
    for (const entry& one : commands_)
      names.emplace_back(one.what->name());
    better = explain_no_command(options_, names);
  }
  if (!better.empty()) message = better;
  if (better.empty() && dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
    message = without_count(std::move(message));
  }
  std::string help = "muster";
  for (const CLI::App* parser = &app_; !parser->get_subcommands().empty();) {
    parser = parser->get_subcommands().front();
    help += " " + parser->get_name();
  }
  // What is wrong with the words as such is found before they are parsed.
  if (is_commandless && named) help += " " + options_.back();
  announce(fmt::format("{}\n  see {} --help", message, help));
  return exit_code::usage;
}

}  // namespace muster
