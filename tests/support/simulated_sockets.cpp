// Strategy: a socket is what this side can know of it by now; what its peer does is a list of
// things that will happen to it, each at its time. Whatever happens marks the socket as changed,
// and its state is told once for that, as an edge-triggered epoll does.
#include "support/simulated_sockets.hpp"

#include "support/simulated_socket.hpp"
#include "support/simulated_world.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace muster::test {

using namespace std::chrono_literals;

namespace {

constexpr int first_descriptor = 10;

}  // namespace

simulated_sockets::simulated_sockets(simulated_world& net)
    : network_{net}, alarm_{net.time().make_alarm([this] { on_alarm(); })} {}

simulated_sockets::~simulated_sockets() = default;

simulated_sockets::socket& simulated_sockets::at(int descriptor) {
  return *sockets_.at(descriptor);
}

// ---- What happens

/// When what happens now was due: the process may have stood still meanwhile.
timeline::time_point simulated_sockets::now() const {
  return happens_at_.value_or(network_.time().now());
}

void simulated_sockets::later(std::chrono::nanoseconds after, int descriptor,
                              std::function<void(socket&)> what) {
  happen(now() + after, descriptor, std::move(what));
}

void simulated_sockets::happen(timeline::time_point when, int descriptor,
                               std::function<void(socket&)> what) {
  to_come_.emplace(when, happening{descriptor, at(descriptor).id, std::move(what)});
  set_alarm();
}

void simulated_sockets::changed(socket& one) {
  if (!one.is_watched) return;
  changed_.insert(one.descriptor);
  set_alarm();
}

void simulated_sockets::set_alarm() {
  if ((has_more_ || !changed_.empty()) && at_work_) {
    alarm_->set(network_.time().now());
  } else if (!to_come_.empty()) {
    alarm_->set(to_come_.begin()->first);
  }
}

void simulated_sockets::on_alarm() {
  while (!to_come_.empty() && to_come_.begin()->first <= network_.time().now()) {
    const happening next = std::move(to_come_.begin()->second);
    happens_at_ = to_come_.begin()->first;
    to_come_.erase(to_come_.begin());
    const auto place = sockets_.find(next.descriptor);
    if (place != sockets_.end() && place->second->id == next.id) next.what(*place->second);
  }
  happens_at_.reset();
  if ((has_more_ || !changed_.empty()) && at_work_) has_more_ = dispatch_() > 0;
  set_alarm();
}

void simulated_sockets::rest() {
  at_work_ = has_more_ = false;
  alarm_->clear();
}

int simulated_sockets::watch(int descriptor, std::uint64_t key) {
  if (network_.happens(network_.peers.no_watch)) return ENOSPC;
  socket& one = at(descriptor);
  at_work_ = true;
  one.is_watched = true;
  one.key = key;
  if (one.readable() || one.writable()) changed(one);
  return 0;
}

int simulated_sockets::tell_again(int descriptor, std::uint64_t key) {
  socket& one = at(descriptor);
  one.key = key;
  if (one.readable() || one.writable()) changed(one);
  return 0;
}

std::size_t simulated_sockets::take_events(std::span<socket_event> into) {
  std::size_t count = 0;
  while (count < into.size() && !changed_.empty()) {
    const socket& one = at(*changed_.begin());
    changed_.erase(changed_.begin());
    socket_event& told = into[count++];
    const bool is_wrong = one.is_connected && network_.happens(network_.peers.spurious);
    told = {one.key,        one.readable() || is_wrong,    one.writable(),
            one.has_failed, one.has_failed || one.has_end, false};
  }
  return count;
}

// ---- A socket's life

sockets::opened simulated_sockets::open(socket_family family, transport kind) {
  if (network_.happens(network_.peers.no_descriptor)) return {-1, EMFILE};
  int descriptor = first_descriptor;
  while (sockets_.contains(descriptor))
    ++descriptor;
  auto one = std::make_unique<socket>();
  one->descriptor = descriptor;
  one->id = ++opened_;
  one->kind = kind;
  one->own.address = family == socket_family::v4 ? ip_address::from_v4(0x0a00'0002)
                                                 : ip_address::from_bits(0xfd00ULL << 48, 2);
  one->own.port = static_cast<std::uint16_t>(1024 + one->id % 1000);
  sockets_.emplace(descriptor, std::move(one));
  network_.open_sockets_peak = std::max(network_.open_sockets_peak, sockets_.size());
  network_.open_socket_count = sockets_.size();
  return {descriptor, 0};
}

int simulated_sockets::bind(int descriptor, const endpoint& from) {
  at(descriptor).own.address = from.address;
  return 0;
}

int simulated_sockets::connect(int descriptor, const endpoint& to) {
  socket& one = at(descriptor);
  const peer_weather& weather = network_.peers_of(to.address);
  one.to = to;
  if (network_.happens(weather.no_route)) return ENETUNREACH;
  if (one.kind == transport::datagrams) {
    one.is_connected = true;
    one.known = &network_.conversations[{to.address, to.port}].emplace_back();
    one.known->began = network_.time().now();
    return 0;
  }
  if (network_.happens(weather.no_port)) return EADDRNOTAVAIL;
  one.known = &network_.conversations[{to.address, to.port}].emplace_back();
  one.known->began = network_.time().now();
  if (network_.happens(weather.at_once)) {
    accept(one);
    return 0;
  }
  begin(one);
  return EINPROGRESS;
}

/// The handshake.
void simulated_sockets::begin(socket& one) {
  const peer_weather& weather = network_.peers_of(one.to.address);
  if (network_.happens(weather.silent)) return;
  one.known->was_lost = network_.happens(weather.lost);
  const auto after = network_.peer_delay(weather) + (one.known->was_lost ? weather.lost_for : 0ns);
  if (network_.happens(weather.refused)) {
    later(after, one.descriptor, [this](socket& it) {
      it.known->refused = now();
      fail(it, ECONNREFUSED);
    });
  } else if (network_.happens(weather.rejected)) {
    later(after, one.descriptor, [this](socket& it) {
      it.known->rejected = now();
      it.rejection = {
          EHOSTUNREACH, {reason::icmp_host_unreachable, simulated_router}, it.known->rejected};
      fail(it, EHOSTUNREACH);
    });
  } else {
    later(after, one.descriptor, [this](socket& it) { accept(it); });
  }
}

void simulated_sockets::accept(socket& one) {
  one.known->accepted = now();
  one.is_connected = true;
  changed(one);
  const auto place = network_.ports.find(one.to.port);
  if (place == network_.ports.end()) return;
  if (place->second.speaks_tls) {
    begin_tls(one);
  } else {
    greet(one, now());
  }
}

void simulated_sockets::fail(socket& one, int error) {
  one.has_failed = true;
  one.error = error;
  one.inbox.clear();
  changed(one);
}

void simulated_sockets::close(std::span<const int> descriptors) {
  for (const int descriptor : descriptors) {
    changed_.erase(descriptor);
    sockets_.erase(descriptor);
  }
  network_.open_socket_count = sockets_.size();
}

void simulated_sockets::reset_on_close(int) {}

int simulated_sockets::pending_error(int descriptor) {
  return std::exchange(at(descriptor).error, 0);
}

void simulated_sockets::keep_icmp_errors(int descriptor, bool) {
  at(descriptor).keeps_errors = true;
}

sockets::icmp_error simulated_sockets::take_icmp_error(int descriptor) {
  socket& one = at(descriptor);
  const icmp_error found = one.rejection.value_or(icmp_error{});
  one.rejection.reset();
  return found;
}

void simulated_sockets::stamp_arrivals(int descriptor) { at(descriptor).stamps = true; }

endpoint simulated_sockets::local(int descriptor) { return at(descriptor).own; }

std::optional<std::chrono::nanoseconds> simulated_sockets::handshake_rtt(int descriptor) {
  const conversation& known = *at(descriptor).known;
  if (known.was_lost || !known.accepted) return {};
  return *known.accepted - known.began;
}

// ---- What has come

sockets::transferred simulated_sockets::receive(int descriptor, std::span<char> into) {
  socket& one = at(descriptor);
  if (one.error != 0) return {0, std::exchange(one.error, 0), {}};
  if (one.inbox.empty()) {
    // Who was told of the failure already, by a send, gets the end.
    if (one.has_end || one.has_failed) return {0, 0, {}};
    return {0, EAGAIN, {}};
  }
  transferred got;
  do {
    auto& [arrived, text] = one.inbox.front();
    const std::size_t count = std::min(text.size(), into.size() - got.bytes);
    std::copy_n(text.begin(), count, into.begin() + static_cast<std::ptrdiff_t>(got.bytes));
    got.bytes += count;
    if (one.stamps) got.arrived = arrived;
    text.erase(0, count);
    if (text.empty() || one.kind == transport::datagrams) one.inbox.pop_front();
  } while (one.kind == transport::stream && !one.inbox.empty() && got.bytes < into.size());
  return got;
}

}  // namespace muster::test
