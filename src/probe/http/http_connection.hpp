#pragma once

#include "codec/http2_session.hpp"
#include "probe/prober.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

namespace muster {

/// A connection that requests go over: one, or one after the other where it is kept.
struct http_connection {
  http_connection(prober& shared, probe_deadline& whole) : stream{shared.open_stream(whole)} {}

  byte_stream stream;
  std::unique_ptr<codec::http2_session> http2;  ///< Null where HTTP/1 is spoken.
  bool was_used = false;                        ///< By a request before.
};

/// Connections that wait for another request to where they lead.
class kept_connections {
 public:
  /// It outlives them.
  explicit kept_connections(prober& owner) : owner_{owner} {}

  /// The one to this place that was used last and that its server has left open; nullptr if there
  /// is none. `whole` ends the steps on it.
  std::unique_ptr<http_connection> take(const std::string& place, probe_deadline& whole);
  /// The one that was kept first gives way where there are too many. Where this machine is short of
  /// something, it is closed.
  void keep(std::string place, std::unique_ptr<http_connection> one);
  void close_all() { waiting_.clear(); }

  static constexpr std::size_t kept_max = 1024;

 private:
  struct kept {
    std::size_t hash;
    std::string place;
    std::unique_ptr<http_connection> connection;
  };
  bool is_open(http_connection& one);

  prober& owner_;
  std::deque<kept> waiting_;  // the one that was kept last is the last
};

}  // namespace muster
