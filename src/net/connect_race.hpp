#pragma once

#include "net/byte_stream.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace muster {

/// Attempts to connect to the addresses of a host, one after the other, of which the first that is
/// connected counts (RFC 8305, 5). Lives as long as the step that it is a part of.
class byte_stream::connect_step::race final : private deadline {
 public:
  /// Two addresses or more, in the order in which they are tried.
  race(connect_step& owner, endpoint& to, std::span<const ip_address> addresses);
  ~race();

  /// The wait between two attempts of which the first has not failed yet: the Connection Attempt
  /// Delay.
  static constexpr std::chrono::milliseconds attempt_delay{250};

  /// Begins what is due.
  wait go_on();
  scarce_resource missing() const { return missing_; }
  /// What it came to: the connection, which is the stream's then, or of all failures the one that
  /// says most.
  connected result();

 private:
  struct attempt;

  bool begin_next();
  void wait_for_next(deadline_queue::duration length);
  void told(const attempt& one);
  void conclude(attempt& one, const call& made);
  void on_deadline(ending why) override;

  connect_step& owner_;
  endpoint& to_;
  const std::span<const ip_address> addresses_;
  std::size_t next_ = 0;
  bool is_due_ = true;  // the next, if there is one
  std::vector<std::unique_ptr<attempt>> under_way_;
  scarce_resource missing_ = scarce_resource::none;
  struct failure {
    connected end;
    ip_address address;
  };
  std::optional<connected> won_;
  std::optional<failure> failed_;  // what says most
  std::optional<failure> lacked_;  // what the next one was short of
};

}  // namespace muster
