// Strategy: the path is followed link by link, as the kernel does. A descriptor is an entry of a
// directory `fd` in /proc, whichever of its names leads there.
#include "core/descriptor_path.hpp"

#include <deque>
#include <filesystem>
#include <system_error>
#include <utility>

#include <linux/magic.h>
#include <sys/vfs.h>

namespace muster {
namespace {

namespace fs = std::filesystem;

// As many as the kernel follows (path_resolution(7)).
constexpr int links_max = 40;

bool holds_descriptors(const fs::path& directory) {
  struct statfs about {};
  return directory.filename() == "fd" && ::statfs(directory.c_str(), &about) == 0 &&
         about.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

bool leads_through_descriptor(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  std::deque<fs::path> rest(whole.begin(), whole.end());
  fs::path way = "/";
  for (int links = 0; !rest.empty() && links <= links_max;) {
    const fs::path part = std::move(rest.front());
    rest.pop_front();
    if (part == "..") way = way.parent_path();
    if (part.is_absolute()) way = part;
    if (part.empty() || part == "." || part == ".." || part.is_absolute()) continue;
    if (holds_descriptors(way)) return true;
    const fs::path next = way / part;
    const fs::path link = fs::read_symlink(next, error);
    if (error) {
      way = next;
    } else {
      ++links;
      rest.insert(rest.begin(), link.begin(), link.end());
    }
  }
  return false;
}

}  // namespace muster
