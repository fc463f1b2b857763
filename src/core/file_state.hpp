#pragma once

#include <sys/stat.h>

namespace muster {

/// Whether two looks at a path saw the same file as it was: a file that was written to, or
/// replaced, is another.
inline bool is_same_state(const struct stat& one, const struct stat& other) {
  const auto is_same_time = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
         is_same_time(one.st_mtim, other.st_mtim) && is_same_time(one.st_ctim, other.st_ctim);
}

}  // namespace muster
