#pragma once

#include "codec/icmp_message.hpp"
#include "net/echo_options.hpp"

#include <cstddef>
#include <cstdint>

namespace muster {

/// An ICMP socket fresh from the kernel.
struct opened_icmp_socket {
  int descriptor;
  icmp_socket_mode mode;
  std::uint16_t first_id;  ///< The lowest id to use.
  std::size_t ids;         ///< How many; a datagram socket has one.
};

/// Opens, binds and configures ICMP sockets of one family.
class icmp_opener {
 public:
  /// The options outlive the opener.
  icmp_opener(codec::ip_family family, const echo_options& options);

  /// How many ids, each with 65,536 sequence numbers, the probes in flight need.
  std::size_t ids_wanted() const { return ids_; }
  /// Opens a datagram socket where that is allowed and one is enough, else a raw one with a filter
  /// that passes only what concerns its ids, which begin near `random_id`; else a datagram one,
  /// which `open_another` adds to. Throws std::system_error.
  opened_icmp_socket open(std::uint16_t random_id) const;
  /// Opens one more datagram socket.
  opened_icmp_socket open_another() const;

 private:
  opened_icmp_socket configure(int descriptor, icmp_socket_mode mode,
                               std::uint16_t random_id) const;

  codec::ip_family family_;
  const echo_options& options_;
  std::size_t ids_;
};

}  // namespace muster
