#include "support/seeded_sweep.hpp"

#include "codec/websocket_upgrade.hpp"
#include "engine/sweep_engine.hpp"
#include "muster/probe/exec.hpp"
#include "muster/probe/grpc.hpp"
#include "muster/probe/http.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/ntp.hpp"
#include "muster/probe/tcp.hpp"
#include "muster/probe/udp.hpp"
#include "muster/probe/websocket.hpp"
#include "net/deadline_queue.hpp"
#include "probe/plan_slots.hpp"
#include "support/http2_frames.hpp"
#include "support/simulated_world.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <asio/co_spawn.hpp>
#include <fmt/format.h>

namespace muster::test {
namespace {

using namespace std::chrono_literals;

constexpr auto timeout = 1s;
constexpr std::uint16_t http_port = 8080;

class chances {
 public:
  explicit chances(std::uint64_t seed) : engine_{seed} {}
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  /// A probability: every other time none, else up to `most`.
  double some(double most) {
    return one_in(2) ? 0 : most * std::generate_canonical<double, 32>(engine_);
  }

 private:
  std::mt19937_64 engine_;
};

network_weather echo_weather(chances& chance) {
  network_weather weather;
  weather.lost = chance.some(0.5);
  weather.duplicated = chance.some(0.5);
  weather.late = chance.some(0.3);
  weather.corrupted = chance.some(0.3);
  weather.rejected = chance.some(0.3);
  weather.shortage = chance.some(0.3);
  weather.delay_max = 1ms * (1 + chance.below(1500));
  return weather;
}

peer_weather peers_weather(chances& chance) {
  peer_weather weather;
  weather.silent = chance.some(0.4);
  weather.refused = chance.some(0.4);
  weather.rejected = chance.some(0.3);
  weather.at_once = chance.some(0.2);
  weather.no_route = chance.some(0.1);
  weather.lost = chance.some(0.3);
  weather.reset = chance.some(0.3);
  weather.cut = chance.some(0.3);
  weather.stalled = chance.some(0.3);
  weather.dripped = chance.some(0.8);
  weather.short_sends = chance.some(0.5);
  weather.spurious = chance.some(0.3);
  weather.no_descriptor = chance.some(0.2);
  weather.no_port = chance.some(0.2);
  weather.no_watch = chance.some(0.2);
  weather.no_memory = chance.some(0.3);
  weather.delay_max = 1ms * (1 + chance.below(900));
  weather.lost_for = 1ms * (200 + chance.below(1000));
  return weather;
}

names_weather servers_weather(chances& chance) {
  names_weather weather;
  weather.known = chance.some(0.5);
  weather.queued = chance.some(0.5);
  weather.silent = chance.some(0.3);
  weather.denied = chance.some(0.3);
  weather.broken = chance.some(0.3);
  weather.unusable = chance.some(0.2);
  weather.delay_max = 1ms * (1 + chance.below(1200));
  return weather;
}

processes_weather machine_weather(chances& chance) {
  processes_weather weather;
  weather.waits = chance.some(0.3);
  weather.missing = chance.some(0.1);
  weather.endless = chance.some(0.2);
  weather.deaf = chance.some(0.5);
  weather.killed = chance.some(0.2);
  weather.silent = chance.some(0.3);
  weather.delay_max = 1ms * (1 + chance.below(1200));
  return weather;
}

/// What an NTP server of stratum 1 says, for which it is always the same time.
std::string tell_time(std::string_view question) {
  constexpr std::size_t random_at = 40;
  constexpr std::size_t random_bytes = 8;
  std::string answer(question.size(), '\1');
  answer.front() = '\x24';
  return answer.replace(24, random_bytes, question.substr(random_at, random_bytes));
}

/// What a server says that goes over to WebSocket.
std::string upgrade(std::string_view request) {
  constexpr std::string_view name = "Sec-WebSocket-Key: ";
  const auto at = request.find(name) + name.size();
  const std::string_view key = request.substr(at, request.find('\r', at) - at);
  return fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n\r\n",
      codec::websocket_accept(key));
}

/// Whether a request over HTTP/2 ends here: nothing is said to the acknowledgements after it.
bool ends_http2_request(std::string_view frames) {
  constexpr std::size_t frame_header_bytes = 9;
  bool is_last = false;
  while (frames.size() >= frame_header_bytes) {
    const auto byte = [frames](std::size_t at) -> std::size_t {
      return static_cast<unsigned char>(frames[at]);
    };
    const std::size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
    const bool is_of_request = byte(3) == http2::headers_type || byte(3) == http2::data_type;
    is_last = is_of_request && (byte(4) & http2::end_stream) != 0;
    if (frames.size() - frame_header_bytes < size) return false;
    frames.remove_prefix(frame_header_bytes + size);
  }
  return is_last && frames.empty();
}

/// A page over HTTP/2, or a call's answer, with frames in between that are of the connection.
std::optional<std::string> say_http2(simulated_world& network, std::string_view request) {
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if (request.size() < preface.size()) return {};
  if (!ends_http2_request(request.substr(preface.size()))) return {};
  std::string text = http2::settings() + http2::headers({{":status", "200"}});
  const bool is_call = request.find("a.Service") != request.npos;
  if (is_call) text += http2::content(std::string_view{"\0\0\0\0\2\x08\1", 7});
  for (auto frames = is_call ? 0 : network.random() % 5; frames > 0; --frames) {
    text += http2::content(std::string(network.random() % 700, 'x'));
    if (network.random() % 2 == 0) text += http2::ping();
  }
  return text + http2::headers({{"grpc-status", "0"}}, http2::end_headers | http2::end_stream);
}

/// A page, with its length or in chunks, for a whole request; "answer" or the time for a datagram.
std::optional<std::string> say(simulated_world& network, std::string_view request) {
  if (request == "question") return "answer";
  if (request.starts_with('\x23')) return tell_time(request);
  if (request.starts_with("PRI ")) return say_http2(network, request);
  if (!request.ends_with("\r\n\r\n")) return {};
  if (request.find("\r\nUpgrade: websocket\r\n") != request.npos) return upgrade(request);
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (auto lines = network.random() % 4; lines > 0; --lines)
    head += fmt::format("X-{}: {}\r\n", lines, network.random());
  const std::string body(network.random() % 3'000, 'x');
  if (network.random() % 2 == 0) {
    return fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body.size(), body);
  }
  std::string text = head + "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 700) {
    const std::string_view piece = std::string_view{body}.substr(at, 700);
    text += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  }
  return text + "0\r\n\r\n";
}

sweep_options options_of(chances& chance) {
  sweep_options options;
  options.rate = chance.one_in(8) ? 200 : 0;
  options.probe.timeout = timeout;
  options.probe.in_flight_max = 1 + chance.below(40);
  options.per_host_max = chance.below(4);
  options.ordered = chance.one_in(3);
  if (chance.one_in(4)) options.retries = 1 + static_cast<unsigned>(chance.below(3));
  if (chance.one_in(8)) options.host_timeout = 1700ms;
  if (chance.one_in(16)) options.min_up = 5;
  const auto kinds = 1 + chance.below(63);
  options.plan.of<icmp_spec>().is_asked = (kinds & 1) != 0;
  if ((kinds & 2) != 0) options.plan.of<tcp_spec>().ports = {22, 80};
  if ((kinds & 4) != 0) options.plan.of<http_spec>().urls = {"http://{}:8080/"};
  // What HTTP/2 is spoken to at once has to know.
  options.plan.of<http_spec>().versions.http1 = chance.one_in(2);
  if ((kinds & 32) != 0) options.plan.of<grpc_spec>().checks = {{50051, "a.Service"}};
  if ((kinds & 8) != 0) options.plan.of<udp_spec>().questions = {{53, "question"}};
  if ((kinds & 16) != 0) {
    options.plan.of<exec_spec>().commands = {{"true", "{}"}};
    options.processes_max = 1 + chance.below(8);
  }
  return options;
}

struct told {
  std::uint64_t sequence;
  probe_kind kind;
  ip_address address;
  std::uint16_t port;
  muster::status status;
  muster::reason reason;
  std::chrono::nanoseconds rtt;
  std::chrono::nanoseconds resolve;  ///< What of it was the lookup.
  std::string host;                  ///< Empty for an address.
};

class seeded_sweep {
 public:
  explicit seeded_sweep(std::uint64_t seed)
      : chance_{seed}, network_{seed, echo_weather(chance_)}, options_{options_of(chance_)} {
    options_.plan.of<ntp_spec>().is_asked = seed % 3 == 2;
    if (seed % 6 == 3) options_.plan.of<websocket_spec>().urls = {"ws://{}:8081/"};
    if (seed % 4 == 3) add_stages(seed);
    network_.peers = peers_weather(chance_);
    // Who waits until an acknowledgement leaves may miss what has come meanwhile.
    if (!options_.plan.of<http_spec>().versions.http1 ||
        !options_.plan.of<grpc_spec>().checks.empty()) {
      network_.peers.short_sends = 0;
    }
    network_.server = [this](std::string_view request) { return say(network_, request); };
    targets_.add_text("10.1.0.0/28");
    targets_.add_text("10.2.0.7");
    network_.name_servers = servers_weather(chance_);
    network_.processes = machine_weather(chance_);
    if (chance_.one_in(2)) return;
    for (std::uint32_t i = 0; i < 8; ++i) {
      const std::string name = fmt::format("h{}.test", i);
      if (i > 0) network_.names[name] = ip_address::from_v4(0x0a03'0000 + i);
      targets_.add_text(name);
    }
  }

  seeded_verdict run() {
    engine_ = std::make_unique<sweep_engine>(
        context_, network_, options_, targets_, [this](const probe_result& one) {
          const auto* const http = one.details.get<http_details>();
          const auto resolve = http ? std::max(http->resolve, 0ns) : 0ns;
          told_.push_back({one.sequence, one.kind, one.address, one.port, one.status, one.reason,
                           one.rtt, resolve, std::string{one.subject.host()}});
          // A standstill in the middle of whatever the loop is at.
          if (told_.size() == pause_at_) pause();
        });
    asio::co_spawn(context_, engine_->run(), [this](std::exception_ptr failure, sweep_summary sum) {
      if (failure) return fault("an exception");
      summary_ = std::move(sum);
    });
    const auto disturbance = chance_.below(6);
    const auto after = chance_.below(300);
    if (disturbance < 3) {
      for (std::uint64_t i = 0; i < after && step(); ++i) {
      }
    }
    if (disturbance == 0) return abandon();
    if (disturbance == 1) return stop();
    if (disturbance == 2) pause();
    if (disturbance == 3) pause_at_ = 1 + chance_.below(60);
    finish();
    check_truth();
    return end();
  }

 private:
  /// HTTP on the ports found open, and something more of hosts that were found.
  void add_stages(std::uint64_t seed) {
    options_.plan.then.emplace_back().of<http_spec>().urls = {"http://{}/"};
    if (seed % 8 == 3) options_.plan.then.back().of<udp_spec>().questions = {{53, "question"}};
    if (seed % 16 == 3) options_.plan.then.emplace_back().of<icmp_spec>().is_asked = true;
    slots_.emplace(options_.plan, false);
  }
  void pause() {
    stood_still_ = true;
    network_.time().pass(1ms * chance_.below(20'000));
  }
  bool step() {
    context_.restart();
    return context_.poll_one() > 0 || network_.time().ring_next();
  }
  void finish() {
    network_.run(context_, [this] { return summary_.has_value(); });
  }
  seeded_verdict abandon() {
    const std::size_t before = told_.size();
    engine_.reset();
    if (told_.size() != before) fault("told of something after it was abandoned");
    check_sockets();
    return {told_.size(), faults_};
  }
  seeded_verdict stop() {
    engine_->stop(reason::interrupted);
    const auto stopped = network_.time().now();
    finish();
    const exec_spec& programs = options_.plan.of<exec_spec>();
    const auto grace = programs.commands.empty() ? 0ns : programs.grace;
    if (network_.time().now() - stopped > grace + 2ms) fault("took its time to stop");
    return end();
  }
  seeded_verdict end() {
    check_accounts();
    engine_.reset();
    check_sockets();
    return {told_.size(), faults_};
  }

  void fault(std::string_view what) { faults_.append(what) += '\n'; }
  void fault(std::string_view what, const told& one) {
    fault(fmt::format("{}: {} {} {}:{} {} {} {} ns", what, one.sequence, to_string(one.kind),
                      one.address.to_string(), one.port, to_string(one.status),
                      to_string(one.reason), one.rtt.count()));
  }

  void check_accounts() {
    if (!summary_) return fault("did not come to an end");
    std::map<std::uint64_t, int> times;
    for (const told& one : told_)
      ++times[one.sequence];
    if (times.size() != told_.size()) fault("told twice of something");
    if (summary_->asked != told_.size()) fault("asked for more, or less, than it told of");
    if (summary_->totals.total() != told_.size()) fault("counted more, or less, than it told of");
    if (slots_) check_stages(times);
    if (options_.ordered && !std::ranges::is_sorted(told_, std::less{}, &told::sequence)) {
      fault("not in order");
    }
  }
  /// What waited for a port was asked if that was found open, and then only.
  void check_stages(const std::map<std::uint64_t, int>& times) {
    const bool was_stopped = summary_->stopped_early;
    for (const told& one : told_) {
      const auto number = static_cast<std::uint32_t>(one.sequence % slots_->size());
      const plan_slots::range waiting = slots_->at_port(number);
      for (auto i = waiting.begin; i < waiting.end; ++i) {
        const bool was_told = times.contains(one.sequence - number + i);
        if (was_told && one.status != status::up) fault("asked a port that was not open", one);
        if (!was_told && one.status == status::up && !was_stopped) fault("forgot a port", one);
      }
    }
  }
  void check_sockets() {
    if (network_.open_socket_count != 0) fault("left a socket open");
    // One more tries whether there is an address to send from.
    if (network_.open_sockets_peak > options_.probe.in_flight_max + 1) fault("too many sockets");
    if (network_.process_count != 0) fault("left a process running");
    if (network_.processes_peak > options_.processes_max) fault("too many processes");
  }

  void check_truth() {
    // Of several tries only the last is told of, and there may be none of it. So it is of a port
    // that two stages ask.
    if (options_.retries > 0 || slots_) return;
    for (const told& one : told_) {
      if (one.kind == probe_kind::exec) {
        check_process(one);
      } else if (one.kind != probe_kind::icmp) {
        check_truth(one);
      }
    }
  }
  void check_process(const told& one) {
    if (one.status == status::cancelled || one.status == status::skipped) return;
    const auto runs =
        network_.process_runs.find(one.host.empty() ? one.address.to_string() : one.host);
    if (runs == network_.process_runs.end()) return fault("nothing was run", one);
    const process_run& known = runs->second.back();
    if (one.reason == reason::command_not_found) {
      if (known.began) fault("it was there", one);
      return;
    }
    if (!known.began || !known.ended) return fault("it has not run, or not ended", one);
    if (one.status == status::timeout) {
      if (!known.told_to_end) fault("it was not told to end", one);
      return;
    }
    const bool is_known = one.status == status::up || one.status == status::mismatch;
    if (is_known && one.rtt != *known.ended - *known.began) fault("a wrong time", one);
    if ((one.status == status::up) != (known.exit_code == 0)) fault("a wrong exit code", one);
  }
  void check_name(const told& one) {
    const auto place = network_.lookups.find(one.host);
    if (place == network_.lookups.end()) return fault("its name was not asked for", one);
    const looked_up& known = place->second;
    const bool in_time = known.answered && *known.answered - known.asked <= timeout;
    if (!is_asked_once()) return;
    if (one.reason != reason::resolve_timeout) {
      if (!known.answered) fault("an answer that nobody gave", one);
    } else if (in_time && options_.host_timeout == 0ns) {
      fault("its name came in time", one);
    }
  }
  std::chrono::nanoseconds lookup_time(const told& one) const {
    const looked_up& known = network_.lookups.at(one.host);
    return *known.answered - known.asked;
  }
  /// Whether a target has but one probe, so that its name is looked up once.
  bool is_asked_once() const {
    return std::ranges::all_of(told_, [&](const told& one) { return one.kind == told_[0].kind; }) &&
           told_[0].kind != probe_kind::tcp;
  }
  void check_truth(const told& one) {
    if (one.rtt < -1ns) return fault("a negative RTT", one);
    if (one.status == status::cancelled || one.status == status::skipped) return;
    if (one.status == status::name_error) return check_name(one);
    const auto place = network_.conversations.find({one.address, one.port});
    if (place == network_.conversations.end()) {
      const bool had_no_time = one.status == status::timeout && options_.host_timeout > 0ns;
      if (one.status != status::local_error && !had_no_time) fault("nobody was asked", one);
      return;
    }
    const conversation& known = place->second.back();
    const bool is_connect = one.kind == probe_kind::tcp;
    const auto& success = is_connect ? known.accepted : known.answered;
    switch (one.status) {
      case status::up:
        if (!success) return fault("was not up", one);
        if (!one.host.empty() && is_asked_once() && one.resolve > lookup_time(one)) {
          fault("its name took longer than the servers did", one);
        }
        if (!known.was_lost && one.rtt != rtt_of(one, known)) {
          fault("a wrong RTT", one);
          fault(fmt::format("  it was {} ns", rtt_of(one, known).count()));
        }
        break;
      case status::refused:
        if (!known.refused) return fault("did not refuse", one);
        check_rejection(one, known, *known.refused);
        break;
      case status::unreachable:
        if (!known.rejected) return fault("was not rejected", one);
        check_rejection(one, known, *known.rejected);
        break;
      case status::reset:
        if (!known.reset && !known.cut) fault("was not reset", one);
        break;
      case status::timeout: {
        const auto in_time = [&](const auto& when) {
          return when && *when - known.began <= timeout;
        };
        const bool has_target_limit = options_.host_timeout > 0ns;
        if (!has_target_limit && one.host.empty() &&
            (in_time(success) || in_time(known.refused) || in_time(known.rejected) ||
             in_time(known.reset))) {
          fault("came in time", one);
        }
        break;
      }
      case status::local_error:
        break;
      default:
        fault("a status that can't be", one);
    }
  }
  /// No time stamp tells when the rejection of a connect came.
  void check_rejection(const told& one, const conversation& known, conversation::time_point when) {
    const auto unnoticed = stood_still_ ? deadline_queue::heartbeat + 25ms : 0ms;
    if (one.rtt > when - known.asked.value_or(known.began) + unnoticed) fault("late", one);
  }
  static std::chrono::nanoseconds rtt_of(const told& one, const conversation& known) {
    switch (one.kind) {
      case probe_kind::tcp:
        return *known.accepted - known.began;
      case probe_kind::http:
      case probe_kind::grpc:
        return one.resolve + (*known.accepted - known.began) + (*known.answered - *known.asked);
      case probe_kind::websocket:
        return (*known.accepted - known.began) + (*known.answered - *known.asked);
      default:
        return *known.answered - *known.asked;
    }
  }

  chances chance_;
  simulated_world network_;
  sweep_options options_;
  std::optional<plan_slots> slots_;  // where there are later stages
  asio::io_context context_;
  target_stream targets_;
  std::vector<told> told_;
  std::optional<sweep_summary> summary_;
  std::unique_ptr<sweep_engine> engine_;
  bool stood_still_ = false;
  std::size_t pause_at_ = 0;  // at which result; 0 for none
  std::string faults_;
};

}  // namespace

seeded_verdict run_seed(std::uint64_t seed) { return seeded_sweep{seed}.run(); }

}  // namespace muster::test
