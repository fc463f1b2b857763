#pragma once

#include "net/deadline_queue.hpp"
#include "net/job.hpp"
#include "net/shortage.hpp"
#include "net/socket_poller.hpp"
#include "net/timeline.hpp"
#include "process/process_source.hpp"
#include "process/program_path.hpp"
#include "process/session_search.hpp"
#include "process/spawner.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <span>

#include <asio/io_context.hpp>

namespace muster {

/// What all child processes of a run share: one epoll for their pipes and their ends, deadlines,
/// and what is needed to start them.
class process_host final : public process_source {
 public:
  /// The io_context outlives the host. Throws std::system_error when the kernel has no epoll or
  /// descriptor left.
  explicit process_host(asio::io_context& context);
  process_host(const process_host&) = delete;
  process_host& operator=(const process_host&) = delete;
  /// Kills every process that has not ended; nobody is told.
  ~process_host() override;

  job_scope& jobs() { return scope_; }
  timeline& time() { return time_; }
  deadline_queue& deadlines() { return deadlines_; }
  socket_poller& streams() { return streams_; }
  /// How long this process has stood still, all in all, when whatever it hears of now had not
  /// happened yet.
  std::chrono::nanoseconds lost_before_news() const { return lost_before_; }
  shortage& scarce() { return scarce_; }
  std::unique_ptr<child> make_child(process_consumer& consumer) override;
  resource_waits waits() const override { return scarce_.waits(); }
  void rest() override { scarce_.rest(); }
  spawner& starter() { return spawner_; }
  program_paths& programs() override { return programs_; }
  session_search& sessions() { return sessions_; }
  void kill_marked() override { sessions_.kill_marked(); }
  /// Scratch space to read into; its contents last until the reader is suspended.
  std::span<char> read_buffer() { return read_buffer_; }
  /// /dev/null, for those who get no input.
  int null_device() const { return null_device_; }
  /// Waits, without the loop, for a process that was killed: 5 s at the most, and less after each
  /// one that did not end, so that many that the kernel holds do not hold us up for long.
  void await_end(int pidfd, std::chrono::milliseconds wait_max = std::chrono::seconds{5});

 private:
  void note_look();

  system_timeline time_;
  deadline_queue deadlines_;
  socket_poller streams_;
  std::chrono::nanoseconds lost_at_look_{0};  // when its processes were last looked at
  std::chrono::nanoseconds lost_before_{0};   // at the look before
  shortage scarce_;
  const int null_device_;
  spawner spawner_;
  program_paths programs_;
  session_search sessions_;
  std::array<char, 64 * 1024> read_buffer_;
  std::chrono::milliseconds patience_{5'000};  // for processes that were killed
  job_scope scope_;                            // last: its jobs use all of the above
};

}  // namespace muster
