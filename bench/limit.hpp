#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <netinet/in.h>

/// What the physical-limit programs share. They measure what the kernel of this machine can do when
/// the program around it does next to nothing, so they use nothing of muster and nothing of Asio.
namespace limit {

/// The usable addresses of an IPv4 block, in host byte order: all of a /31 or /32, otherwise
/// without the network and broadcast addresses, as the tools that are compared have it.
struct block {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// Reads `10.0.0.0/24`, or `10.0.0.1-10.0.3.9`, of which all count; ends the program with code 2 if
/// it isn't one.
block parse_block(const std::string& text);

/// What the programs take: `[--in-flight N] [--refused] [--listen] [BLOCK [PORT]]`.
struct options {
  std::size_t in_flight = 0;
  bool refused = false;  ///< Connect to a port where nothing listens.
  bool listen = false;   ///< Only serve, until killed.
  std::string block = {};
  std::uint16_t port = 0;  ///< 0: the program finds one.
};

/// Ends the program with code 2 and `usage` when the arguments make no sense.
options parse_options(int argc, char** argv, const char* usage, options defaults);

/// Ends the program with code 3 and the text of errno.
[[noreturn]] void die(const char* what);

using clock = std::chrono::steady_clock;

/// Prints `sent N received N seconds S rate R`; the rate is of answers in that time.
void report(std::uint64_t sent, std::uint64_t received, clock::duration taken);

sockaddr_in socket_address(std::uint32_t address, std::uint16_t port);

/// Raises the soft limit on open files to the hard one, as every tool with many sockets does.
void raise_open_files();

/// A listening TCP socket on every loopback address; `port` 0 lets the kernel choose.
int listen_tcp(std::uint16_t port);
std::uint16_t port_of(int socket);

/// A non-blocking TCP socket that is on its way to the given address, or -1 with errno.
int start_connect(std::uint32_t address, std::uint16_t port);
/// Closes with a reset, so that no port stays behind in TIME_WAIT.
void reset_and_close(int socket);

/// The fixed set of slots for what is in flight, with a free list.
class slots {
 public:
  explicit slots(std::size_t count);
  bool full() const { return free_.empty(); }
  bool idle() const { return free_.size() == sockets_.size(); }
  std::uint32_t take(int socket);
  int socket(std::uint32_t slot) const { return sockets_[slot]; }
  void give_back(std::uint32_t slot) { free_.push_back(slot); }

 private:
  std::vector<int> sockets_;
  std::vector<std::uint32_t> free_;
};

}  // namespace limit
