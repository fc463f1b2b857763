#pragma once

#include "support/loopback.hpp"
#include "support/process.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace muster::test {

/// chronyd at a free port of 127.0.0.1, which serves this machine's own clock and does not touch
/// it.
class chrony_server {
 public:
  /// `more`: lines for its configuration, such as `local stratum 10`.
  explicit chrony_server(std::string more) : more_{std::move(more)} {}

  /// False when it does not run, or is not installed.
  bool started();
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  const std::string more_;
  temporary_directory directory_;
  std::uint16_t port_ = 0;
  std::optional<process> process_;
};

}  // namespace muster::test
