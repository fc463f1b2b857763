#pragma once

#include <chrono>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <sys/types.h>

namespace muster {

/// Finds out who is in a session, whatever group he has made for himself: the kernel has no call
/// for that, so all processes in /proc are looked at. Where there is no /proc, nobody is found.
///
/// A session's number is that of its leader, and is nobody else's as long as the leader is not
/// reaped.
class session_search {
 public:
  /// The members of a session without its leader, some of which may have ended: those who were
  /// there at this time or later. One scan does for all who ask for the same time, as scanning
  /// costs much where muster has little of the CPU, because the tasks that it is to end have it.
  const std::vector<pid_t>& members(pid_t session, std::chrono::steady_clock::time_point since);
  /// The same, of a moment ago.
  const std::vector<pid_t>& recent_members(pid_t session) {
    return members(session, std::chrono::steady_clock::now() - moment);
  }

  /// This session is to go with the next `kill_marked`, for which one scan serves many.
  void mark_for_kill(pid_t session) { marked_.insert(session); }
  void kill_marked();

  /// How often /proc is scanned again for those who were started meanwhile.
  static constexpr int scans_max = 16;

 private:
  static constexpr std::chrono::milliseconds moment{50};

  void scan_processes();

  std::unordered_map<pid_t, std::vector<pid_t>> found_;
  std::unordered_set<pid_t> marked_;
  std::chrono::steady_clock::time_point scanned_{};  // when the last scan began
};

/// Sends a signal to a process if it is in this session, and has not ended. Gives 0 or an errno:
/// ESRCH when it is not, EPERM when it has become another user's.
int signal_member(pid_t process, pid_t session, int signal);

/// Whether a process has a child with a session of its own, as another muster has.
bool has_child_in_own_session(pid_t process);

/// The numbers in a file such as /proc/PID/task/PID/children, whose descriptor this is.
std::vector<pid_t> read_processes(int descriptor);

}  // namespace muster
