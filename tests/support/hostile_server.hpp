#pragma once

#include "support/loopback.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/types.h>

namespace muster::test {

/// What a server does with each connection: it may wait for a request, sends `head`, then `body`
/// again and again, and then ends in one of three ways.
struct hostile_script {
  enum class ending : std::uint8_t {
    hold,   ///< Silence, with the connection open.
    close,  ///< The stream ends in order.
    reset,  ///< The connection is reset.
  };

  bool wait_for_request = true;  ///< Read up to an empty line before doing anything.
  std::string head = {};         ///< Sent once.
  std::string body = {};         ///< Sent `body_times` after it.
  std::size_t body_times = 0;    ///< `endless` for no end.
  bool urgent = false;           ///< A byte of TCP's urgent data goes between head and body.
  /// Not zero: one byte at a time, with this much time between them.
  std::chrono::milliseconds pace{0};
  ending then = ending::close;

  static constexpr std::size_t endless = SIZE_MAX;

  static hostile_script silent();          ///< Accepts and never says a word.
  static hostile_script closes_at_once();  ///< The stream ends before a byte.
  static hostile_script resets_at_once();  ///< Reset straight after accepting.
  static hostile_script endless_headers();
  static hostile_script endless_body();      ///< Until the client goes away; no Content-Length.
  static hostile_script endless_chunks();    ///< The same in chunks.
  static hostile_script slow_bytes();        ///< A correct response, one byte each 100 ms.
  static hostile_script garbage();           ///< Not HTTP: zero bytes, escapes, bytes above 0x7f.
  static hostile_script truncated_body();    ///< Content-Length says 1000, 10 come, then the end.
  static hostile_script resets_in_body();    ///< The same, ended by a reset.
  static hostile_script control_title();     ///< A title with terminal escapes and line ends.
  static hostile_script redirect_to_self();  ///< 302 to /, always.
  static hostile_script redirect_to(std::string location);
  static hostile_script huge_length();        ///< Content-Length 2^63-1, then silence.
  static hostile_script head_then_silence();  ///< Headers without their end, then silence.
  static hostile_script urgent_in_body();  ///< A correct response, but for a byte of urgent data.
};

/// A child process that plays one script to everyone who connects to its port, many at once; by
/// default that is one of 127.0.0.1. It ends with this object.
class hostile_server {
 public:
  explicit hostile_server(hostile_script script);
  /// On another socket than one of loopback: one that listens at `port`, and is the server's now.
  hostile_server(hostile_script script, int listener, std::uint16_t port);
  hostile_server(const hostile_server&) = delete;
  hostile_server& operator=(const hostile_server&) = delete;
  ~hostile_server();

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

  static constexpr std::size_t connections_max = 1000;

 private:
  void begin(const hostile_script& script, int listener);

  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace muster::test
