#include "core/unnamed_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

std::string proc_name(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

}  // namespace

int open_unnamed_file(const std::string& directory, mode_t mode) {
  const int descriptor = ::open(directory.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
  if (descriptor < 0) {
    // What file systems and kernels without such files say.
    if (errno == EISDIR || errno == EINVAL) errno = EOPNOTSUPP;
    return -1;
  }
  if (::access(proc_name(descriptor).c_str(), F_OK) == 0) return descriptor;
  ::close(descriptor);
  errno = EOPNOTSUPP;
  return -1;
}

bool give_name(int descriptor, const std::string& path) {
  return ::linkat(AT_FDCWD, proc_name(descriptor).c_str(), AT_FDCWD, path.c_str(),
                  AT_SYMLINK_FOLLOW) == 0;
}

}  // namespace muster
