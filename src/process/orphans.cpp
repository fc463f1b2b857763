// Strategy: the kernel lists the children of a process in a file, which takes some microseconds to
// read; those that muster did not start are orphans. Without that file (no /proc, or one of another
// namespace) only those that have ended are known, as far as no child of muster's that is still to
// be reaped stands before them.
#include "process/orphans.hpp"

#include "process/session_search.hpp"

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster {
namespace {

int open_children() {
  // Where /proc is that of another namespace, numbers in it are other processes'.
  char self[16] = {};
  const ssize_t size = ::readlink("/proc/self", self, sizeof self - 1);
  const std::string number = std::to_string(::getpid());
  if (size < 0 || self != number) return -1;
  return ::open(fmt::format("/proc/{0}/task/{0}/children", number).c_str(), O_RDONLY | O_CLOEXEC);
}

std::unique_ptr<orphans>& the_orphans() {
  static std::unique_ptr<orphans> one;
  return one;
}

}  // namespace

void orphans::adopt() {
  if (the_orphans()) return;
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  the_orphans().reset(new orphans);
}

orphans* orphans::adopted() { return the_orphans().get(); }

orphans::orphans() : children_{open_children()} {}

orphans::~orphans() {
  if (children_ >= 0) ::close(children_);
}

std::vector<pid_t> orphans::reap_and_list() {
  std::vector<pid_t> living;
  for (const pid_t child : read_processes(children_)) {
    if (own_.contains(child)) continue;
    if (::waitpid(child, nullptr, WNOHANG) == 0) living.push_back(child);
  }
  return living;
}

void orphans::reap() {
  if (are_seen()) {
    reap_and_list();
    return;
  }
  siginfo_t info{};
  while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0 &&
         !own_.contains(info.si_pid)) {
    ::waitpid(info.si_pid, nullptr, WNOHANG);
    info = {};
  }
}

std::vector<pid_t> orphans::in_session(pid_t session) {
  if (!are_seen()) return {};
  std::vector<pid_t> found = reap_and_list();
  std::erase_if(found, [session](pid_t one) { return ::getsid(one) != session; });
  return found;
}

}  // namespace muster
