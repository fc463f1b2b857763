#include "net/small_file.hpp"

#include "core/reserve_at_once.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

int read_whole(int descriptor, std::size_t bytes_max, std::string& into) {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return errno;
  if (!S_ISREG(about.st_mode)) return EINVAL;
  // One byte more than it has: the read that finds its end needs no room made for it.
  const std::size_t expected = std::min(bytes_max, static_cast<std::size_t>(about.st_size) + 1);
  reserve_at_once(into, expected);
  into.resize(expected);
  std::size_t filled = 0;
  while (filled < bytes_max) {
    if (filled == into.size()) into.resize(std::min(bytes_max, 2 * filled + 4096));
    const ssize_t got = ::read(descriptor, into.data() + filled, into.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  into.resize(filled);
  return 0;
}

}  // namespace

int read_regular_file(const std::string& path, std::size_t bytes_max, std::string& into) {
  // A named pipe in its place is not waited for.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return errno;
  const int error = read_whole(descriptor, bytes_max, into);
  ::close(descriptor);
  return error;
}

}  // namespace muster
