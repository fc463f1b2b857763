#pragma once

#include "cli/talk_peers.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace muster::test {

/// A proxy in Python, which knows what it was asked.
class recording_proxy {
 public:
  std::string url() const { return "http://127.0.0.1:" + python_.port(); }
  /// A request a line, its lines with `|` between them.
  std::string requests() const { return read_whole_file(directory_.file("requests")); }

 private:
  temporary_directory directory_;
  python_server python_{"http_proxy.py", {directory_.file("requests")}};
};

/// A real one, on a free port of 127.0.0.1, that opens ways to any port.
class tinyproxy_server {
 public:
  static bool available(std::string& why_not) {
    if (has_program("tinyproxy")) return true;
    why_not = "tinyproxy is not installed";
    return false;
  }

  /// `more`: further lines of its configuration.
  explicit tinyproxy_server(const std::string& more = {}) : port_{free_port()} {
    write_whole_file(directory_.file("conf"),
                     "Port " + std::to_string(port_) +
                         "\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\n" + "LogLevel Error\n" +
                         more);
    program_.emplace(std::vector<std::string>{"tinyproxy", "-d", "-c", directory_.file("conf")});
    if (!is_accepting(*program_, port_)) {
      throw std::runtime_error{"tinyproxy didn't start: " + program_->wait().err};
    }
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  temporary_directory directory_;
  std::uint16_t port_;
  std::optional<process> program_;
};

}  // namespace muster::test

#define MUSTER_NEED_TINYPROXY()                                                    \
  do {                                                                             \
    std::string why_not;                                                           \
    if (!muster::test::tinyproxy_server::available(why_not)) MUSTER_SKIP(why_not); \
  } while (false)
