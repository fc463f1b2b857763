// Runs a command and appends to a file what it and its descendants cost, as one line of words and
// numbers. The command keeps this program's standard streams.
//
// Strategy: times and context switches are the kernel's own sums, from wait4. Memory is the larger
// of two figures: the kernel's record of the largest process, and samples of the whole tree from
// /proc. Both count what threads cost beside their resident pages, the kernel's stack for each and
// the page tables, as a thread per task is dearest there. Sampling takes at most a twentieth of the
// time, however large the tree.
//
// It is a program of its own, and does without the C++ streams, because a child's peak memory
// starts at its parent's.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using steady = std::chrono::steady_clock;

constexpr long kernel_stack_kib = 16;  // THREAD_SIZE of 64-bit kernels.
constexpr auto sample_interval_min = std::chrono::milliseconds{10};
constexpr int sample_time_share = 20;

/// What a process, or a tree of them, holds at one moment.
struct holdings {
  long own_kib = 0;     ///< Anonymous pages, page tables, kernel stacks.
  long shared_kib = 0;  ///< Pages of files; in a tree, the most that one process has.
  long kernel_kib = 0;  ///< The page tables and kernel stacks among `own_kib`.
  long threads = 0;
  long processes = 0;
  long total_kib() const { return own_kib + shared_kib; }
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Reads a small file of /proc; an empty string when the process is gone.
void read_file(const char* path, char* text, std::size_t size) {
  text[0] = '\0';
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  const ssize_t n = read(file, text, size - 1);
  close(file);
  text[n > 0 ? n : 0] = '\0';
}

long number_after(const char* text, const char* key) {
  const char* at = std::strstr(text, key);
  return at ? std::strtol(at + std::strlen(key), nullptr, 10) : 0;
}

void add_process(pid_t pid, holdings& tree) {
  char path[64];
  char text[4096];
  std::snprintf(path, sizeof path, "/proc/%d/status", pid);
  read_file(path, text, sizeof text);
  const long threads = number_after(text, "\nThreads:");
  if (threads == 0) return;
  const long kernel = number_after(text, "\nVmPTE:") + threads * kernel_stack_kib;
  const long shared = number_after(text, "\nRssFile:") + number_after(text, "\nRssShmem:");
  tree.own_kib += number_after(text, "\nRssAnon:") + kernel;
  tree.kernel_kib += kernel;
  if (shared > tree.shared_kib) tree.shared_kib = shared;
  tree.threads += threads;
  ++tree.processes;
}

/// The process and those that its main thread, and theirs, have started.
void add_tree(pid_t pid, holdings& tree, int depth) {
  constexpr int depth_max = 8;
  constexpr std::size_t children_bytes_max = 256 * 1024;
  add_process(pid, tree);
  if (depth == depth_max) return;
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
  char* children = static_cast<char*>(std::malloc(children_bytes_max));
  if (!children) return;
  read_file(path, children, children_bytes_max);
  char* end = children;
  for (long child = std::strtol(children, &end, 10); child > 0;
       child = std::strtol(end, &end, 10)) {
    add_tree(static_cast<pid_t>(child), tree, depth + 1);
  }
  std::free(children);
}

struct peaks {
  long total_kib = 0;
  long kernel_kib = 0;
  long threads = 0;
  long processes = 0;
};

void raise(long& peak, long value) {
  if (value > peak) peak = value;
}

/// Samples until the child has ended.
peaks watch(pid_t child) {
  peaks out;
  pollfd ended{static_cast<int>(syscall(SYS_pidfd_open, child, 0)), POLLIN, 0};
  auto pause = sample_interval_min;
  while (ended.fd >= 0 && poll(&ended, 1, static_cast<int>(pause.count())) == 0) {
    const auto begun = steady::now();
    holdings tree;
    add_tree(child, tree, 0);
    raise(out.total_kib, tree.total_kib());
    raise(out.kernel_kib, tree.kernel_kib);
    raise(out.threads, tree.threads);
    raise(out.processes, tree.processes);
    pause = std::chrono::duration_cast<std::chrono::milliseconds>((steady::now() - begun) *
                                                                  sample_time_share);
    if (pause < sample_interval_min) pause = sample_interval_min;
  }
  return out;
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
  const auto started = steady::now();
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(argv[2], argv + 2);
    std::perror(argv[2]);
    _exit(127);
  }
  // The reader of the child's output is to see its end, not this program's.
  close(STDIN_FILENO);
  close(STDOUT_FILENO);
  const peaks peak = child > 0 ? watch(child) : peaks{};
  int status = 0;
  rusage used{};
  if (child < 0 || wait4(child, &status, 0, &used) < 0) {
    std::perror("measure");
    return 3;
  }
  const std::chrono::duration<double> wall = steady::now() - started;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  const long largest_kib = used.ru_maxrss + (peak.kernel_kib > 0 ? peak.kernel_kib : 0);
  std::fprintf(out,
               "wall %.6f user %.6f sys %.6f rss %ld memory %ld threads %ld processes %ld "
               "waits %ld preemptions %ld start_ns %lld exit %d\n",
               wall.count(), seconds(used.ru_utime), seconds(used.ru_stime), used.ru_maxrss,
               largest_kib > peak.total_kib ? largest_kib : peak.total_kib,
               peak.threads > 1 ? peak.threads : 1, peak.processes > 1 ? peak.processes : 1,
               used.ru_nvcsw, used.ru_nivcsw,
               static_cast<long long>(started.time_since_epoch().count()), code);
  return std::fclose(out) == 0 ? code : 3;
}
