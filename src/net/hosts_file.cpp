#include "net/hosts_file.hpp"

#include "net/small_file.hpp"

#include <cerrno>
#include <string>
#include <utility>

namespace muster {
namespace {

bool is_same(const struct stat& left, const struct stat& right) {
  const auto is_same_time = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return left.st_dev == right.st_dev && left.st_ino == right.st_ino &&
         left.st_size == right.st_size && is_same_time(left.st_mtim, right.st_mtim) &&
         is_same_time(left.st_ctim, right.st_ctim);
}

}  // namespace

const codec::hosts_table& hosts_file::table() {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0) now = {};
  if (is_same(now, seen_)) return table_;
  std::string text;
  const int error = read_regular_file(path_, bytes_max, text);
  if (error == EMFILE || error == ENFILE) return table_;
  table_ = codec::hosts_table{error == 0 ? std::move(text) : std::string{}};
  seen_ = now;
  return table_;
}

}  // namespace muster
