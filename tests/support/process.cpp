#include "support/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster::test {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto write_time_max = std::chrono::seconds{10};

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

void close_once(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

/// Appends what is there. Closes the descriptor at its end. True if anything came.
bool drain(int& descriptor, std::string& out) {
  std::array<char, 16 * 1024> buffer;
  bool any = false;
  while (descriptor >= 0) {
    const ssize_t n = read(descriptor, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n <= 0) {
      close_once(descriptor);
      break;
    }
    out.append(buffer.data(), static_cast<std::size_t>(n));
    any = true;
  }
  return any;
}

int milliseconds_until(clock::time_point until) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

std::chrono::nanoseconds to_nanoseconds(const timeval& time) {
  return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

}  // namespace

struct process::pipe_ends {
  std::array<int, 2> in{-1, -1};
  std::array<int, 2> out{-1, -1};
  std::array<int, 2> err{-1, -1};
  std::array<int, 2> failure{-1, -1};  // Carries errno when the command can't be executed.
};

process::process(std::vector<std::string> command, process_options options)
    : started_{clock::now()} {
  std::signal(SIGPIPE, SIG_IGN);  // A child that stops reading is a value here, not a death.
  pipe_ends ends;
  for (auto* end : {&ends.in, &ends.out, &ends.err, &ends.failure}) {
    if (pipe2(end->data(), O_CLOEXEC) != 0) fail("pipe2");
  }
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    run_child(command, options, ends);
  }
  for (int end : {ends.in[0], ends.out[1], ends.err[1], ends.failure[1]})
    close(end);
  stdin_ = ends.in[1];
  stdout_ = ends.out[0];
  stderr_ = ends.err[0];
  int error = 0;
  const ssize_t n = read(ends.failure[0], &error, sizeof error);
  close(ends.failure[0]);
  if (n > 0) {
    waitpid(pid_, nullptr, 0);
    for (int* end : {&stdin_, &stdout_, &stderr_})
      close_once(*end);
    throw std::system_error{error, std::generic_category(), command.at(0)};
  }
  ended_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (ended_ < 0) fail("pidfd_open");
  for (int end : {stdin_, stdout_, stderr_}) {
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
  write(options.input);
  if (!options.keep_stdin) close_stdin();
}

void process::run_child(const std::vector<std::string>& command, const process_options& options,
                        const pipe_ends& ends) {
  std::signal(SIGPIPE, SIG_DFL);
  dup2(ends.in[0], STDIN_FILENO);
  dup2(ends.out[1], STDOUT_FILENO);
  dup2(ends.err[1], STDERR_FILENO);
  bool good = options.directory.empty() || chdir(options.directory.c_str()) == 0;
  for (const auto& setting : options.environment) {
    auto equals = setting.find('=');
    setenv(setting.substr(0, equals).c_str(), setting.substr(equals + 1).c_str(), 1);
  }
  std::vector<char*> words;
  for (const auto& word : command)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  if (good) execvp(words[0], words.data());
  const int error = errno;
  const ssize_t n = ::write(ends.failure[1], &error, sizeof error);
  _exit(n == sizeof error ? 127 : 126);
}

process::~process() {
  if (!collected_) {
    send_signal(SIGKILL);
    collect(0);
  }
  for (int* end : {&ended_, &stdin_, &stdout_, &stderr_})
    close_once(*end);
}

bool process::running() {
  if (!collected_) collect(WNOHANG);
  return !collected_;
}

bool process::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (stdin_ < 0) return false;
    const ssize_t n = ::write(stdin_, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      // Reading on meanwhile, or a child that is busy writing would never come to read.
      if (!exchange(clock::now() + write_time_max, true)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

long process::peak_rss_kib() const {
  std::ifstream status{"/proc/" + std::to_string(pid_) + "/status"};
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib;
  }
  return 0;
}

void process::close_stdin() { close_once(stdin_); }

void process::send_signal(int signal) {
  if (!collected_) kill(pid_, signal);
}

/// Waits, at most until then, for output, for the end, and for room in the input if that is asked
/// for. False when time is up or the child has ended.
bool process::exchange(clock::time_point until, bool until_writable) {
  std::array<pollfd, 4> watched{{{stdout_, POLLIN, 0},
                                 {stderr_, POLLIN, 0},
                                 {ended_, POLLIN, 0},
                                 {until_writable ? stdin_ : -1, POLLOUT, 0}}};
  const int ready = poll(watched.data(), watched.size(), milliseconds_until(until));
  if (ready == 0) return false;
  drain(stdout_, result_.out);
  drain(stderr_, result_.err);
  // A grandchild may still hold the pipes; the end of the child itself is what counts.
  return (watched[2].revents & POLLIN) == 0;
}

bool process::wait_for(const std::string& stream, std::string_view text,
                       std::chrono::milliseconds timeout) {
  const auto until = clock::now() + timeout;
  while (stream.find(text) == std::string::npos) {
    if (!exchange(until, false)) return stream.find(text) != std::string::npos;
  }
  return true;
}

bool process::wait_for_output(std::string_view text, std::chrono::milliseconds timeout) {
  return wait_for(result_.out, text, timeout);
}

bool process::wait_for_error_output(std::string_view text, std::chrono::milliseconds timeout) {
  return wait_for(result_.err, text, timeout);
}

void process::collect(int how_to_wait) {
  int status = 0;
  rusage used{};
  if (wait4(pid_, &status, how_to_wait, &used) != pid_) return;
  collected_ = true;
  result_.wall = clock::now() - started_;
  result_.cpu = to_nanoseconds(used.ru_utime) + to_nanoseconds(used.ru_stime);
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
}

process_result process::wait(std::chrono::milliseconds timeout) {
  const auto until = clock::now() + timeout;
  while (exchange(until, false)) {
  }
  if (running() && clock::now() >= until) {
    result_.timed_out = true;
    send_signal(SIGKILL);
  }
  if (!collected_) collect(0);
  drain(stdout_, result_.out);
  drain(stderr_, result_.err);
  return result_;
}

process_result run(std::vector<std::string> command, process_options options,
                   std::chrono::milliseconds timeout) {
  process child{std::move(command), std::move(options)};
  return child.wait(timeout);
}

std::vector<std::string> without_capabilities(std::vector<std::string> command) {
  std::vector<std::string> out{"setpriv", "--inh-caps=-all", "--bounding-set=-all"};
  out.insert(out.end(), std::make_move_iterator(command.begin()),
             std::make_move_iterator(command.end()));
  return out;
}

bool has_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string directories = std::string{path ? path : "/usr/bin:/bin"} + ":/usr/sbin:/sbin";
  for (std::size_t at = 0; at <= directories.size();) {
    auto end = std::min(directories.find(':', at), directories.size());
    if (access((directories.substr(at, end - at) + "/" + name).c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

std::string why_no_terminal() {
  if (!has_program("script")) return "there is no script, which makes a terminal";
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return "there are no pseudo-terminals (no /dev/pts)";
  ::close(terminal);
  return {};
}

}  // namespace muster::test
