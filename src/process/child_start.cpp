// Strategy: the pipes are made and watched before the process is started, so that nothing can go
// wrong afterwards that would leave a process behind of which nobody knows.
#include "process/child_life.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace muster {

/// The two ends of a pipe that are not given away yet.
class pipe_ends {
 public:
  pipe_ends() = default;
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  ~pipe_ends() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  bool open() { return ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  int take_reader() { return take(0); }
  int take_writer() { return take(1); }

 private:
  // What this process does with its end is never to block it.
  int take(std::size_t which) {
    const int end = std::exchange(ends_[which], -1);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
    return end;
  }
  std::array<int, 2> ends_{-1, -1};
};

namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 2);
  for (const std::string& text : texts)
    pointers.push_back(const_cast<char*>(text.c_str()));
  return pointers;
}

/// This process's environment with `own` on top of it.
std::vector<char*> environment_with(const std::vector<std::string>& own) {
  std::vector<char*> all = pointers_to(own);
  std::unordered_set<std::string_view> names;
  for (const std::string& entry : own)
    names.insert(std::string_view{entry}.substr(0, entry.find('=')));
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (names.empty() || !names.contains(text.substr(0, text.find('=')))) all.push_back(*entry);
  }
  all.push_back(nullptr);
  return all;
}

}  // namespace

spawned child_life::spawn(const spawn_request& base, const pipe_ends& output,
                          const pipe_ends& errors, int input) {
  spawn_request request = base;
  const program_paths::found& program = host_.programs().find(arguments_.front());
  if (program.path.empty()) return {-1, -1, program.error, spawn_step::program};
  std::vector<char*> arguments = pointers_to(arguments_);
  std::string path = program.path;
  std::string shell = "/bin/sh";
  if (through_shell_) {
    arguments.insert(arguments.begin(), shell.data());
    arguments[1] = path.data();
  }
  arguments.push_back(nullptr);
  request.path = through_shell_ ? shell.c_str() : path.c_str();
  request.arguments = arguments.data();
  request.input = input;
  request.output = output.writer();
  request.errors = errors.writer();
  return host_.starter().spawn(request);
}

int child_life::try_to_start() {
  failed_ = spawn_step::process;
  pipe_ends input;
  pipe_ends output;
  pipe_ends errors;
  if (!output.open() || !errors.open()) return errno;
  if (!options_.input.empty() && !input.open()) return errno;
  const std::vector<char*> environment = environment_with(options_.environment);
  spawn_request request;
  request.environment = environment.data();
  request.directory = options_.directory.empty() ? nullptr : options_.directory.c_str();
  const int from = options_.input.empty() ? host_.nothing() : input.reader();

  output_.assign(output.take_reader());
  errors_.assign(errors.take_reader());
  if (!options_.input.empty()) input_.assign(input.take_writer());
  int error = output_.watch();
  if (error == 0) error = errors_.watch();
  if (error == 0 && input_.descriptor() >= 0) error = input_.watch();
  spawned born;
  if (error == 0) {
    began_ = std::chrono::steady_clock::now();
    result_.began = host_.time().wall();
    born = spawn(request, output, errors, from);
    if (born.error == ENOEXEC && !through_shell_) {
      through_shell_ = true;
      born = spawn(request, output, errors, from);
    }
    if (born.failed == spawn_step::program && born.error == ENOENT) {
      host_.programs().forget(arguments_.front());
    }
    error = born.error;
    failed_ = born.failed;
  }
  if (error != 0) {
    for (polled_socket* one : {&input_, &output_, &errors_})
      one->close();
    return error;
  }
  process_ = born.process;
  end_.assign(born.descriptor);
  if (const int unwatched = end_.watch(); unwatched != 0) {
    // It may have done something already, so it must not be started again.
    kill_and_reap();
    failed_ = spawn_step::process;
    return EIO;
  }
  result_.started = true;
  return 0;
}

}  // namespace muster
