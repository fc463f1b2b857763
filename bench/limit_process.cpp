// The physical limit of running a program again and again: a loop of clone and wait. The new
// process borrows this one's memory until it runs the program, and nobody waits for that.
#include "limit.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <unordered_map>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::size_t stack_bytes = 16 * 1024;

char** program;

int become(void*) {
  execve(program[0], program, environ);
  _exit(127);
}

class starter {
 public:
  explicit starter(std::size_t in_flight) {
    for (std::size_t i = 0; i < in_flight; ++i)
      free_.push_back(std::make_unique<char[]>(stack_bytes));
  }
  bool full() const { return free_.empty(); }
  bool idle() const { return running_.empty(); }
  void start() {
    auto stack = std::move(free_.back());
    free_.pop_back();
    const pid_t process = clone(become, stack.get() + stack_bytes, CLONE_VM | SIGCHLD, nullptr);
    if (process < 0) limit::die("clone");
    running_.emplace(process, std::move(stack));
  }
  /// Whether one has ended well.
  bool reap() {
    int status = 0;
    const pid_t process = wait(&status);
    const auto ended = running_.find(process);
    if (ended == running_.end()) limit::die("wait");
    free_.push_back(std::move(ended->second));
    running_.erase(ended);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  std::vector<std::unique_ptr<char[]>> free_;
  std::unordered_map<pid_t, std::unique_ptr<char[]>> running_;
};

}  // namespace

int main(int argc, char** argv) {
  constexpr int program_at = 4;
  const bool good = argc > program_at && std::strcmp(argv[1], "--in-flight") == 0;
  const long in_flight = good ? std::strtol(argv[2], nullptr, 10) : 0;
  const long count = good ? std::strtol(argv[3], nullptr, 10) : 0;
  if (in_flight < 1 || count < 1) {
    std::fputs("usage: limit_process --in-flight N COUNT PROGRAM [ARGUMENT…]\n", stderr);
    return 2;
  }
  std::string path = argv[program_at];
  if (path.find('/') == path.npos) path.insert(0, "/usr/bin/");
  program = argv + program_at;
  program[0] = path.data();
  starter all{static_cast<std::size_t>(in_flight)};
  const auto started = limit::clock::now();
  std::uint64_t sent = 0;
  std::uint64_t ended_well = 0;
  while (sent < static_cast<std::uint64_t>(count) || !all.idle()) {
    if (sent < static_cast<std::uint64_t>(count) && !all.full()) {
      all.start();
      ++sent;
    } else {
      ended_well += all.reap() ? 1U : 0U;
    }
  }
  limit::report(sent, ended_well, limit::clock::now() - started);
  return ended_well == sent ? 0 : 1;
}
