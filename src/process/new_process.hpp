#pragma once

#include <cstdint>

#include <sys/resource.h>
#include <sys/types.h>

namespace muster {

/// Which step of a new process failed.
enum class spawn_step : std::uint8_t {
  none,
  process,    ///< There could be no process.
  directory,  ///< It could not change to its directory.
  program,    ///< The program could not be run.
};

/// What a new process has in mind until it runs its program, and what it tells if it never does.
struct new_process {
  const char* path = nullptr;
  char* const* arguments = nullptr;        ///< Ends with a null pointer, as the next ones do.
  char* const* shell_arguments = nullptr;  ///< For /bin/sh, if the program is a script for it.
  char* const* environment = nullptr;
  const char* directory = nullptr;  ///< Null for the one it is in.
  /// What becomes 0, 1 and 2, in the descriptors that it still shares with its parent.
  int streams[3] = {-1, -1, -1};
  const rlimit* descriptor_limit = nullptr;  ///< Null to leave it.
  pid_t parent = 0;

  volatile int error = 0;
  volatile spawn_step failed = spawn_step::none;
};

/// The function that clone(2) calls: a `new_process`. It never returns.
int begin_life(void* process);

}  // namespace muster
