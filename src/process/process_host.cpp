#include "process/process_host.hpp"

#include "net/kernel_sockets.hpp"
#include "process/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace muster {
namespace {

int open_null_device() {
  // Descriptors that are passed on as 0, 1 and 2 must not be these themselves. What was closed
  // stays unusable.
  for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; ++standard) {
    if (::fcntl(standard, F_GETFD) < 0) ::open("/dev/null", O_PATH | O_CLOEXEC);
  }
  const int null_device = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null_device < 0) throw std::system_error{errno, std::generic_category(), "/dev/null"};
  return null_device;
}

}  // namespace

process_host::process_host(asio::io_context& context)
    : time_{context},
      deadlines_{time_},
      streams_{std::make_unique<kernel_sockets>(context)},
      scarce_{time_},
      null_device_{open_null_device()},
      spawner_{null_device_} {
  streams_.on_before_events([this] { note_look(); });
  deadlines_.on_before_expiry([this] { streams_.poll(); });
}

void process_host::note_look() {
  deadlines_.catch_up();
  // What a full batch left is as old as what it had.
  if (!streams_.may_have_more()) lost_before_ = lost_at_look_;
  lost_at_look_ = deadlines_.lived().lost();
}

std::unique_ptr<child> process_host::make_child(process_consumer& consumer) {
  return std::make_unique<child_process>(*this, consumer);
}

void process_host::await_end(int pidfd, std::chrono::milliseconds wait_max) {
  using clock = std::chrono::steady_clock;
  const auto until = clock::now() + std::min(patience_, wait_max);
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
    if (left.count() <= 0) break;
    pollfd entry{pidfd, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left.count()));
    if (ready > 0 || (ready < 0 && errno != EINTR)) return;
  }
  patience_ /= 2;
}

process_host::~process_host() {
  scope_.destroy_all();
  ::close(null_device_);
}

}  // namespace muster
