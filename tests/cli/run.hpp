#pragma once

#include "cli/sweep.hpp"

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

namespace muster::test {

/// Runs `muster run` with these arguments; standard input is empty unless given.
inline process_result tasks(std::vector<std::string> arguments, process_options options = {},
                            std::chrono::milliseconds timeout = std::chrono::seconds{60}) {
  arguments.insert(arguments.begin(), "run");
  return run(muster_command(std::move(arguments)), std::move(options), timeout);
}

inline process_options input(std::string text) {
  process_options options;
  options.input = std::move(text);
  return options;
}

/// "1\n2\n…"
inline std::string numbers(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i)
    text += std::to_string(i) + '\n';
  return text;
}

/// A time for `sleep` that nobody else's command line has as a word: some minutes, and each
/// another.
inline std::string time_of_its_own() {
  static int count = 0;
  return "1234." + std::to_string(::getpid()) + "0" + std::to_string(++count);
}

/// How many processes have this word on their command line and have not ended.
inline int processes_with(const std::string& word) {
  process_options options;
  options.environment = {"MUSTER_WORD=" + word};  // so that the search does not find itself
  const auto found = run({"sh", "-c",
                          "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | "
                          "awk '$0 == ENVIRON[\"MUSTER_WORD\"] {n++} END {print n+0}'"},
                         options);
  return std::stoi(found.out);
}

/// Waits until no process has this word any more.
inline bool all_gone(const std::string& word) {
  for (int i = 0; i < 500 && processes_with(word) > 0; ++i)
    ::usleep(10'000);
  return processes_with(word) == 0;
}

}  // namespace muster::test
