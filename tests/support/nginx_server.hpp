#pragma once

#include "support/loopback.hpp"
#include "support/process.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::test {

/// A real nginx of the test's own, on a free port of 127.0.0.1. It serves
///
///     /                  200, a page titled "A muster of nginx"
///     /redirect          302 to /
///     /redirect-loop     302 to itself
///     /redirect-twice    302 to /redirect
///     /missing           404
///     /unavailable       503
///     /big               200, big_bytes of text
///     /host              200, the Host header as it was received
///
/// It runs as one process in the caller's network namespace and is stopped by the destructor.
class nginx_server {
 public:
  /// False, with the reason, where there is no nginx.
  static bool available(std::string& why_not);

  /// Returns once it accepts connections, on another port if somebody was faster to take the first.
  /// Throws std::runtime_error with nginx' own message when it can't, or doesn't within 10 s.
  nginx_server() : nginx_server{std::string{}} {}
  /// Over TLS, with a certificate, its key and those behind it in PEM, and further lines of its
  /// configuration.
  /// `tls`: what its `listen` says of that.
  explicit nginx_server(std::string certificate_pem, std::string more = {},
                        std::string tls = "ssl");

  std::uint16_t port() const { return port_; }
  /// `http://127.0.0.1:PORT`, or `https://`, and the path.
  std::string url(std::string_view path = "/") const;
  /// Whether there was such a request, as a line or a part of one, `METHOD URI STATUS
  /// "USER-AGENT"`. Waits for it, up to 10 s: nginx writes a request down after it has answered it.
  bool was_asked(std::string_view request) const;
  /// All of them so far.
  std::string requests() const { return read_whole_file(directory_.file("access.log")); }

  static constexpr std::size_t big_bytes = 3 * 1024 * 1024;
  static constexpr std::string_view title = "A muster of nginx";

 private:
  void write_files();
  bool start();
  std::string log() const { return read_whole_file(directory_.file("error.log")); }

  temporary_directory directory_;
  std::string certificate_pem_;
  std::string more_;
  std::string tls_;
  std::uint16_t port_ = 0;
  std::optional<process> nginx_;
};

}  // namespace muster::test

/// Skips a test where there is no nginx. With catch.hpp.
#define MUSTER_NEED_NGINX()                                                    \
  do {                                                                         \
    std::string why_not;                                                       \
    if (!muster::test::nginx_server::available(why_not)) MUSTER_SKIP(why_not); \
  } while (false)
