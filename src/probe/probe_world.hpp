#pragma once

#include "net/network.hpp"
#include "process/process_host.hpp"
#include "process/process_source.hpp"

#include <memory>

#include <asio/io_context.hpp>

namespace muster {

/// All that probes have from outside: a network, and processes. The system's, or a test's own.
class probe_world : public virtual network {
 public:
  /// Throws std::system_error when the kernel has no epoll or descriptor left.
  virtual std::unique_ptr<process_source> open_processes() = 0;
};

/// This machine. The io_context outlives it.
class system_world final : public probe_world, public system_network {
 public:
  explicit system_world(asio::io_context& context) : system_network{context}, context_{context} {}

  std::unique_ptr<process_source> open_processes() override {
    return std::make_unique<process_host>(context_);
  }

 private:
  asio::io_context& context_;
};

}  // namespace muster
