#pragma once

#include "codec/icmp_message.hpp"
#include "muster/resolver.hpp"
#include "net/echo_options.hpp"
#include "net/icmp_transport.hpp"
#include "net/sockets.hpp"
#include "net/timeline.hpp"

#include <cstdint>
#include <memory>

#include <asio/io_context.hpp>

namespace muster {

/// What a run has from outside: the time, chance, ways for ICMP messages to go, sockets, and names.
/// The system's, or a test's own.
class network {
 public:
  virtual ~network() = default;
  virtual timeline& time() = 0;
  /// A fresh random number, which nobody can guess.
  virtual std::uint64_t random() = 0;
  /// Throws std::system_error, with the remedy in its text when it is a matter of permission.
  virtual std::unique_ptr<icmp_transport> open_icmp(codec::ip_family family,
                                                    const echo_options& options) = 0;
  /// Throws std::system_error when there is no more to be had.
  virtual std::unique_ptr<sockets> open_sockets() = 0;
  /// Throws std::invalid_argument, naming the server or the option that makes no sense.
  virtual std::unique_ptr<lookup_source> open_names(const resolver_options& options) = 0;
};

/// The system's network. The io_context outlives it.
class system_network : public virtual network {
 public:
  explicit system_network(asio::io_context& context) : context_{context}, time_{context} {}

  timeline& time() override { return time_; }
  std::uint64_t random() override;
  std::unique_ptr<icmp_transport> open_icmp(codec::ip_family family,
                                            const echo_options& options) override;
  std::unique_ptr<sockets> open_sockets() override;
  std::unique_ptr<lookup_source> open_names(const resolver_options& options) override;

 private:
  asio::io_context& context_;
  system_timeline time_;
};

}  // namespace muster
