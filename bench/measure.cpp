// Runs a command and appends to a file what it cost, as one line of words and numbers:
// `wall SECONDS user SECONDS sys SECONDS rss KIB exit CODE`. The command keeps this program's
// standard streams.
//
// It is written without the C++ streams because a child's peak memory starts at its parent's.

#include <chrono>
#include <cstdio>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: measure FILE COMMAND [ARGUMENT…]\n", stderr);
    return 2;
  }
  std::FILE* out = std::fopen(argv[1], "ae");
  if (!out) {
    std::perror(argv[1]);
    return 3;
  }
  auto started = std::chrono::steady_clock::now();
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[2], argv + 2);
    std::perror(argv[2]);
    _exit(127);
  }
  int status = 0;
  rusage used{};
  if (child < 0 || wait4(child, &status, 0, &used) < 0) {
    std::perror("measure");
    return 3;
  }
  std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::fprintf(out, "wall %.4f user %.4f sys %.4f rss %ld exit %d\n", wall.count(),
               seconds(used.ru_utime), seconds(used.ru_stime), used.ru_maxrss, code);
  return std::fclose(out) == 0 ? code : 3;
}
