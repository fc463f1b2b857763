#include "core/unnamed_file.hpp"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

std::string proc_name(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

/// -1 with EOPNOTSUPP when this file system has no such files.
int open_nameless(const std::string& directory, int access, mode_t mode) {
  const int descriptor = ::open(directory.c_str(), access | O_TMPFILE | O_CLOEXEC, mode);
  // What file systems and kernels without such files say.
  if (descriptor < 0 && (errno == EISDIR || errno == EINVAL)) errno = EOPNOTSUPP;
  return descriptor;
}

}  // namespace

int open_scratch_file(const std::string& directory) {
  const int descriptor = open_nameless(directory, O_RDWR, 0600);
  if (descriptor >= 0 || errno != EOPNOTSUPP) return descriptor;
  // It has a name for a moment.
  std::string name = directory + "/muster-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

int open_unnamed_file(const std::string& directory, mode_t mode) {
  const int descriptor = open_nameless(directory, O_WRONLY, mode);
  if (descriptor < 0) return -1;
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
