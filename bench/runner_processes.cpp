#include "runners.hpp"

#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include <spawn.h>
#include <sys/wait.h>

extern char** environ;  // NOLINT: POSIX has it so.

namespace muster::bench {

namespace {

/// One target as `--targets` takes it.
std::string single_target(const work& wanted, std::uint32_t index) {
  const auto text = wanted.targets.text(index);
  if (wanted.targets.what() == targets::kind::addresses) return text + "-" + text;
  return (wanted.targets.what() == targets::kind::tasks ? "task:" : "") + text;
}

}  // namespace

std::vector<std::string> probe_command(const work& wanted, std::uint32_t index) {
  return {"/proc/self/exe",
          "--run-one",
          "serial",
          "--probe",
          wanted.probe.describe(),
          "--targets",
          single_target(wanted, index),
          "--timeout",
          fmt::format("{}ms", wanted.timeout.count())};
}

namespace {

int spawn(std::vector<std::string> words) {
  std::vector<char*> pointers;
  for (auto& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  return posix_spawn(&pid, pointers[0], nullptr, nullptr, pointers.data(), environ);
}

bool wait_for_one() {
  int status = 0;
  return ::wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int run_processes(const work& wanted, std::uint32_t width) {
  target_feed feed{wanted};
  std::uint32_t running = 0;
  bool all_good = true;
  while (const auto index = feed.next()) {
    if (running == width) {
      all_good = wait_for_one() && all_good;
      --running;
    }
    if (const int error = spawn(probe_command(wanted, *index)); error != 0) {
      std::fprintf(stderr, "muster-bench: process %u: %s\n", running + 1, std::strerror(error));
      all_good = false;
      break;
    }
    ++running;
  }
  for (; running > 0; --running)
    all_good = wait_for_one() && all_good;
  return all_good ? 0 : 3;
}

}  // namespace muster::bench
