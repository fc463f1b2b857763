#pragma once

#include <unordered_set>
#include <vector>

#include <sys/types.h>

namespace muster {

/// What the processes of this one leave behind, which the kernel gives to it: as to the first
/// process of a container, or as to one that asked for it (PR_SET_CHILD_SUBREAPER). So what is left
/// of a session is among its children, where it is cheap to look for, and somebody has to reap
/// them.
///
/// That concerns the process as a whole, so there is one object at the most, for the one thread
/// that runs processes; and all children are either started by muster or orphans.
class orphans {
 public:
  /// From here on orphans are given to this process.
  static void adopt();
  /// Null when they are not.
  static orphans* adopted();

  orphans(const orphans&) = delete;
  orphans& operator=(const orphans&) = delete;
  ~orphans();

  /// A child that was started by muster: whoever did so reaps it.
  void exempt(pid_t child) { own_.insert(child); }
  /// It has been reaped, or is given up.
  void exempt_no_more(pid_t child) { own_.erase(child); }

  /// Whether the kernel tells which there are, and not only which have ended.
  bool are_seen() const { return children_ >= 0; }
  /// Reaps those that have ended.
  void reap();
  /// Those in a session that have not ended.
  std::vector<pid_t> in_session(pid_t session);

 private:
  orphans();
  std::vector<pid_t> reap_and_list();

  std::unordered_set<pid_t> own_;
  int children_;  // the kernel's list of this process's; -1 where there is none
};

}  // namespace muster
