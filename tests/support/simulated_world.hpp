#pragma once

#include "probe/probe_world.hpp"
#include "support/simulated_names.hpp"
#include "support/simulated_processes.hpp"
#include "support/simulated_sockets.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include <asio/io_context.hpp>

namespace muster::test {

/// Clocks that stand still until a test moves them.
class fake_timeline final : public timeline {
 public:
  time_point now() const override { return now_; }
  wall_time wall() const override { return wall_time{now_.time_since_epoch() + wall_ahead_}; }
  std::unique_ptr<alarm> make_alarm(std::function<void()> ring) override;

  /// Goes on to the next time that an alarm is set for, and rings it. False if none is set.
  bool ring_next();
  /// Lets time go by without ringing anything, as while a system call runs.
  void pass(std::chrono::nanoseconds by) { now_ += by; }
  /// Lets the wall clock jump.
  void jump_wall(std::chrono::nanoseconds by) { wall_ahead_ += by; }

 private:
  class fake_alarm;
  using setting = std::pair<time_point, std::uint64_t>;  // in the order in which they were set

  time_point now_{std::chrono::hours{1000}};
  std::chrono::nanoseconds wall_ahead_{std::chrono::hours{24 * 365}};
  std::map<setting, fake_alarm*> set_;
  std::uint64_t settings_ = 0;
};

/// How a simulated network treats what is sent, as probabilities of each request.
struct network_weather {
  double lost = 0;
  double duplicated = 0;
  double late = 0;       ///< Its reply comes after `late_by`.
  double corrupted = 0;  ///< A bit of its reply is flipped.
  double truncated = 0;  ///< Its reply is cut short.
  double foreign = 0;    ///< Its reply comes from another address.
  double forged = 0;     ///< A reply with the right numbers and the wrong cookie comes as well.
  double shortened = 0;  ///< Its reply is whole, but holds only the first of the bytes asked for.
  double altered = 0;    ///< The last byte of such a reply is another one.
  double rejected = 0;   ///< A router answers with an ICMP error.
  double shortage = 0;   ///< The system refuses the request for now (ENOBUFS).
  double refused = 0;    ///< The system refuses the request for good (EPERM).
  std::chrono::nanoseconds delay_min = std::chrono::microseconds{50};
  std::chrono::nanoseconds delay_max = std::chrono::milliseconds{200};  ///< Also reorders.
  std::chrono::nanoseconds late_by = std::chrono::seconds{5};
  std::size_t shortened_to = 64;  ///< Bytes of such a reply, from the ICMP header on.
  /// Replies that may wait to be received; further ones are dropped.
  std::size_t receive_queue_max = 100'000;
};

/// What became of the requests to one address, as the network knows it.
struct traffic {
  std::vector<timeline::time_point> sent;
  /// An intact reply from the right address was handed over, this long after its request.
  std::vector<std::chrono::nanoseconds> answered;
  std::uint64_t rejections = 0;
};

/// A made-up world in which everything is decided by a seed: IPv4 as through a raw socket.
class simulated_world final : public probe_world {
 public:
  simulated_world(std::uint64_t seed, network_weather weather);

  fake_timeline& time() override { return time_; }
  std::uint64_t random() override { return chance_(); }
  std::unique_ptr<icmp_transport> open_icmp(codec::ip_family family,
                                            const echo_options& options) override;
  std::unique_ptr<sockets> open_sockets() override;
  std::unique_ptr<lookup_source> open_names(const resolver_options& options) override;
  std::unique_ptr<process_source> open_processes() override;

  /// Runs `context` on this network's time until `done`, or until nothing is left to happen. False
  /// in the latter case.
  bool run(asio::io_context& context, const std::function<bool()>& done);

  const std::map<ip_address, traffic>& traffic_by_address() const { return traffic_; }
  /// When each request was sent, in order.
  const std::vector<timeline::time_point>& sends() const { return sends_; }
  /// Called for each request that is being sent.
  std::function<void(ip_address)> on_send;
  /// A host that answers, and says of its neighbours that they are unreachable. It quotes requests
  /// as they should look, going by the one that it got itself: with each sequence number that is so
  /// near to its own.
  std::optional<ip_address> liar;
  int lies_about = 0;
  int neighbours_of_liar = 50;  ///< On both sides of it.
  bool liar_peeks = false;  ///< It knows the sequence numbers of those who were asked before it.
  /// How far the time stamps of arrivals are off, as when the system's clock was set.
  std::chrono::nanoseconds stamps_off{0};

  /// How requests fare from now on.
  void turn_weather(const network_weather& to) { weather_ = to; }

  /// How connections and datagrams fare, and what the hosts say to them: at first, an empty page.
  peer_weather peers;
  /// How it is at certain hosts instead.
  std::map<ip_address, peer_weather> peers_at;
  simulated_server server;
  std::map<std::uint16_t, simulated_port> ports;
  /// What became of them, by host and port, in the order in which they were begun.
  std::map<std::pair<ip_address, std::uint16_t>, std::deque<conversation>> conversations;
  /// How name servers answer, and the addresses that names have.
  names_weather name_servers;
  std::map<std::string, ip_address, std::less<>> names;
  /// What names have beside those.
  std::map<std::string, std::vector<ip_address>, std::less<>> further_addresses;
  /// What was said of each name last.
  std::map<std::string, looked_up, std::less<>> lookups;
  /// How processes fare, and what became of them, by the last word of their commands.
  processes_weather processes;
  std::map<std::string, std::deque<process_run>, std::less<>> process_runs;
  std::size_t process_count = 0;
  std::size_t processes_peak = 0;
  std::size_t open_socket_count = 0;
  std::size_t open_sockets_peak = 0;

  bool happens(double probability);
  std::chrono::nanoseconds delay(std::chrono::nanoseconds least, std::chrono::nanoseconds most);
  std::chrono::nanoseconds peer_delay(const peer_weather& weather) {
    return delay(weather.delay_min, weather.delay_max);
  }
  const peer_weather& peers_of(const ip_address& host) const {
    const auto own = peers_at.find(host);
    return own == peers_at.end() ? peers : own->second;
  }

 private:
  class transport;

  std::chrono::nanoseconds delay() { return delay(weather_.delay_min, weather_.delay_max); }

  fake_timeline time_;
  std::mt19937_64 chance_;
  network_weather weather_;
  std::map<ip_address, traffic> traffic_;
  std::vector<timeline::time_point> sends_;
};

}  // namespace muster::test
