#include "support/seeded_truth.hpp"

#include "net/deadline_queue.hpp"
#include "support/seeded_weather.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster::test {
namespace {

using namespace std::chrono_literals;

class judge {
 public:
  judge(const simulated_world& network, const std::vector<told>& all, bool has_host_limit,
        bool stood_still)
      : network_{network}, all_{all}, has_host_limit_{has_host_limit}, stood_still_{stood_still} {}

  std::string faults() {
    for (const told& one : all_) {
      if (one.kind == probe_kind::exec) {
        check_process(one);
      } else if (one.kind != probe_kind::icmp) {
        check_conversation(one);
      }
    }
    return std::move(faults_);
  }

 private:
  void fault(std::string_view what, const told& one) { faults_ += fault_text(what, one); }
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
    const bool in_time = known.answered && *known.answered - known.asked <= seeded_timeout;
    if (!is_asked_once()) return;
    if (one.reason != reason::resolve_timeout) {
      if (!known.answered) fault("an answer that nobody gave", one);
    } else if (in_time && !has_host_limit_) {
      fault("its name came in time", one);
    }
  }
  std::chrono::nanoseconds lookup_time(const told& one) const {
    const looked_up& known = network_.lookups.at(one.host);
    return *known.answered - known.asked;
  }
  /// Whether a target has but one probe, so that its name is looked up once.
  bool is_asked_once() const {
    return std::ranges::all_of(all_, [&](const told& one) { return one.kind == all_[0].kind; }) &&
           all_[0].kind != probe_kind::tcp && all_[0].kind != probe_kind::talk;
  }
  void check_conversation(const told& one) {
    if (one.rtt < -1ns) return fault("a negative RTT", one);
    if (one.status == status::cancelled || one.status == status::skipped) return;
    if (one.status == status::name_error) return check_name(one);
    const auto place = network_.conversations.find({one.address, one.port});
    if (place == network_.conversations.end()) {
      const bool had_no_time = one.status == status::timeout && has_host_limit_;
      if (one.status != status::local_error && !had_no_time) fault("nobody was asked", one);
      return;
    }
    const conversation& known = place->second.back();
    const auto& success = success_of(one.kind, known);
    switch (one.status) {
      case status::up:
        if (!success) return fault("was not up", one);
        if (known.tls_flaw != reason::none && !is_after_handshake(one.kind, known)) {
          return fault("its TLS is no good", one);
        }
        if (one.phases && *one.phases != one.rtt) fault("phases that do not add up", one);
        if (!one.host.empty() && is_asked_once() && one.resolve > lookup_time(one)) {
          fault("its name took longer than the servers did", one);
        }
        if (!known.was_lost && one.rtt != rtt_of(one, known)) {
          fault("a wrong RTT", one);
          faults_ += fmt::format("  it was {} ns\n", rtt_of(one, known).count());
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
      case status::tls_error:
        if (one.reason != known.tls_flaw) fault("a wrong flaw of its TLS", one);
        break;
      case status::timeout: {
        const auto in_time = [&](const auto& when) {
          return when && *when - known.began <= seeded_timeout;
        };
        const bool has_target_limit = has_host_limit_;
        // Who is still asking does not listen.
        const bool listens = one.reason != reason::send_timeout;
        if (!has_target_limit && one.host.empty() &&
            (in_time(success) || in_time(known.refused) || in_time(known.rejected) ||
             in_time(known.reset) || (listens && in_time(known.flaw_shown)))) {
          fault("came in time", one);
        }
        break;
      }
      case status::local_error:
        if (known.had_no_memory) fault("gave up", one);
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
  static const std::optional<conversation::time_point>& success_of(probe_kind kind,
                                                                   const conversation& known) {
    switch (kind) {
      case probe_kind::tcp:
        return known.accepted;
      case probe_kind::tls:
        return known.secured;
      default:
        return known.answered;
    }
  }
  /// A client that has to show a certificate is told so after its handshake.
  static bool is_after_handshake(probe_kind kind, const conversation& known) {
    return kind == probe_kind::tls && known.tls_flaw == reason::client_certificate_required;
  }
  static std::chrono::nanoseconds rtt_of(const told& one, const conversation& known) {
    switch (one.kind) {
      case probe_kind::tcp:
        return *known.accepted - known.began;
      case probe_kind::http:
        return one.resolve + (*known.accepted - known.began) + known.spent;
      case probe_kind::grpc:
      case probe_kind::websocket:
      case probe_kind::talk:
      case probe_kind::tls:
        return (*known.accepted - known.began) + known.spent;
      default:
        return *known.answered - *known.asked;
    }
  }

  const simulated_world& network_;
  const std::vector<told>& all_;
  const bool has_host_limit_;
  const bool stood_still_;
  std::string faults_;
};

}  // namespace

std::string untrue(const simulated_world& network, const std::vector<told>& all,
                   bool has_host_limit, bool stood_still) {
  return judge{network, all, has_host_limit, stood_still}.faults();
}

std::string fault_text(std::string_view what, const told& one) {
  return fmt::format("{}: {} {} {}:{} {} {} {} ns\n", what, one.sequence, to_string(one.kind),
                     one.address.to_string(), one.port, to_string(one.status),
                     to_string(one.reason), one.rtt.count());
}

}  // namespace muster::test
