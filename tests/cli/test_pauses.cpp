// A pause of muster's process, as by Ctrl-Z, is not charged to whoever is probed or run meanwhile.
//
// Strategy: each peer keeps whoever asks it waiting until it is told to answer. Each muster is
// stopped as soon as its peer was asked, all of them stay so for longer than their timeout, and
// then go on together; some peers answer within that pause, some after it, and some never. So one
// pause serves all kinds.
#include "cli/sweep.hpp"
#include "support/dns_server.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

// A SYN is sent again a second after the first one, and another time two seconds after that: when
// there is room for it is to be in between, and after the pause if that is what is tried.
constexpr auto timeout = 2'000ms;
constexpr auto pause_length = 2'100ms;
constexpr auto answer_delay = 150ms;
// As much of a standstill may be taken for a wait.
constexpr auto heartbeat = 500ms;
// How long it may take to start one and to have it ask.
constexpr auto start_max = 400ms;
// How late a busy machine may be to look.
constexpr auto lateness = 500ms;

void sleep_for(std::chrono::milliseconds time) {
  ::usleep(static_cast<useconds_t>(std::chrono::microseconds{time}.count()));
}

// ---- Peers

class slow_peer {
 public:
  slow_peer() = default;
  slow_peer(const slow_peer&) = delete;
  slow_peer& operator=(const slow_peer&) = delete;
  virtual ~slow_peer() = default;
  /// What muster is told to do, without its timeout.
  virtual std::vector<std::string> command() const = 0;
  /// Whether it was asked by now; doesn't wait for it.
  virtual bool asked() = 0;
  virtual void answer() = 0;
};

class descriptor {
 public:
  explicit descriptor(int taken = -1) : number_{taken} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(); }
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }
  void take(int taken) {
    close();
    number_ = taken;
  }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  REQUIRE(::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1);
  return address;
}

/// A listener whose queue is full, so that the kernel throws each SYN away until there is room.
class crowded_listener : public slow_peer {
 public:
  crowded_listener() : listener_{listen_on_loopback(port_)} {
    REQUIRE(::listen(listener_.get(), 0) == 0);
    filler_.take(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in to = address_of("127.0.0.1", port_);
    REQUIRE(::connect(filler_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  std::vector<std::string> command() const override {
    return {"sweep", "127.0.0.1", "--tcp", std::to_string(port_)};
  }
  bool asked() override {
    constexpr int syn_sent = 2;
    const std::string state = fmt::format(" 0100007F:{:04X} {:02X} ", port_, syn_sent);
    return contains(read_whole_file("/proc/net/tcp"), state);
  }
  void answer() override { filled_.take(::accept(listener_.get(), nullptr, nullptr)); }

 protected:
  /// Who connects from here on is refused; nobody else can have the port.
  void stop_listening() { REQUIRE(::shutdown(listener_.get(), SHUT_RD) == 0); }

 private:
  std::uint16_t port_ = 0;  // before the socket, which sets it
  descriptor listener_;
  descriptor filler_;
  descriptor filled_;
};

/// The same, but for whom there is no room is refused in the end.
class closing_listener final : public crowded_listener {
 public:
  void answer() override { stop_listening(); }
};

class http_peer final : public slow_peer {
 public:
  http_peer() : listener_{listen_on_loopback(port_)} {}
  std::vector<std::string> command() const override {
    return {"sweep", fmt::format("http://127.0.0.1:{}/", port_)};
  }
  bool asked() override {
    if (!client_.open()) {
      ::fcntl(listener_.get(), F_SETFL, O_NONBLOCK);
      client_.take(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    }
    std::array<char, 4096> request{};
    return client_.open() &&
           ::recv(client_.get(), request.data(), request.size(), MSG_DONTWAIT) > 0;
  }
  void answer() override {
    const std::string response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    ::send(client_.get(), response.data(), response.size(), MSG_NOSIGNAL);
  }

 private:
  std::uint16_t port_ = 0;  // before the socket, which sets it
  descriptor listener_;
  descriptor client_;
};

class udp_peer : public slow_peer {
 public:
  udp_peer() : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in own = address_of("127.0.0.1", 0);
    socklen_t size = sizeof own;
    auto* const base = reinterpret_cast<sockaddr*>(&own);
    REQUIRE(::bind(socket_.get(), base, size) == 0);
    REQUIRE(::getsockname(socket_.get(), base, &size) == 0);
    port_ = ntohs(own.sin_port);
  }
  std::vector<std::string> command() const override {
    return {"sweep", "127.0.0.1", "--udp", std::to_string(port_) + "=ping"};
  }
  bool asked() override {
    std::array<char, 16> question{};
    socklen_t size = sizeof from_;
    return ::recvfrom(socket_.get(), question.data(), question.size(), MSG_DONTWAIT,
                      reinterpret_cast<sockaddr*>(&from_), &size) > 0;
  }
  void answer() override {
    ::sendto(socket_.get(), "pong", 4, 0, reinterpret_cast<const sockaddr*>(&from_), sizeof from_);
  }

 private:
  descriptor socket_;
  std::uint16_t port_ = 0;
  sockaddr_in from_{};
};

/// The same, with something else to do for its host afterwards, within the same time.
class host_time_peer final : public udp_peer {
 public:
  std::vector<std::string> command() const override {
    std::vector<std::string> words = udp_peer::command();
    words.insert(words.end(), {"--udp", std::to_string(free_port()), "--max-per-host", "1",
                               "--host-timeout", fmt::format("{}ms", timeout.count())});
    return words;
  }
};

/// A name server, of a host that is there.
class name_peer final : public slow_peer {
 public:
  name_peer() : server_{context_}, host_{listen_on_loopback(port_)} {
    server_.on("slow.test", {.addresses = {*muster::ip_address::parse("127.0.0.1")}});
  }
  std::vector<std::string> command() const override {
    return {"sweep", "slow.test",          "-4", "--resolver", server_.address(),
            "--tcp", std::to_string(port_)};
  }
  bool asked() override { return server_.has_unread(); }
  void answer() override {
    while (server_.has_unread())
      context_.poll();
  }

 private:
  asio::io_context context_;
  dns_server server_;
  std::uint16_t port_ = 0;  // before the socket, which sets it
  descriptor host_;
};

/// A command that runs until it is told to end.
class command_peer : public slow_peer {
 public:
  command_peer() { REQUIRE(::mkfifo(path().c_str(), 0600) == 0); }
  ~command_peer() override {
    // One that nobody ever wrote to does not end by itself.
    const descriptor both{::open(path().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
  }
  std::vector<std::string> command() const override {
    return {"sweep", "127.0.0.1", "--exec", "sh -c 'exec cat " + path() + "'"};
  }
  bool asked() override {
    writer_.take(::open(path().c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    return writer_.open();
  }
  void answer() override { writer_.close(); }

 protected:
  std::string path() const { return directory_.file("pipe"); }

 private:
  temporary_directory directory_;
  descriptor writer_;
};

class task_peer final : public command_peer {
 public:
  std::vector<std::string> command() const override {
    return {"run", path(), "--lines", "--", "cat", "{}"};
  }
};

/// A host of a lab in which the kernel answers no echo request.
class echo_peer final : public slow_peer {
 public:
  explicit echo_peer(std::string host)
      : host_{std::move(host)}, socket_{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP)} {
    const sockaddr_in own = address_of(host_, 0);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
  }
  std::vector<std::string> command() const override { return {"sweep", host_, "--icmp"}; }
  bool asked() override {
    std::array<char, 1500> packet{};
    socklen_t size = sizeof from_;
    const ssize_t bytes = ::recvfrom(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr*>(&from_), &size);
    if (bytes <= static_cast<ssize_t>(sizeof(iphdr))) return false;
    message_.assign(packet.data() + sizeof(iphdr), static_cast<std::size_t>(bytes) - sizeof(iphdr));
    return message_.front() == ICMP_ECHO;
  }
  void answer() override {
    message_.front() = ICMP_ECHOREPLY;
    // RFC 1624: what its first word has less, the checksum has more.
    const auto at = [this](std::size_t i) {
      return unsigned{static_cast<unsigned char>(message_[i])};
    };
    unsigned sum = (at(2) << 8U | at(3)) + (ICMP_ECHO << 8U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    message_[2] = static_cast<char>(sum >> 8U);
    message_[3] = static_cast<char>(sum);
    ::sendto(socket_.get(), message_.data(), message_.size(), 0,
             reinterpret_cast<const sockaddr*>(&from_), sizeof from_);
  }

 private:
  std::string host_;
  descriptor socket_;
  sockaddr_in from_{};
  std::string message_;
};

// ---- A pause

enum class moment : std::uint8_t {
  during,  ///< The peer answers while muster is stopped.
  after,   ///< It answers once muster goes on.
  never,
};

/// Which clock the time is taken by that is reported of an answer.
enum class timed_by : std::uint8_t {
  kernel,  ///< By the kernel's, whatever muster was at.
  muster,  ///< By muster's, which stands still with it.
  end,     ///< By muster's if it was stopped at the time of the answer, otherwise by the real one.
};

/// A muster that is stopped while it waits for its peer.
struct paused_probe {
  paused_probe(std::function<std::unique_ptr<slow_peer>()> its_peer, moment when)
      : make_peer{std::move(its_peer)}, answers{when} {}

  /// Starts it, and stops it as soon as it has asked; anew if the machine was too busy for that to
  /// be soon.
  void start(std::chrono::milliseconds its_timeout = timeout) {
    constexpr int tries_max = 20;
    int tries = 0;
    do {
      child.reset();
      peer.reset();
      peer = make_peer();
      try_to_start(its_timeout);
    } while (asked_at - started_at > start_max && ++tries < tries_max);
  }
  void answer() {
    answered_at = clock_type::now();
    peer->answer();
  }

  void try_to_start(std::chrono::milliseconds its_timeout) {
    std::vector<std::string> arguments = peer->command();
    // Behind the word that says what to do.
    arguments.insert(arguments.begin() + 1,
                     {"--json", "--timeout", fmt::format("{}ms", its_timeout.count())});
    started_at = clock_type::now();
    child = std::make_unique<process>(muster_command(std::move(arguments)));
    while (!peer->asked() && child->running())
      ::usleep(500);
    asked_at = clock_type::now();
    child->send_signal(SIGSTOP);
  }

  std::function<std::unique_ptr<slow_peer>()> make_peer;
  std::unique_ptr<slow_peer> peer;
  moment answers;
  std::unique_ptr<process> child;
  clock_type::time_point started_at;
  clock_type::time_point asked_at;
  clock_type::time_point answered_at;
  clock_type::duration lived_on{0};  // from the end of the pause, at the most
};

using probes = std::vector<std::unique_ptr<paused_probe>>;

void answer_all(probes& all, moment when) {
  for (auto& one : all) {
    if (one->answers == when) one->answer();
  }
}

void note_ends(probes& all, clock_type::time_point pause_end) {
  for (std::size_t running = all.size(); running > 0;) {
    running = 0;
    for (auto& one : all) {
      if (one->lived_on.count() > 0) continue;
      if (one->child->running()) {
        ++running;
      } else {
        one->lived_on = clock_type::now() - pause_end;
      }
    }
    if (clock_type::now() > pause_end + 20s) return;
    ::usleep(5'000);
  }
}

/// Pauses all of them, each from when it has asked and all until the same time, and has them end.
void pause(probes& all) {
  for (auto& one : all)
    one->start();
  const auto last_stopped = clock_type::now();
  sleep_for(answer_delay);
  answer_all(all, moment::during);
  sleep_for(std::chrono::ceil<std::chrono::milliseconds>(last_stopped + pause_length -
                                                         clock_type::now()));
  const auto pause_end = clock_type::now();
  for (auto& one : all)
    one->child->send_signal(SIGCONT);
  sleep_for(answer_delay);
  answer_all(all, moment::after);
  note_ends(all, pause_end);
}

double milliseconds_of(clock_type::duration time) {
  return std::chrono::duration<double, std::milli>{time}.count();
}

/// What stands behind the key, or -1.
double number_of(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key);
  return at == text.npos ? -1 : std::stod(text.substr(at + key.size(), 20));
}

/// What is to be reported of one kind.
struct kind {
  const char* name;
  std::unique_ptr<slow_peer> (*make)();
  const char* answered;
  const char* silent;
  timed_by clock;
};

template <class Peer>
std::unique_ptr<slow_peer> make() {
  return std::make_unique<Peer>();
}

void check_time(const paused_probe& one, timed_by clock, const std::string& said) {
  const bool is_task = contains(said, R"("took_ms":)");
  const double took = number_of(said, is_task ? R"("took_ms":)" : R"("rtt_ms":)");
  const bool is_real =
      clock == timed_by::kernel || (clock == timed_by::end && one.answers == moment::after);
  if (is_real) {
    const double real = milliseconds_of(one.answered_at - one.asked_at);
    CHECK(took >= real);
    CHECK(took < milliseconds_of(one.answered_at - one.started_at + lateness));
  } else {
    CHECK(took >= 0);
    CHECK(took < milliseconds_of(timeout));
  }
}

void check(paused_probe& one, const kind& expected) {
  const auto result = one.child->wait();
  CAPTURE(expected.name, one.answers, result.out, result.err);
  const bool is_silent = one.answers == moment::never;
  const std::string status = is_silent ? expected.silent : expected.answered;
  CHECK(contains(result.out, R"("status":")" + status + '"'));
  if (is_silent) {
    CHECK(one.lived_on >= timeout - heartbeat - (one.asked_at - one.started_at));
  } else {
    check_time(one, expected.clock, result.out);
    CHECK_FALSE(contains(result.out, "host_timeout"));
  }
}

// Those last whose peers can't choose the time of their answer.
constexpr std::array kinds{
    kind{"HTTP", make<http_peer>, "up", "timeout", timed_by::kernel},
    kind{"UDP", make<udp_peer>, "up", "timeout", timed_by::kernel},
    kind{"host's time", make<host_time_peer>, "up", "timeout", timed_by::kernel},
    kind{"name", make<name_peer>, "up", "name_error", timed_by::muster},
    kind{"plugin", make<command_peer>, "up", "timeout", timed_by::end},
    kind{"task", make<task_peer>, "up", "timeout", timed_by::end},
    kind{"TCP", make<crowded_listener>, "up", "timeout", timed_by::muster},
    kind{"TCP refused", make<closing_listener>, "refused", "timeout", timed_by::muster}};

}  // namespace

TEST_CASE("what comes while muster is stopped counts, and what comes later has the whole rest") {
  probes all;
  for (const moment when : {moment::never, moment::during, moment::after}) {
    for (const kind& one : kinds)
      all.push_back(std::make_unique<paused_probe>(one.make, when));
  }
  pause(all);
  for (std::size_t i = 0; i < all.size(); ++i)
    check(*all[i], kinds[i % kinds.size()]);
}

TEST_CASE("an echo reply that comes while muster is stopped has the network's round trip") {
  MUSTER_NEED_LAB();
  lab::set_system_control("net.ipv4.icmp_echo_ignore_all", "1");
  probes all;
  const auto add = [&all](std::string host, moment when) {
    all.push_back(
        std::make_unique<paused_probe>([host] { return std::make_unique<echo_peer>(host); }, when));
  };
  add("127.0.0.2", moment::during);
  add("127.0.0.3", moment::after);
  add("127.0.0.4", moment::never);
  pause(all);
  check(*all[0], {"ICMP", nullptr, "up", "timeout", timed_by::kernel});
  // It took longer than the timeout, by the network's own clock.
  const auto late = all[1]->child->wait();
  CAPTURE(late.out);
  CHECK(contains(late.out, R"("status":"timeout","reason":"no_reply")"));
  check(*all[2], {"ICMP", nullptr, "up", "timeout", timed_by::kernel});
}

TEST_CASE("a name server's last try is not charged with a pause") {
  paused_probe one{make<name_peer>, moment::after};
  one.start(20s);
  // It was asked again by then, which it has four seconds for.
  one.child->send_signal(SIGCONT);
  sleep_for(3'000ms);
  one.child->send_signal(SIGSTOP);
  sleep_for(3'300ms);
  one.child->send_signal(SIGCONT);
  sleep_for(answer_delay);
  one.answer();
  const auto result = one.child->wait();
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, R"("status":"up")"));
}
