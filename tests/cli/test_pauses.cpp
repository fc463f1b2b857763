// A pause of muster's process, as by Ctrl-Z, is not charged to whoever is probed or run meanwhile.
//
// Strategy: each peer keeps whoever asks it waiting until it is told to answer. Each muster is
// stopped as soon as its peer was asked, all of them stay so for longer than their timeout, and
// then go on together; some peers answer within that pause, some after it, and some never. So one
// pause serves all kinds.
#include "cli/slow_peers.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

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
  if constexpr (std::is_same_v<Peer, host_time_peer>) {
    return std::make_unique<Peer>(timeout);
  } else {
    return std::make_unique<Peer>();
  }
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
