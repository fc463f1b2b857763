#include "probe/prober.hpp"

#include "net/broadcast.hpp"
#include "net/error_status.hpp"
#include "probe/kind.hpp"

#include <cerrno>
#include <utility>

namespace muster {
namespace {

std::optional<endpoint> source_of(const probe_options& options) {
  if (!options.source) return std::nullopt;
  return endpoint{*options.source, 0, options.source_scope};
}

}  // namespace

prober::prober(asio::io_context& context, probe_world& world, probe_options options,
               const probe_plan& plan, const exclude_set& excludes, result_consumer& consumer)
    : context_{context},
      world_{world},
      options_{std::move(options)},
      plan_{plan},
      source_{source_of(options_)},
      excludes_{excludes},
      consumer_{consumer},
      deadlines_{world.time()},
      names_{world.open_names(options_.resolver)},
      streams_{world.open_sockets()},
      scarce_{world.time()} {
  streams_.time_events(world.time());
  streams_.on_before_events([this] { deadlines_.catch_up(); });
  deadlines_.on_before_expiry([this] {
    for (auto& runner : runners_)
      runner->receive();
    streams_.poll();
  });
  scarce_.on_shortage([this] {
    for (auto& runner : runners_)
      runner->give_back();
  });
  for (const probe_kind kind : all_probe_kinds) {
    runners_[static_cast<std::size_t>(kind)] =
        description_of(kind).make_runner(*this, plan.of(kind));
  }
}

prober::~prober() = default;

void prober::start(probe_request&& request) {
  probe_runner& runner = runner_of(request);
  begin(std::move(request));
  look_after_start(runner);
}

void prober::begin(probe_request&& request) {
  if (!request.subject.needs_lookup() && request.subject.address().is_unspecified()) {
    return deliver(request, {status::skipped, reason::unspecified_address});
  }
  if (request.subject.is_pinned()) {
    const outcome barred = barrier(request.subject.address());
    if (barred.status != status::up) return deliver(request, barred);
  }
  runner_of(request).start(std::move(request));
}

void prober::start(probe_request&& request, const time_limit& target) {
  probe_runner& runner = runner_of(request);
  target_limit_ = target;
  begin(std::move(request));
  target_limit_.reset();
  look_after_start(runner);
}

void prober::look_after_start(const probe_runner& runner) {
  if (!runner.times_by_loop()) return;
  streams_.look_between_wakes();
  if (++starts_unseen_ < starts_per_look) return;
  starts_unseen_ = 0;
  streams_.poll_some();
}

time_limit prober::limit(const target& subject) {
  const time_limit own{world_.time().now(), timeout_of(subject)};
  return target_limit_ && time_left(*target_limit_) < own.length ? *target_limit_ : own;
}

std::chrono::nanoseconds prober::time_left(const time_limit& limit) {
  const auto now = deadlines_.lived_start(world_.time().now());
  return limit.length - (now - deadlines_.lived_start(limit.start));
}

void prober::stop(reason why) {
  stop_reason_ = why;
  for (auto& runner : runners_)
    runner->stop(why);
  streams_.gather_closes();
  deadlines_.cancel_all();
  streams_.close_gathered();
}

void prober::rest() {
  deadlines_.rest();
  names_->cancel();
  for (auto& runner : runners_)
    runner->rest();
  scarce_.rest();
  streams_.rest();
}

void prober::kill() {
  for (auto& runner : runners_)
    runner->kill();
}

void prober::open() {
  for (const probe_kind kind : all_probe_kinds) {
    if (plan_.implied() || plan_.of(kind).size() > 0) {
      runners_[static_cast<std::size_t>(kind)]->open();
    }
  }
}

std::string prober::note() const {
  std::string text;
  for (const auto& runner : runners_) {
    const std::string one = runner->note();
    if (!one.empty()) text += (text.empty() ? "" : ", ") + one;
  }
  return text;
}

std::string prober::problem() const {
  for (const auto& runner : runners_) {
    if (std::string one = runner->problem(); !one.empty()) return one;
  }
  return {};
}

resource_waits prober::waits() const {
  resource_waits sum = scarce_.waits();
  for (const auto& runner : runners_)
    sum += runner->waits();
  return sum;
}

stray_replies prober::strays() const {
  stray_replies sum;
  for (const auto& runner : runners_)
    sum += runner->strays();
  return sum;
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

const codec::tls_context& prober::tls(const tls_settings& settings) {
  for (const auto& one : tls_contexts_) {
    if (one->settings() == settings) return *one;
  }
  tls_contexts_.push_back(std::make_unique<const codec::tls_context>(settings));
  return *tls_contexts_.back();
}

void prober::prepare_tls(const tls_settings& settings) {
  if (settings != tls_settings{}) tls(settings);
}

outcome prober::handshake_outcome(const byte_stream::secured& came_to,
                                  const byte_stream& peer) const {
  if (came_to.ended != ending::none) return ended(came_to.ended, reason::handshake_timeout);
  if (came_to.closed) return {status::reset, reason::closed_early};
  const reason failure = peer.tls()->failure();
  if (failure != reason::none) return {status::tls_error, failure};
  return came_to.error == 0 ? outcome{} : outcome_of_transfer_error(came_to.error);
}

outcome prober::transfer_outcome(const byte_stream::transferred& came_to, const byte_stream& peer,
                                 reason timed_out) const {
  if (came_to.ended != ending::none) return ended(came_to.ended, timed_out);
  if (came_to.error == EPROTO && peer.tls() && peer.tls()->failure() != reason::none) {
    return {status::tls_error, peer.tls()->failure()};
  }
  return came_to.error == 0 ? outcome{} : outcome_of_transfer_error(came_to.error);
}

outcome prober::connect_outcome(const byte_stream::connected& came_to) const {
  if (came_to.ended == ending::none) return came_to.what;
  return ended(came_to.ended, reason::connect_timeout);
}

outcome prober::connect_outcome(const byte_stream::connected& came_to, ip_address to) const {
  outcome what = connect_outcome(came_to);
  if (what.reason == reason::firewall_denied && is_broadcast(to)) {
    what.reason = reason::broadcast_address;
  }
  return what;
}

outcome prober::datagram_outcome(const byte_stream::transferred& came_to, byte_stream& peer,
                                 reason timed_out) const {
  if (came_to.ended != ending::none) return ended(came_to.ended, timed_out);
  return came_to.error == 0 ? outcome{} : peer.rejected(came_to.error);
}

probe_result prober::result_of(const probe_request& request) {
  probe_result result = result_of(request.subject, request.sequence, request.kind());
  result.port = request.port();
  result.is_swept = request.spec->is_swept(request.index);
  return result;
}

probe_result prober::result_of(const target& subject, std::uint64_t sequence, probe_kind kind) {
  probe_result result;
  result.subject = subject;
  result.sequence = sequence;
  result.kind = kind;
  result.has_address = !subject.needs_lookup();
  result.address = subject.address();
  return result;
}

probe_result prober::result_of(const probe_request& request, const ip_address& address,
                               const outcome& what) {
  probe_result result = result_of(request);
  result.has_address = true;
  result.address = address;
  result.status = what.status;
  result.reason = what.reason;
  result.error_source = what.error_source;
  return result;
}

void prober::deliver(probe_result&& result) const {
  result.finished = world_.time().wall();
  consumer_.on_result(std::move(result));
}

void prober::deliver(const probe_request& request, outcome what) const {
  probe_result result = result_of(request);
  result.status = what.status;
  result.reason = what.reason;
  deliver(std::move(result));
}

void prober::deliver(const probe_request& request, const ip_address& address, const outcome& what,
                     std::chrono::nanoseconds took) const {
  probe_result result = result_of(request, address, what);
  // A refusal is an answer too, and took its round trip.
  const bool refused = what.status == status::refused && what.reason != reason::self_connect;
  if (what.status == status::up || refused) result.rtt = took;
  deliver(std::move(result));
}

}  // namespace muster
