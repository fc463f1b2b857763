#pragma once

#include "support/loopback.hpp"
#include "support/process.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster::test {

/// unbound on free ports of 127.0.0.1, with zones of its own and nobody to forward to: `lab.test`
/// with its SOA and some records, `bulk.test` where every name is 127.0.0.2 and ::1,
/// `refused.test` and `silent.test`.
class unbound_server {
 public:
  /// With a certificate and its key, both in PEM, it answers over TLS, too.
  explicit unbound_server(std::string certificate_pem = {})
      : certificate_pem_{std::move(certificate_pem)} {}

  /// False when it does not run. Another program may take a port between its choice and its use.
  bool started();
  std::uint16_t port() const { return port_; }
  std::uint16_t tls_port() const { return tls_port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// Of `long.lab.test`: more than a datagram of 512 bytes has room for.
  static constexpr unsigned long_answer_addresses = 60;
  /// Of `longer.lab.test`: more than one of 1,232 bytes.
  static constexpr unsigned longer_answer_addresses = 100;

 private:
  std::vector<std::string> command() const;

  const std::string certificate_pem_;
  temporary_directory directory_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
  std::optional<process> process_;
};

}  // namespace muster::test
