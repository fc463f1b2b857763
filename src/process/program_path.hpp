#pragma once

#include <string>
#include <unordered_map>

namespace muster {

/// 0 when this path is a program that may be run, else an errno that says why not.
int check_program(const std::string& path);
/// The path as a process in `directory` would write it from here; it may be empty.
std::string seen_from(const std::string& directory, const std::string& path);

/// Finds programs as execvp(3) does, and remembers where they are: a run starts the same one again
/// and again.
class program_paths {
 public:
  struct found {
    std::string path;  ///< Empty when there is none.
    int error = 0;     ///< Then: ENOENT, or EACCES when it is there but may not be run.
  };

  /// Names with a slash in them are paths already.
  const found& find(const std::string& name);
  /// Looks for it anew next time: it was no longer there.
  void forget(const std::string& name) { known_.erase(name); }

  /// Names beyond these are looked for each time.
  static constexpr std::size_t known_max = 1024;

 private:
  std::unordered_map<std::string, found> known_;
};

}  // namespace muster
