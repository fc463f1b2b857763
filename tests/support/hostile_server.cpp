// Strategy: a child process with one poll loop. A connection is a position in its script; what it
// waits for next (a request, room to write, the clock, or nothing) follows from that position
// alone.
#include "support/hostile_server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster::test {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t request_bytes_max = 64 * 1024;
constexpr std::string_view end_of_request = "\r\n\r\n";

class actor {
 public:
  actor(int socket, const hostile_script& script)
      : socket_{socket}, script_{&script}, asked_{!script.wait_for_request} {}

  int socket() const { return socket_; }
  short interest() const;
  std::optional<clock::time_point> wakes_at() const;
  /// Does what can be done now; false when the connection has been closed.
  bool play(short happened);

 private:
  bool paced() const { return script_->pace.count() > 0; }
  bool at_end() const { return times_ > script_->body_times; }
  const std::string& part() const { return times_ == 0 ? script_->head : script_->body; }
  bool read_request();
  bool send_some();
  void advance(std::size_t bytes);
  void end();

  int socket_;
  const hostile_script* script_;
  bool asked_;
  std::string request_;
  std::size_t times_ = 0;   // 0: in the head; n: in the nth body.
  std::size_t offset_ = 0;  // In that part.
  clock::time_point next_byte_ = clock::now();
};

short actor::interest() const {
  if (!asked_) return POLLIN;
  if (!at_end() && !paced()) return POLLIN | POLLOUT;
  return POLLIN;
}

std::optional<clock::time_point> actor::wakes_at() const {
  if (asked_ && !at_end() && paced()) return next_byte_;
  return std::nullopt;
}

/// Takes what the client sends, whatever it is; false when the client has gone.
bool actor::read_request() {
  std::array<char, 4096> buffer;
  const ssize_t n = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN;
  if (asked_) return n > 0;
  request_.append(buffer.data(), static_cast<std::size_t>(n));
  asked_ = n == 0 || request_.find(end_of_request) != std::string::npos ||
           request_.size() > request_bytes_max;
  return n > 0;
}

void actor::advance(std::size_t bytes) {
  offset_ += bytes;
  while (!at_end() && offset_ == part().size()) {
    offset_ = 0;
    ++times_;
  }
}

bool actor::send_some() {
  advance(0);  // Past an empty head.
  if (at_end()) return true;
  const std::size_t size = paced() ? 1 : part().size() - offset_;
  const ssize_t n = send(socket_, part().data() + offset_, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0) return errno == EAGAIN;
  advance(static_cast<std::size_t>(n));
  if (times_ == 1 && offset_ == 0 && script_->urgent) send(socket_, "!", 1, MSG_OOB | MSG_NOSIGNAL);
  next_byte_ = clock::now() + script_->pace;
  return true;
}

void actor::end() {
  if (script_->then == hostile_script::ending::reset) {
    linger at_once{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  close(socket_);
}

bool actor::play(short happened) {
  bool good = (happened & (POLLIN | POLLERR | POLLHUP)) == 0 || read_request();
  if (good && asked_ && !(paced() && clock::now() < next_byte_)) good = send_some();
  if (good && !(asked_ && at_end() && script_->then != hostile_script::ending::hold)) return true;
  end();
  return false;
}

int wait_time_ms(const std::vector<actor>& actors) {
  std::optional<clock::time_point> earliest;
  for (const auto& each : actors) {
    auto at = each.wakes_at();
    if (at && (!earliest || *at < *earliest)) earliest = at;
  }
  if (!earliest) return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(*earliest - clock::now()).count();
  return static_cast<int>(std::max<decltype(left)>(left, 0));
}

[[noreturn]] void serve(int listener, const hostile_script& script) {
  std::vector<actor> actors;
  std::vector<pollfd> watched;
  for (;;) {
    watched.clear();
    for (const auto& each : actors)
      watched.push_back({each.socket(), each.interest(), 0});
    const bool room = actors.size() < hostile_server::connections_max;
    watched.push_back({room ? listener : -1, POLLIN, 0});
    if (poll(watched.data(), watched.size(), wait_time_ms(actors)) < 0) continue;
    for (std::size_t i = actors.size(); i-- > 0;) {
      if (!actors[i].play(watched[i].revents)) actors.erase(actors.begin() + std::ptrdiff_t(i));
    }
    if ((watched.back().revents & POLLIN) == 0) continue;
    const int accepted = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) continue;
    actor fresh{accepted, script};
    if (fresh.play(0)) actors.push_back(std::move(fresh));
  }
}

}  // namespace

hostile_server::hostile_server(hostile_script script) { begin(script, listen_on_loopback(port_)); }

hostile_server::hostile_server(hostile_script script, int listener, std::uint16_t port)
    : port_{port} {
  begin(script, listener);
}

void hostile_server::begin(const hostile_script& script, int listener) {
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::system_error{errno, std::generic_category(), "fork"};
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    serve(listener, script);
  }
  close(listener);
}

hostile_server::~hostile_server() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace muster::test
