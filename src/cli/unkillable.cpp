#include "cli/unkillable.hpp"

#include "core/parsed.hpp"
#include "targets/target_parts.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

namespace muster {

std::string explain_unkillable(const target& subject, pid_t process) {
  struct stat about {};
  const bool known = ::stat(fmt::format("/proc/{}", process).c_str(), &about) == 0;
  return fmt::format(
      "{}: process {} can't be killed, as it belongs to {}; it counts as running until it ends",
      excerpt(text_of(subject)), process,
      known ? fmt::format("user {}", about.st_uid) : "another user");
}

}  // namespace muster
