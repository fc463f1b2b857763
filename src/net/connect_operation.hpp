#pragma once

#include "net/connection.hpp"
#include "net/error_status.hpp"
#include "net/patient_step.hpp"

#include <chrono>
#include <coroutine>
#include <optional>

namespace muster {

/// `co_await connect_operation{…}`: makes a connection, and gives what became of it. Waits as long
/// as this machine is short of something, with the probe's clock stopped. When the probe's deadline
/// ended the wait, that is to be told by the deadline.
class connect_operation final : public patient_step {
 public:
  using duration = std::chrono::steady_clock::duration;

  /// All of them outlive the operation; `source` is where to connect from.
  connect_operation(connection& peer, shortage& scarce, probe_deadline& whole, const endpoint& to,
                    const std::optional<endpoint>& source)
      : patient_step{scarce, whole}, peer_{peer}, to_{to}, source_{source} {}

  bool await_ready();
  void await_suspend(std::coroutine_handle<> coroutine);
  outcome await_resume();
  void cancel() override;

  /// From the start of the connect that was made in the end to its outcome: where it succeeded, by
  /// the kernel's clocks if they can tell, else until the loop came by, without standstills.
  duration took() const { return took_; }

 private:
  enum class stage : std::uint8_t { failed, waiting_in_line, under_way, connected };

  void attempt();
  void proceed() override;

  connection& peer_;
  const endpoint to_;
  const std::optional<endpoint>& source_;
  std::coroutine_handle<> coroutine_;
  std::chrono::steady_clock::time_point started_{};
  duration paused_before_{0};
  duration took_{0};
  int error_ = 0;
  stage stage_ = stage::failed;
};

}  // namespace muster
