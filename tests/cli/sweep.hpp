#pragma once

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"

#include <initializer_list>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace muster::test {

inline std::vector<std::string> muster_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), MUSTER_BINARY);
  return arguments;
}

/// The same, started by another command, such as env(1).
inline std::vector<std::string> muster_command_by(std::vector<std::string> starter,
                                                  std::vector<std::string> arguments) {
  starter.emplace_back(MUSTER_BINARY);
  starter.insert(starter.end(), arguments.begin(), arguments.end());
  return starter;
}

/// Runs `muster sweep` with these arguments; standard input is empty unless given.
inline process_result sweep(std::vector<std::string> arguments, process_options options = {}) {
  arguments.insert(arguments.begin(), "sweep");
  return run(muster_command(std::move(arguments)), std::move(options));
}

/// How many lines of a text contain a piece of text.
inline std::size_t lines_with(std::string_view text, std::string_view piece) {
  std::istringstream lines{std::string{text}};
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);)
    count += line.find(piece) != line.npos;
  return count;
}

inline bool contains(std::string_view text, std::string_view piece) {
  return text.find(piece) != std::string_view::npos;
}

/// Whether a process has ended, or does so within a moment: it may have been heard of before its
/// very end. Whoever adopted it may not have looked yet.
inline bool is_gone(pid_t process) {
  for (int i = 0; i < 200; ++i) {
    const std::string about = read_whole_file("/proc/" + std::to_string(process) + "/stat");
    if (about.empty() || contains(about, ") Z ")) return true;
    ::usleep(10'000);
  }
  return false;
}

}  // namespace muster::test

/// Skips a test that sends echo requests where that is not allowed.
#define MUSTER_NEED_ICMP()                                                          \
  do {                                                                              \
    const auto trial = muster::test::sweep({"127.0.0.1", "-q"});                    \
    if (trial.exit_code == 3) MUSTER_SKIP("needs the right to send echo requests"); \
  } while (false)

/// Skips a test that needs a network namespace of its own where it can't have one.
#define MUSTER_NEED_LAB()                                         \
  do {                                                            \
    std::string why_not;                                          \
    if (!muster::test::lab::enter(why_not)) MUSTER_SKIP(why_not); \
  } while (false)
