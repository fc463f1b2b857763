#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <sys/types.h>

namespace muster {

/// Which step of a new process failed.
enum class spawn_step : std::uint8_t {
  none,
  process,    ///< There could be no process.
  directory,  ///< It could not change to its directory.
  program,    ///< The program could not be run.
};

/// What a process is made of. All of it outlives the call.
struct spawn_request {
  const char* path = nullptr;
  char* const* arguments = nullptr;  ///< Ends with a null pointer, as the next one does.
  char* const* environment = nullptr;
  const char* directory = nullptr;  ///< Null for this process's own.
  int input = -1;                   ///< Descriptors above 2, of which it gets copies.
  int output = -1;
  int errors = -1;
};

struct spawned {
  pid_t process = -1;
  int descriptor = -1;  ///< Of the process (pidfd): readable when it has ended. The caller's.
  int error = 0;        ///< An errno when there is no process.
  spawn_step failed = spawn_step::none;
};

/// Starts processes. The process is the leader of a session and a group of its own, whose number is
/// its own; it is killed when the thread that started it ends.
class spawner {
 public:
  /// Throws std::bad_alloc when there is no memory.
  spawner();

  spawned spawn(const spawn_request& request);

  static constexpr std::size_t stack_bytes = 64 * 1024;

 private:
  std::unique_ptr<std::byte[]> stack_;  // for the new process, until it runs its program
};

}  // namespace muster
