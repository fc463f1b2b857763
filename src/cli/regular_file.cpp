#include "cli/regular_file.hpp"

#include "cli/usage_error.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

namespace muster {

void need_regular_file(const char* option, const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || S_ISREG(about.st_mode)) return;
  throw usage_error{fmt::format("{}: {} is no regular file; name one", option, path)};
}

}  // namespace muster
