#pragma once

#include "process/new_process.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// What a process is made of.
struct spawn_request {
  const std::string& path;
  const std::vector<std::string>& arguments;
  const std::vector<std::string>& environment;  ///< On top of this process's.
  const std::string& directory;                 ///< Empty for this process's own.
  std::array<int, 3> streams{-1, -1, -1};       ///< What becomes 0, 1 and 2.
};

/// Texts as a new program takes them: an array of pointers with a null pointer at its end.
class text_block {
 public:
  void clear();
  void add(std::string_view text);
  char* const* pointers();

 private:
  std::string bytes_;
  std::vector<std::size_t> offsets_;
  std::vector<char*> pointers_;
};

/// Room for one new process until it runs its program: its stack, copies of what it is made of, and
/// the descriptors that it takes over.
class spawn_slot {
 public:
  /// `null_device` is a descriptor of /dev/null that outlives the slot. Gives null when there are
  /// too few descriptors left.
  static std::unique_ptr<spawn_slot> make(int null_device);
  spawn_slot(const spawn_slot&) = delete;
  spawn_slot& operator=(const spawn_slot&) = delete;
  ~spawn_slot();

  /// Starts a process here. Gives its number, and its pidfd in `descriptor`; or a negative errno.
  pid_t begin(const spawn_request& request, int& descriptor);

  /// Whether a process is still here.
  bool occupied() const { return occupant_.load(std::memory_order_acquire) != 0; }
  /// Waits for the process to leave, but not for long.
  void await_departure(std::chrono::nanoseconds wait_max) const;
  std::chrono::steady_clock::time_point began() const { return began_; }
  /// Tells one process that began here from others.
  std::uint64_t number() const { return number_; }

  /// Once the process has left: what it told.
  int error() const { return plan_.error; }
  spawn_step failed() const { return plan_.failed; }
  /// Whether anybody is still to ask for that.
  bool watched() const { return watched_; }
  void forget() { watched_ = false; }
  /// Lets go of what the process has taken over by now.
  void tidy();

 private:
  explicit spawn_slot(int null_device);
  bool take_descriptors();
  bool hand_over(const std::array<int, 3>& streams);
  void write_down(const spawn_request& request);

  static constexpr std::size_t stack_bytes = 32 * 1024;

  const std::unique_ptr<std::byte[]> stack_;
  const int null_device_;
  new_process plan_;
  std::string path_;
  std::string directory_;
  text_block arguments_;
  text_block shell_arguments_;
  text_block environment_;
  std::atomic<int> occupant_{0};  // the kernel writes 0 when the process has left
  std::chrono::steady_clock::time_point began_{};
  std::uint64_t number_ = 0;
  bool watched_ = false;
  bool tidy_ = true;
};

}  // namespace muster
