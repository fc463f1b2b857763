#include "process/session_search.hpp"

#include "core/whole_number.hpp"
#include "process/process_descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

const std::vector<pid_t> nobody;

struct directory_closer {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

void session_search::scan_processes() {
  scanned_ = std::chrono::steady_clock::now();
  found_.clear();
  const std::unique_ptr<DIR, directory_closer> processes{::opendir("/proc")};
  while (const dirent* const entry = processes ? ::readdir(processes.get()) : nullptr) {
    pid_t process = 0;
    if (!read_whole(std::string_view{entry->d_name}, process)) continue;
    const pid_t session = ::getsid(process);
    if (session > 0 && session != process) found_[session].push_back(process);
  }
}

const std::vector<pid_t>& session_search::members(pid_t session,
                                                  std::chrono::steady_clock::time_point since) {
  if (scanned_ < since) scan_processes();
  const auto found = found_.find(session);
  return found == found_.end() ? nobody : found->second;
}

void session_search::kill_marked() {
  std::unordered_set<pid_t> told;
  bool more = !marked_.empty();
  for (int scans = 0; more && scans < scans_max; ++scans) {
    more = false;
    scan_processes();
    for (const pid_t session : marked_) {
      for (const pid_t process : members(session, scanned_)) {
        if (!told.insert(process).second) continue;
        more = signal_member(process, session, SIGKILL) == 0 || more;
      }
    }
  }
  marked_.clear();
}

int signal_member(pid_t process, pid_t session, int signal) {
  const process_descriptor member{process};
  if (member.get() < 0) return errno;
  // The number may have become another's since it was found, but from here on it is this one's.
  if (::getsid(process) != session || member.ended()) return ESRCH;
  return member.signal(signal) ? 0 : errno;
}

bool has_child_in_own_session(pid_t process) {
  const pid_t session = ::getsid(process);
  const std::string path = fmt::format("/proc/{0}/task/{0}/children", process);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const std::vector<pid_t> children = read_processes(file);
  ::close(file);
  return std::any_of(children.begin(), children.end(), [session](pid_t child) {
    const pid_t own = ::getsid(child);
    return own > 0 && own != session;
  });
}

std::vector<pid_t> read_processes(int descriptor) {
  std::string text(4096, '\0');
  std::size_t size = 0;
  for (;;) {
    const ssize_t count =
        ::pread(descriptor, text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
    if (size == text.size()) text.resize(2 * size);
  }
  std::vector<pid_t> processes;
  for (std::string_view left{text.data(), size}; !left.empty();) {
    const std::size_t end = std::min(left.find(' '), left.size());
    pid_t process = 0;
    if (read_whole(left.substr(0, end), process)) processes.push_back(process);
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return processes;
}

}  // namespace muster
