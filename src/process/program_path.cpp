#include "process/program_path.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

// What execvp(3) takes when there is no PATH.
constexpr std::string_view default_path = "/bin:/usr/bin";

program_paths::found look_for(const std::string& name) {
  if (name.empty()) return {{}, ENOENT};
  if (name.find('/') != name.npos) return {name, 0};
  const char* const set = std::getenv("PATH");
  std::string_view rest = set ? std::string_view{set} : default_path;
  int error = ENOENT;
  for (bool more = true; more;) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    std::string path{rest.substr(0, colon)};
    more = colon < rest.size();
    rest.remove_prefix(more ? colon + 1 : colon);
    path += path.empty() ? "./" : "/";
    path += name;
    const int wrong = check_program(path);
    if (wrong == 0) return {std::move(path), 0};
    if (wrong == EACCES) error = EACCES;
  }
  return {{}, error};
}

}  // namespace

int check_program(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return errno;
  if (!S_ISREG(about.st_mode)) return EACCES;
  return ::access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

std::string seen_from(const std::string& directory, const std::string& path) {
  return directory.empty() || path.starts_with('/') ? path : directory + '/' + path;
}

const program_paths::found& program_paths::find(const std::string& name) {
  if (const auto known = known_.find(name); known != known_.end()) return known->second;
  if (known_.size() >= known_max) known_.clear();
  return known_[name] = look_for(name);
}

}  // namespace muster
