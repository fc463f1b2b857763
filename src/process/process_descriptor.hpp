#pragma once

#include <utility>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace muster {

/// A descriptor of a process, which stays that of this process whatever becomes of its number.
/// There is no wrapper for these calls in glibc 2.35 and before.
class process_descriptor {
 public:
  explicit process_descriptor(pid_t process)
      : descriptor_{static_cast<int>(::syscall(SYS_pidfd_open, process, 0))} {}
  process_descriptor(process_descriptor&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)} {}
  process_descriptor& operator=(process_descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~process_descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// -1 when there is none: errno says why not.
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }
  /// Whether the process has ended, be it reaped or not.
  bool ended() const {
    pollfd entry{descriptor_, POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
  }
  /// False when that can't be done: errno says why not.
  bool signal(int number) const { return send_signal(descriptor_, number); }
  static bool send_signal(int descriptor, int number) {
    return ::syscall(SYS_pidfd_send_signal, descriptor, number, nullptr, 0) == 0;
  }

 private:
  int descriptor_;
};

}  // namespace muster
