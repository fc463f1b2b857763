// Strategy: `measure` runs the command and leaves its costs in a file. This side reads the pipe and
// feeds standard input in one poll loop. It puts the output aside unread while the command runs, so
// as to take no time from it on the other core; only what would not fit into memory is read early.
#include "measured_run.hpp"

#include "support/loopback.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster::bench {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t output_bytes_max = 64 * 1024 * 1024;
constexpr int pipe_bytes = 1024 * 1024;

struct pipe_pair {
  std::array<int, 2> ends{-1, -1};
  pipe_pair() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
  }
  pipe_pair(const pipe_pair&) = delete;
  pipe_pair& operator=(const pipe_pair&) = delete;
  ~pipe_pair() {
    close_reading();
    close_writing();
  }
  void close_reading() { close_end(ends[0]); }
  void close_writing() { close_end(ends[1]); }
  static void close_end(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
};

[[noreturn]] void become(const std::vector<std::string>& command, int in, int out, int err) {
  setpgid(0, 0);
  std::signal(SIGPIPE, SIG_DFL);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  std::vector<char*> words;
  for (const auto& word : command)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
  _exit(127);
}

class running {
 public:
  running(const run_request& request, const std::function<void(std::string_view)>& on_line)
      : request_{request}, on_line_{on_line} {}
  void run(std::vector<std::string> command, run_cost& cost);
  clock::time_point first_byte() const { return first_byte_; }

 private:
  bool reading_done();
  void feed_input();
  void read_some();
  void pass_lines();
  clock::time_point next_event() const;

  const run_request& request_;
  const std::function<void(std::string_view)>& on_line_;
  pipe_pair in_;
  pipe_pair out_;
  clock::time_point until_;
  clock::time_point next_line_at_;
  std::size_t lines_given_ = 0;
  clock::time_point first_byte_{};
  std::string output_;
  bool open_ = true;
};

void running::feed_input() {
  while (lines_given_ < request_.lines.size() && clock::now() >= next_line_at_) {
    const auto line = request_.lines[lines_given_++] + "\n";
    if (write(in_.ends[1], line.data(), line.size()) < 0) break;
    next_line_at_ += request_.between_lines;
  }
  if (lines_given_ == request_.lines.size()) in_.close_writing();
}

clock::time_point running::next_event() const {
  return in_.ends[1] >= 0 ? std::min(until_, next_line_at_) : until_;
}

void running::pass_lines() {
  std::string_view rest = output_;
  for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
    on_line_(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  if (!open_ && !rest.empty()) on_line_(rest);
  output_.erase(0, open_ ? output_.size() - rest.size() : output_.size());
}

void running::read_some() {
  constexpr std::size_t piece_bytes = 256 * 1024;
  const auto used = output_.size();
  output_.resize(used + piece_bytes);
  const ssize_t n = read(out_.ends[0], output_.data() + used, piece_bytes);
  output_.resize(used + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (n > 0 && first_byte_ == clock::time_point{}) first_byte_ = clock::now();
  if (n == 0 || (n < 0 && errno != EINTR)) open_ = false;
  if (output_.size() > output_bytes_max) pass_lines();
}

/// False when the time is up.
bool running::reading_done() {
  while (open_) {
    if (in_.ends[1] >= 0) feed_input();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_event() - clock::now());
    pollfd readable{out_.ends[0], POLLIN, 0};
    if (poll(&readable, 1, static_cast<int>(std::max<long>(left.count(), 0))) > 0) read_some();
    if (clock::now() >= until_) return false;
  }
  return true;
}

void running::run(std::vector<std::string> command, run_cost& cost) {
  const test::temporary_directory files;
  const auto errors = files.file("stderr");
  const int err = open(errors.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (err < 0) throw std::runtime_error{"can't write " + errors};
  fcntl(out_.ends[1], F_SETPIPE_SZ, pipe_bytes);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error{std::string{"fork: "} + std::strerror(errno)};
  if (pid == 0) become(command, in_.ends[0], out_.ends[1], err);
  close(err);
  in_.close_reading();
  out_.close_writing();
  until_ = clock::now() + request_.time_max;
  next_line_at_ = clock::now();
  cost.timed_out = !reading_done();
  if (cost.timed_out) kill(-pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  cost.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  open_ = false;
  pass_lines();
  std::istringstream said{test::read_whole_file(errors)};
  for (std::string line; std::getline(said, line);) {
    if (!line.empty()) cost.complaint = line;
  }
}

std::map<std::string, double> read_costs(const std::string& file) {
  std::istringstream in{test::read_whole_file(file)};
  std::map<std::string, double> out;
  double value = 0;
  for (std::string word; in >> word >> value;)
    out[word] = value;
  return out;
}

}  // namespace

run_cost measured_run(const std::string& measure, const run_request& request,
                      const std::function<void(std::string_view)>& on_line) {
  std::signal(SIGPIPE, SIG_IGN);  // A child that stops reading is a value here, not a death.
  const test::temporary_directory files;
  const auto file = files.file("cost");
  std::vector<std::string> command{measure, file};
  command.insert(command.end(), request.command.begin(), request.command.end());
  run_cost out;
  running one{request, on_line};
  one.run(std::move(command), out);
  auto costs = read_costs(file);
  out.wall_s =
      out.timed_out ? std::chrono::duration<double>(request.time_max).count() : costs["wall"];
  out.user_s = costs["user"];
  out.system_s = costs["sys"];
  out.memory_kib = costs["memory"];
  out.rss_kib = costs["rss"];
  out.threads = costs["threads"];
  out.processes = costs["processes"];
  out.switches = costs["waits"] + costs["preemptions"];
  if (one.first_byte() != clock::time_point{}) {
    const auto first_ns = static_cast<double>(one.first_byte().time_since_epoch().count());
    out.first_s = (first_ns - costs["start_ns"]) / 1e9;
  }
  return out;
}

}  // namespace muster::bench
