#pragma once

#include "support/simulated_sockets.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace muster::test {

/// Who rejects what can't be delivered.
inline const ip_address simulated_router = ip_address::from_v4(0x0a00'0001);

/// What this side knows of a socket by now, and its peer of what was said.
struct simulated_sockets::socket {
  int descriptor = -1;
  std::uint64_t id = 0;
  transport kind = transport::stream;
  endpoint to;
  endpoint own;
  conversation* known = nullptr;  // owned by the network
  std::uint64_t key = 0;
  bool is_watched = false;
  bool is_connected = false;
  bool has_failed = false;
  bool is_full = false;  // a send takes nothing
  bool has_end = false;
  bool keeps_errors = false;
  bool stamps = false;
  int error = 0;
  std::optional<icmp_error> rejection;
  std::string request;  // what has not been answered of it
  std::unique_ptr<simulated_tls> tls;
  bool is_greeted = false;
  bool is_deaf = false;  // takes nothing any more
  bool is_mute = false;  // says nothing any more
  timeline::time_point said_until{};
  // What arrived: pieces of a stream, or datagrams.
  std::deque<std::pair<timeline::time_point, std::string>> inbox;

  bool readable() const { return !inbox.empty() || has_end || has_failed; }
  bool writable() const { return has_failed || (is_connected && !is_full && !is_deaf); }
};

/// What is said at once, and what it is for.
struct simulated_sockets::flight {
  std::string bytes;
  timeline::time_point asked{};
  bool is_waited_for = true;
  bool is_last = false;     ///< It is the answer, and the stream ends behind it.
  bool secures = false;     ///< With it, the handshake is over.
  bool shows_flaw = false;  ///< It has all that there is to say against the server's TLS.
  std::string goodbye = {};
};

}  // namespace muster::test
