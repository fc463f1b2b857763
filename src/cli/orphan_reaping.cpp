#include "cli/orphan_reaping.hpp"

#include "net/resume.hpp"
#include "process/orphans.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <sys/signalfd.h>
#include <unistd.h>

namespace muster {
namespace {

int open_ends() {
  sigset_t child_ended;
  ::sigemptyset(&child_ended);
  ::sigaddset(&child_ended, SIGCHLD);
  // Whoever started muster may have ignored it, and then the ends of processes are not told.
  std::signal(SIGCHLD, SIG_DFL);
  ::pthread_sigmask(SIG_BLOCK, &child_ended, nullptr);
  const int descriptor = ::signalfd(-1, &child_ended, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor >= 0) return descriptor;
  throw std::system_error{errno, std::generic_category(), "can't watch processes (signalfd)"};
}

}  // namespace

orphan_reaping::orphan_reaping(asio::io_context& context) : ends_{context, open_ends()} {
  orphans::adopt();
  reap(scope_, *this);
}

job orphan_reaping::reap(job_scope&, orphan_reaping& self) {
  signalfd_siginfo about;
  for (;;) {
    auto [error] =
        co_await self.ends_.async_wait(asio::posix::stream_descriptor::wait_read, resume);
    if (error) co_return;
    // The ends of several may be told as one, so who it was does not count.
    while (::read(self.ends_.native_handle(), &about, sizeof about) > 0) {
    }
    orphans::adopted()->reap();
  }
}

}  // namespace muster
