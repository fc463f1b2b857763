#include "probe/prober.hpp"

#include "net/error_status.hpp"
#include "probe/exec/exec_probe.hpp"
#include "probe/probes.hpp"

#include <system_error>
#include <utility>

namespace muster {
namespace {

std::size_t index_of(codec::ip_family family) { return family == codec::ip_family::v4 ? 0 : 1; }

std::optional<endpoint> source_of(const probe_options& options) {
  if (!options.source) return std::nullopt;
  return endpoint{*options.source, 0, options.source_scope};
}

}  // namespace

prober::prober(asio::io_context& context, network& around, probe_options options,
               const exclude_set& excludes, result_consumer& consumer)
    : context_{context},
      around_{around},
      options_{std::move(options)},
      source_{source_of(options_)},
      excludes_{excludes},
      consumer_{consumer},
      deadlines_{around.time()},
      names_{context, options_.resolver},
      streams_{context},
      scarce_{context} {
  streams_.on_before_events([this] { deadlines_.catch_up(); });
  deadlines_.on_before_expiry([this] {
    for (auto& exchange : icmp_) {
      if (exchange) exchange->receive();
    }
    streams_.poll();
  });
}

prober::~prober() = default;

void prober::prepare(const std::vector<std::vector<std::string>>& commands) {
  if (!commands.empty()) exec_ = std::make_unique<exec_probes>(context_, *this, commands);
}

void prober::start(stream_request&& request) {
  if (!request.subject.needs_lookup() && request.subject.address().is_unspecified()) {
    deliver(request, {status::skipped, reason::unspecified_address});
  } else if (request.kind == probe_kind::tcp) {
    tcp_probe(scope_, *this, std::move(request));
  } else if (request.kind == probe_kind::http) {
    http_probe(scope_, *this, std::move(request));
  } else if (request.kind == probe_kind::exec) {
    exec_->start(std::move(request));
  } else if (request.subject.needs_lookup() ||
             own_setting(request.subject, &target_parameters::count, options_.icmp.count) > 1 ||
             target_limit_) {
    icmp_probe(scope_, *this, std::move(request));
  } else if (icmp_for(request.subject.address()) != nullptr) {
    icmp_probe_once(*this, std::move(request));
  } else {
    deliver(request, icmp_refusal(request.subject.address()));
  }
}

void prober::start(stream_request&& request, const time_limit& target) {
  target_limit_ = target;
  start(std::move(request));
  target_limit_.reset();
}

time_limit prober::limit(const target& subject) const {
  const time_limit own{around_.time().now(), timeout_of(subject)};
  return target_limit_ && target_limit_->end() < own.end() ? *target_limit_ : own;
}

void prober::stop(reason why) {
  stop_reason_ = why;
  for (auto& exchange : icmp_) {
    if (exchange) exchange->cancel_unsent();
  }
  streams_.gather_closes();
  deadlines_.cancel_all();
  streams_.close_gathered();
  if (exec_) exec_->stop(why);
}

void prober::rest() {
  deadlines_.rest();
  names_.cancel();
  scarce_.rest();
  for (auto& exchange : icmp_) {
    if (exchange) exchange->rest();
  }
  if (exec_) exec_->rest();
}

void prober::kill() {
  if (exec_) exec_->kill();
}

resource_waits prober::waits() const {
  resource_waits sum = scarce_.waits();
  if (exec_) sum += exec_->waits();
  return sum;
}

icmp_socket_mode prober::icmp_mode(codec::ip_family family) const {
  const auto& exchange = icmp_[index_of(family)];
  return exchange && icmp_used_[index_of(family)] ? exchange->mode() : icmp_socket_mode::automatic;
}

stray_replies prober::strays() const {
  stray_replies sum;
  for (const auto& exchange : icmp_) {
    if (exchange) sum += exchange->strays();
  }
  return sum;
}

void prober::open_icmp(codec::ip_family family) {
  const std::size_t index = index_of(family);
  if (icmp_[index] || icmp_failures_[index]) return;
  try {
    icmp_[index] = std::make_unique<echo_exchange>(context_, around_, deadlines_, family, options_);
  } catch (const std::system_error& error) {
    icmp_failures_[index] = {outcome_of_socket_error(error.code().value()), error.what()};
  }
}

echo_exchange* prober::icmp_for(const ip_address& address) {
  const auto family = address.is_v4() ? codec::ip_family::v4 : codec::ip_family::v6;
  const std::size_t index = index_of(family);
  icmp_used_[index] = true;
  if (icmp_[index]) return icmp_[index].get();
  open_icmp(family);
  if (!icmp_[index]) icmp_problem_ = icmp_failures_[index]->text;
  return icmp_[index].get();
}

outcome prober::icmp_refusal(const ip_address& address) const {
  const auto family = address.is_v4() ? codec::ip_family::v4 : codec::ip_family::v6;
  return icmp_failures_[index_of(family)]->what;
}

outcome prober::ended(ending why, reason timed_out) const {
  if (why == ending::expired) return {status::timeout, timed_out};
  return {status::cancelled, stop_reason_};
}

outcome prober::lookup_failure(const lookup_answer& answer, ending why) const {
  if (why == ending::cancelled) return {status::cancelled, stop_reason_};
  if (why == ending::expired) return {status::name_error, reason::resolve_timeout};
  if (answer.failure != reason::none) return {status::name_error, answer.failure};
  if (answer.addresses.empty()) return {status::name_error, reason::no_address};
  return barrier(answer.addresses.front());
}

outcome prober::barrier(ip_address address) const {
  // The kernel would take it for this machine, whose own addresses may be excluded.
  if (address.is_unspecified()) return {status::skipped, reason::unspecified_address};
  if (excludes_.contains(address)) return {status::skipped, reason::excluded};
  return {};
}

outcome prober::connect_outcome(outcome what, ending why) const {
  return why == ending::none ? what : ended(why, reason::connect_timeout);
}

probe_result prober::result_of(const probe_request& request) {
  probe_result result;
  result.subject = request.subject;
  result.sequence = request.sequence;
  result.kind = request.kind;
  result.port = request.port;
  result.has_address = !request.subject.needs_lookup();
  result.address = request.subject.address();
  return result;
}

void prober::deliver(probe_result&& result) const {
  result.finished = around_.time().wall();
  consumer_.on_result(std::move(result));
}

void prober::deliver(const probe_request& request, outcome what) const {
  probe_result result = result_of(request);
  result.status = what.status;
  result.reason = what.reason;
  deliver(std::move(result));
}

}  // namespace muster
