#include "process/spawn_slot.hpp"

#include "net/descriptor_limit.hpp"
#include "process/direct_call.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <optional>
#include <string_view>
#include <unordered_set>

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace muster {
namespace {

// What a rare, huge request leaves behind is given back.
constexpr std::size_t bytes_kept_max = 64 * 1024;

/// This process's environment with `own` on top of it.
void write_environment(text_block& out, const std::vector<std::string>& own) {
  std::unordered_set<std::string_view> names;
  for (const std::string& entry : own) {
    out.add(entry);
    names.insert(std::string_view{entry}.substr(0, entry.find('=')));
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (names.empty() || !names.contains(text.substr(0, text.find('=')))) out.add(text);
  }
}

void close_all(const int (&descriptors)[3]) {
  for (const int one : descriptors) {
    if (one >= 0) ::close(one);
  }
}

}  // namespace

void text_block::clear() {
  if (bytes_.capacity() > bytes_kept_max) bytes_ = {};
  bytes_.clear();
  offsets_.clear();
}

void text_block::add(std::string_view text) {
  offsets_.push_back(bytes_.size());
  bytes_ += text;
  bytes_ += '\0';
}

char* const* text_block::pointers() {
  pointers_.clear();
  for (const std::size_t offset : offsets_)
    pointers_.push_back(bytes_.data() + offset);
  pointers_.push_back(nullptr);
  return pointers_.data();
}

std::unique_ptr<spawn_slot> spawn_slot::make(int null_device) {
  std::unique_ptr<spawn_slot> made{new spawn_slot{null_device}};
  if (!made->take_descriptors()) made.reset();
  return made;
}

spawn_slot::spawn_slot(int null_device)
    : stack_{std::make_unique<std::byte[]>(stack_bytes)}, null_device_{null_device} {}

spawn_slot::~spawn_slot() { close_all(plan_.streams); }

// Numbers that are as low as can be, so that there is little below them that is copied.
bool spawn_slot::take_descriptors() {
  for (int& stream : plan_.streams) {
    stream = ::fcntl(null_device_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (stream < 0) return false;
  }
  return true;
}

bool spawn_slot::hand_over(const std::array<int, 3>& streams) {
  for (std::size_t i = 0; i < streams.size(); ++i) {
    while (::dup3(streams[i], plan_.streams[i], O_CLOEXEC) < 0) {
      if (errno != EINTR) return false;
    }
  }
  return true;
}

void spawn_slot::write_down(const spawn_request& request) {
  path_ = request.path;
  directory_ = request.directory;
  arguments_.clear();
  shell_arguments_.clear();
  environment_.clear();
  shell_arguments_.add("/bin/sh");
  shell_arguments_.add(path_);
  for (std::size_t i = 0; i < request.arguments.size(); ++i) {
    arguments_.add(request.arguments[i]);
    if (i > 0) shell_arguments_.add(request.arguments[i]);
  }
  write_environment(environment_, request.environment);
  const std::optional<rlimit>& limit = original_descriptor_limit();
  plan_.path = path_.c_str();
  plan_.arguments = arguments_.pointers();
  plan_.shell_arguments = shell_arguments_.pointers();
  plan_.environment = environment_.pointers();
  plan_.directory = directory_.empty() ? nullptr : directory_.c_str();
  plan_.descriptor_limit = limit ? &*limit : nullptr;
  plan_.parent = ::getpid();
  plan_.error = 0;
  plan_.failed = spawn_step::none;
}

pid_t spawn_slot::begin(const spawn_request& request, int& descriptor) {
  tidy_ = false;
  if (!hand_over(request.streams)) {
    const int error = errno;
    tidy();
    return -error;
  }
  write_down(request);
  ++number_;
  watched_ = true;
  began_ = std::chrono::steady_clock::now();
  occupant_.store(1, std::memory_order_relaxed);
  // Without direct calls the new process would write to our errno: then we wait for it.
  constexpr int wait = calls_are_direct ? 0 : CLONE_VFORK;
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  const pid_t process =
      ::clone(begin_life, stack_.get() + stack_bytes,
              CLONE_VM | CLONE_FILES | CLONE_PIDFD | CLONE_CHILD_CLEARTID | SIGCHLD | wait, &plan_,
              &descriptor, nullptr, &occupant_);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (process >= 0) return process;
  occupant_.store(0, std::memory_order_relaxed);
  watched_ = false;
  tidy();
  return -error;
}

void spawn_slot::await_departure(std::chrono::nanoseconds wait_max) const {
  const auto until = std::chrono::steady_clock::now() + wait_max;
  while (occupied()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left.count() <= 0) return;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec time{seconds.count(), (left - seconds).count()};
    ::syscall(SYS_futex, &occupant_, FUTEX_WAIT, 1, &time, nullptr, 0);
  }
}

void spawn_slot::tidy() {
  if (tidy_ || occupied()) return;
  tidy_ = true;
  // What was handed over must not be held open; the numbers are kept.
  hand_over({null_device_, null_device_, null_device_});
}

}  // namespace muster
