#pragma once

#include "codec/http_response_reader.hpp"
#include "net/error_status.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace muster {

/// A way to a server that a proxy is asked for (CONNECT, RFC 9110, 9.3.6), without the waiting.
class proxy_tunnel {
 public:
  using clock = std::chrono::steady_clock;

  /// `headers`: for the proxy, each with its end. Throws as `codec::write_connect_request` does.
  proxy_tunnel(std::string_view authority, std::string_view user_agent, std::string_view headers);

  std::string_view request() const { return request_; }
  /// All of it has left.
  void sent(clock::time_point at) { asked_ = at; }
  /// Bytes of the proxy reached this machine then; none when it has closed the connection. Returns
  /// what is wrong with its answer: `up` while nothing is.
  outcome received(std::string_view bytes, clock::time_point arrived);
  /// Whether all that is sent from here on goes to the server.
  bool is_open() const { return is_open_; }

  /// From the request being sent to the end of the answer; negative while there is none.
  std::chrono::nanoseconds took() const { return took_; }
  /// When that end came.
  clock::time_point answered() const { return asked_ + took_; }
  const codec::http_response& answer() const { return answer_; }
  /// What came right behind the answer is the server's.
  const std::string& first_words() const { return first_words_; }

 private:
  std::string request_;
  // No answer has a body: of one that opens the way, it would be the server's (RFC 9110, 9.3.6), of
  // any other nobody's concern.
  codec::http_response_reader answer_{true};
  std::string first_words_;
  clock::time_point asked_{};
  std::chrono::nanoseconds took_{-1};
  bool is_open_ = false;
};

}  // namespace muster
