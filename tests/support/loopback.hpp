#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace muster::test {

/// A port of 127.0.0.1, drawn at random, that nobody uses for TCP or UDP just now. It is none of
/// those that the kernel gives to outgoing connections, so that no other test's socket gets it by
/// chance before it is used. Throws std::runtime_error where there is none.
std::uint16_t free_port();

/// A TCP port of 127.0.0.1 at which nobody listens, nor can as long as this lives: whoever connects
/// is refused. Throws std::system_error.
class closed_port {
 public:
  closed_port();
  closed_port(const closed_port&) = delete;
  closed_port& operator=(const closed_port&) = delete;
  ~closed_port();
  std::uint16_t number() const { return number_; }
  std::string text() const { return std::to_string(number_); }

 private:
  std::uint16_t number_ = 0;  // before the socket, which sets it
  int socket_;
};

/// A listening TCP socket on 127.0.0.1 with a port chosen by the kernel; never accepted from unless
/// the caller does. Throws std::system_error.
int listen_on_loopback(std::uint16_t& port);
/// The same on every IPv4 and IPv6 address of this machine: for network labs only.
int listen_everywhere(std::uint16_t& port);

/// Connects, sends `request`, and reads until the peer ends the stream, `bytes_max` have come or
/// time is up. Blocking, for tests of the helpers themselves and for waiting for servers.
struct exchange_result {
  bool connected = false;
  bool ended = false;  ///< The peer closed the stream in order.
  bool reset = false;  ///< The peer reset the connection.
  std::string received;
};
exchange_result exchange(std::uint16_t port, std::string_view request,
                         std::chrono::milliseconds timeout, std::size_t bytes_max = 1 << 20);

/// A directory of its own under the system's temporary directory, removed with its contents.
class temporary_directory {
 public:
  temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory();
  const std::filesystem::path& path() const { return path_; }
  std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Creates or replaces a file. Throws std::runtime_error.
void write_whole_file(const std::string& path, std::string_view text);
/// The same, for a file that its owner may run.
void write_program(const std::string& path, std::string_view text);
/// The file's contents; empty when there is no such file.
std::string read_whole_file(const std::string& path);

}  // namespace muster::test
