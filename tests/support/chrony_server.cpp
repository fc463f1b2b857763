#include "support/chrony_server.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster::test {
namespace {

using namespace std::chrono_literals;

/// Whether somebody answers a client's question at this port within a second or so.
bool answers_time(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(port);
  std::array<char, 48> question{'\x23'};
  bool answered = false;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    for (int tried = 0; tried < 50 && !answered; ++tried) {
      question[40] = static_cast<char>(tried + 1);
      (void)::send(socket, question.data(), question.size(), 0);
      pollfd one{socket, POLLIN, 0};
      if (::poll(&one, 1, 20) <= 0) continue;
      answered = ::recv(socket, question.data(), question.size(), 0) == 48;
      if (!answered) ::usleep(20'000);
    }
  }
  ::close(socket);
  return answered;
}

}  // namespace

bool chrony_server::started() {
  const passwd* const user = ::getpwuid(::geteuid());
  if (!user) return false;
  for (int tried = 0; tried < 20; ++tried) {
    port_ = free_port();
    const std::string path = directory_.file("chrony.conf");
    std::ofstream{path} << "bindaddress 127.0.0.1\nport " << port_
                        << "\ncmdport 0\nbindcmdaddress /\nallow 127.0.0.0/8\npidfile "
                        << directory_.file("chronyd.pid") << '\n'
                        << more_ << '\n';
    // -x leaves the clock alone, -d stays in the foreground, and -U does not ask for root.
    process_.emplace(
        std::vector<std::string>{"chronyd", "-x", "-d", "-U", "-u", user->pw_name, "-f", path});
    if (process_->wait_for_error_output("starting", 20s) && answers_time(port_)) return true;
  }
  return false;
}

}  // namespace muster::test
