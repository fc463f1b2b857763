#include "cli/target_intake.hpp"

#include "cli/say.hpp"
#include "cli/sweep_targets.hpp"
#include "cli/usage_error.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include <asio/post.hpp>
#include <fmt/format.h>

#include <unistd.h>

namespace muster {
namespace {

constexpr std::uint64_t bad_targets_shown_max = 100;

/// Adds arguments and files, but not standard input.
void add_sources(target_stream& targets, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& files) {
  for (const std::string& one : arguments) {
    if (one != "-") targets.add_text(one);
  }
  for (const std::string& one : files) {
    if (one != "-") targets.add_file(one);
  }
}

/// Those of the files that can be read twice: regular ones, so no pipes.
std::vector<std::string> repeatable(const std::vector<std::string>& files) {
  std::vector<std::string> found;
  for (const std::string& path : files) {
    // What is not there counts as repeatable: adding it says why it can't be read.
    std::error_code ignored;
    const bool is_pipe = std::filesystem::exists(path, ignored) &&
                         !std::filesystem::is_regular_file(path, ignored) &&
                         !std::filesystem::is_directory(path, ignored);
    if (!is_pipe) found.push_back(path);
  }
  return found;
}

}  // namespace

target_intake::target_intake(asio::io_context& context, const target_arguments& arguments,
                             wording words)
    : context_{context},
      arguments_{arguments},
      words_{words},
      targets_{stream_options()},
      input_{context, targets_} {}

target_stream_options target_intake::stream_options() {
  target_stream_options options = stream_options_of(arguments_);
  options.on_bad_target = [this](const target_diagnostic& bad) { take_bad_target(bad); };
  return options;
}

void target_intake::open(std::function<void()> refuse, const std::vector<std::string>& more) {
  refuse_ = std::move(refuse);
  if (arguments_.strict) look_through();
  add_sources(targets_, arguments_.targets, arguments_.input_files);
  for (const std::string& text : more)
    targets_.add_text(text);
  if (reads_standard_input(arguments_)) open_standard_input();
  // A long list takes its time, in which Ctrl-C is to end the program as it always does.
  targets_.gather();
  if (refused_) throw usage_error{fmt::format("nothing was {} (--strict)", words_.done)};
}

void target_intake::look_through() {
  target_stream_options options = reading_options_of(arguments_);
  options.on_bad_target = [this](const target_diagnostic& bad) { report(bad); };
  target_stream trial{std::move(options)};
  add_sources(trial, arguments_.targets, repeatable(arguments_.input_files));
  if (!check_all(trial)) throw usage_error{fmt::format("nothing was {} (--strict)", words_.done)};
}

void target_intake::open_standard_input() {
  if (arguments_.targets.empty() && arguments_.input_files.empty() && ::isatty(STDIN_FILENO) == 1) {
    throw usage_error{fmt::format("no targets; name some, or pipe them in (see muster {} --help)",
                                  words_.command)};
  }
  input_.open();
}

void target_intake::take_bad_target(const target_diagnostic& bad) {
  report(bad);
  // A pipe can't be looked through before the run: it ends here instead.
  if (!arguments_.strict || std::exchange(refused_, true)) return;
  asio::post(context_, [this] { refuse_(); });
}

void target_intake::report(const target_diagnostic& bad) {
  if (++bad_targets_ > bad_targets_shown_max) return;
  const std::string place =
      bad.source == "argument" ? "target" : fmt::format("{}:{}", bad.source, bad.line);
  say(fmt::format("{}: {}: {}", place, bad.text, bad.message));
  if (bad_targets_ == bad_targets_shown_max) {
    say("more bad targets are only counted from here on; --strict stops at the first");
  }
}

}  // namespace muster
