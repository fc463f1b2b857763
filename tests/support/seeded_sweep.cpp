#include "support/seeded_sweep.hpp"

#include "engine/sweep_engine.hpp"
#include "muster/probe/exec.hpp"
#include "muster/probe/http.hpp"
#include "muster/probe/tls.hpp"
#include "probe/plan_slots.hpp"
#include "support/seeded_truth.hpp"
#include "support/seeded_weather.hpp"
#include "support/simulated_servers.hpp"
#include "support/simulated_world.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/co_spawn.hpp>
#include <fmt/format.h>

namespace muster::test {
namespace {

using namespace std::chrono_literals;

std::optional<std::chrono::nanoseconds> phases_of(const probe_result& one) {
  if (const auto* const http = one.details.get<http_details>()) {
    std::chrono::nanoseconds sum{0};
    for (const auto phase :
         {http->resolve, http->connect, http->handshake, http->first_byte, http->transfer})
      sum += std::max(phase, 0ns);
    return sum;
  }
  if (const auto* const tls = one.details.get<tls_probe_details>()) {
    return tls->connect + tls->handshake;
  }
  return std::nullopt;
}

class seeded_sweep {
 public:
  explicit seeded_sweep(std::uint64_t seed)
      : chance_{seed},
        network_{seed, echo_weather(chance_)},
        options_{seeded_options(chance_, seed)} {
    network_.peers = peers_weather(chance_);
    chances more{~seed};
    network_.peers.deaf = more.some(0.3);
    const bool has_tls = speaks_tls(seed);
    if (has_tls) {
      add_tls_weather(network_.peers, more);
      ask_over_tls(options_, more);
      for (const unsigned port : {443U, 853U, 8443U, 8444U, 50051U})
        network_.ports[static_cast<std::uint16_t>(port)].speaks_tls = true;
      network_.ports[465] = {.speaks_tls = true, .greeting = "220 here\r\n"};
      network_.ports[25].greeting = "220 here\r\n";
    }
    if (!options_.plan.then.empty()) slots_.emplace(options_.plan, false);
    network_.server = [this](std::string_view request) { return serve(network_, request); };
    // A handshake takes as long as dozens of other probes.
    targets_.add_text(has_tls ? "10.1.0.0/30" : "10.1.0.0/28");
    targets_.add_text("10.2.0.7");
    network_.name_servers = servers_weather(chance_);
    network_.processes = machine_weather(chance_);
    if (chance_.one_in(2)) return;
    for (std::uint32_t i = 0; i < (has_tls ? 3U : 8U); ++i) {
      const std::string name = fmt::format("h{}.test", i);
      if (i > 0) network_.names[name] = ip_address::from_v4(0x0a03'0000 + i);
      if (i > 3 && options_.probe.addresses != address_choice::first) {
        network_.further_addresses[name] = {ip_address::from_v4(0x0a04'0000 + i),
                                            ip_address::from_v4(0x0a05'0000 + i)};
      }
      targets_.add_text(name);
    }
  }

  seeded_verdict run() {
    engine_ = std::make_unique<sweep_engine>(
        context_, network_, options_, targets_, [this](const probe_result& one) {
          const auto* const http = one.details.get<http_details>();
          const auto resolve = http ? std::max(http->resolve, 0ns) : 0ns;
          told_.push_back({one.sequence, one.kind, one.address, one.port, one.status, one.reason,
                           one.rtt, resolve, phases_of(one), std::string{one.subject.host()}});
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
    // Of several tries only the last is told of, and there may be none of it. So it is of a port
    // that two stages ask.
    if (options_.retries == 0 && !slots_) {
      faults_ += untrue(network_, told_, options_.host_timeout > 0ns, stood_still_);
    }
    return end();
  }

 private:
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
    return verdict();
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
    return verdict();
  }
  seeded_verdict verdict() {
    std::uint64_t digest = 0;
    const auto add = [&digest](auto value) {
      digest = (digest ^ static_cast<std::uint64_t>(value)) * 0x100'0000'01b3;
    };
    for (const told& one : told_) {
      add(one.sequence);
      add(one.status);
      add(one.reason);
      add(one.rtt.count());
    }
    return {told_.size(), digest, std::move(faults_)};
  }

  void fault(std::string_view what) { faults_.append(what) += '\n'; }
  void fault(std::string_view what, const told& one) { faults_ += fault_text(what, one); }

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
    const std::size_t attempts = options_.probe.addresses == address_choice::any ? 3 : 1;
    if (network_.open_sockets_peak > attempts * options_.probe.in_flight_max + 1) {
      fault("too many sockets");
    }
    if (network_.process_count != 0) fault("left a process running");
    if (network_.processes_peak > options_.processes_max) fault("too many processes");
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

bool speaks_tls(std::uint64_t seed) { return chances{seed * 3}.one_in(80); }

seeded_verdict run_seed(std::uint64_t seed) { return seeded_sweep{seed}.run(); }

}  // namespace muster::test
