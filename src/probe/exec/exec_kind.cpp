#include "command/command_template.hpp"
#include "command/command_words.hpp"
#include "command/shell_words.hpp"
#include "muster/printable.hpp"
#include "muster/probe/exec.hpp"
#include "probe/exec/exec_runner.hpp"
#include "probe/exec/performance_text.hpp"
#include "probe/kind.hpp"
#include "record/words.hpp"

#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr field command{"command", 6};
constexpr field exit_code{"exit_code", 6};
constexpr field signal_number{"signal", 6};
constexpr field state_word{"state", 6};
constexpr field output{"output", 6};
constexpr field performance{"performance", 6};
constexpr field performance_dropped{"performance_dropped", 6};
constexpr field detail{"detail", 6};

constexpr std::size_t program_bytes_max = 64;
constexpr std::size_t plugin_line_bytes_max = 120;

/// The program of a command, without its directory.
std::string_view program_of(std::string_view command_text) {
  command_text = command_text.substr(0, command_text.find(' '));
  const std::size_t slash = command_text.rfind('/');
  return slash == command_text.npos ? command_text : command_text.substr(slash + 1);
}

std::string read_command(exec_spec& spec, const std::string& text) {
  auto words = split_words(text);
  if (!words) return words.error().message;
  spec.commands.push_back(std::move(*words));
  return {};
}

class exec_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::process; }
  address_use use_of_addresses(const target&, const probe_spec&) const override {
    return address_use::first;
  }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<exec_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec& spec) const override {
    return std::make_unique<exec_runner>(shared, static_cast<const exec_spec&>(spec));
  }

  std::vector<spec_option> options() const override {
    return {{.names = "--exec",
             .form = "'COMMAND {}'",
             .help = "Run a monitoring plugin, where {} is the target; exit codes 0 to 3\n"
                     "are OK, WARNING, CRITICAL and UNKNOWN; repeatable",
             .read = reading<exec_spec>(read_command),
             .asks = true,
             .repeats = true}};
  }

  std::vector<const field*> fields() const override {
    return {&command, &exit_code,   &signal_number,       &state_word,
            &output,  &performance, &performance_dropped, &detail};
  }

  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const exec = result.details.get<exec_details>();
    if (!exec) return;
    visitor.text(command, exec->command);
    if (exec->exit_code >= 0) visitor.integer(exit_code, exec->exit_code);
    if (exec->signal > 0) visitor.integer(signal_number, exec->signal);
    if (const std::string_view state = plugin_state(exec->exit_code); !state.empty()) {
      visitor.word(state_word, state);
    }
    if (!exec->said.line.empty()) visitor.text(output, exec->said.line);
    if (!exec->said.performance.empty()) {
      show_performance(performance, exec->said.performance, visitor);
    }
    if (exec->said.performance_dropped > 0) {
      visitor.integer(performance_dropped, exec->said.performance_dropped);
    }
    if (!exec->detail.empty()) visitor.text(detail, exec->detail);
  }

  bool names_itself(const probe_result& result) const override { return result.details.empty(); }

  // A plugin's line mostly begins with its state.
  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const exec = result.details.get<exec_details>();
    if (!exec) return;
    append_untrusted(out, program_of(exec->command), program_bytes_max);
    if (result.reason == reason::no_value) {
      append_untrusted(out, '{' + exec->detail + '}', program_bytes_max);
    } else {
      append_untrusted(out, exec->detail, label_bytes_max);
    }
    if (exec->signal != 0) append_word(out, fmt::format("signal {}", exec->signal));
    const std::string_view state = plugin_state(exec->exit_code);
    if (exec->exit_code > 0 && state.empty()) {
      append_word(out, fmt::format("exit code {}", exec->exit_code));
    }
    if (exec->said.line.empty()) {
      if (!state.empty()) append_word(out, state);
      return;
    }
    out += ": ";
    append_printable(out, exec->said.line, plugin_line_bytes_max);
  }

  bool explains_local_errors() const override { return true; }
};

constexpr exec_kind description;

}  // namespace

std::vector<std::string> exec_spec::columns() const {
  std::vector<std::string> all;
  for (const auto& words : commands) {
    for (std::string& name : command_template{words, {}}.columns())
      all.push_back(std::move(name));
  }
  return all;
}

option_values exec_spec::asked() const {
  option_values all;
  for (const auto& words : commands) {
    // As a shell has it: that a word has a blank makes another command.
    std::string text;
    for (const std::string& word : words) {
      if (!text.empty()) text += ' ';
      append_shell_word(text, word);
    }
    all.emplace_back("--exec", std::move(text));
  }
  return all;
}

const kind_description& exec_description = description;

}  // namespace muster
