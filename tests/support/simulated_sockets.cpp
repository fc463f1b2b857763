// Strategy: a socket is what this side can know of it by now; what its peer does is a list of
// things that will happen to it, each at its time. Whatever happens marks the socket as changed,
// and its state is told once for that, as an edge-triggered epoll does.
#include "support/simulated_sockets.hpp"

#include "support/simulated_world.hpp"

#include <algorithm>
#include <cerrno>

namespace muster::test {

using namespace std::chrono_literals;

namespace {

constexpr int first_descriptor = 10;
const ip_address router = ip_address::from_v4(0x0a00'0001);

}  // namespace

struct simulated_sockets::socket {
  int descriptor = -1;
  std::uint64_t id = 0;
  transport kind = transport::stream;
  endpoint to;
  endpoint own;
  conversation* known = nullptr;  // owned by the network
  std::uint64_t key = 0;
  bool is_watched = false;
  bool is_connected = false;
  bool has_failed = false;
  bool is_full = false;  // a send takes nothing
  bool has_end = false;
  bool keeps_errors = false;
  bool stamps = false;
  int error = 0;
  std::optional<icmp_error> rejection;
  std::string request;
  // What arrived: pieces of a stream, or datagrams.
  std::deque<std::pair<timeline::time_point, std::string>> inbox;

  bool readable() const { return !inbox.empty() || has_end || has_failed; }
  bool writable() const { return has_failed || (is_connected && !is_full); }
};

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
  const std::uint64_t id = at(descriptor).id;
  to_come_.emplace(network_.time().now() + after, happening{descriptor, id, std::move(what)});
  set_alarm();
}

void simulated_sockets::changed(socket& one) {
  if (!one.is_watched) return;
  changed_.insert(one.descriptor);
  set_alarm();
}

void simulated_sockets::set_alarm() {
  if (!changed_.empty() && at_work_) {
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
  if (!changed_.empty() && at_work_) dispatch_();
  set_alarm();
}

void simulated_sockets::rest() {
  at_work_ = false;
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
  const peer_weather& weather = network_.peers;
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
    one.known->accepted = one.known->began;
    one.is_connected = true;
    return 0;
  }
  begin(one);
  return EINPROGRESS;
}

/// The handshake.
void simulated_sockets::begin(socket& one) {
  const peer_weather& weather = network_.peers;
  if (network_.happens(weather.silent)) return;
  one.known->was_lost = network_.happens(weather.lost);
  const auto after = network_.peer_delay() + (one.known->was_lost ? weather.lost_for : 0ns);
  if (network_.happens(weather.refused)) {
    later(after, one.descriptor, [this](socket& it) {
      it.known->refused = now();
      fail(it, ECONNREFUSED);
    });
  } else if (network_.happens(weather.rejected)) {
    later(after, one.descriptor, [this](socket& it) {
      it.known->rejected = now();
      it.rejection = {EHOSTUNREACH, {reason::icmp_host_unreachable, router}, it.known->rejected};
      fail(it, EHOSTUNREACH);
    });
  } else {
    later(after, one.descriptor, [this](socket& it) {
      it.known->accepted = now();
      it.is_connected = true;
      changed(it);
    });
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

// ---- What is said

sockets::transferred simulated_sockets::send(int descriptor, std::string_view bytes) {
  socket& one = at(descriptor);
  const peer_weather& weather = network_.peers;
  if (one.error != 0) return {0, std::exchange(one.error, 0), {}};
  if (network_.happens(weather.no_memory)) {
    one.known->had_no_memory = true;
    return {0, ENOBUFS, {}};
  }
  if (one.is_full) return {0, EAGAIN, {}};
  if (one.kind == transport::datagrams) {
    one.known->asked = network_.time().now();
    one.request = bytes;
  } else {
    std::size_t taken = bytes.size();
    if (network_.happens(weather.short_sends)) {
      taken = network_.random() % (bytes.size() + 1);
      one.is_full = true;
      later(network_.peer_delay(), descriptor, [this](socket& it) {
        it.is_full = false;
        changed(it);
      });
    }
    if (taken == 0 && !bytes.empty()) return {0, EAGAIN, {}};
    one.request += bytes.substr(0, taken);
    bytes = bytes.substr(0, taken);
  }
  if (const auto text = network_.server(one.request)) {
    one.known->asked = network_.time().now();
    answer(one, *text);
  }
  return {bytes.size(), 0, {}};
}

void simulated_sockets::answer(socket& one, std::string text) {
  const peer_weather& weather = network_.peers;
  auto after = network_.peer_delay();
  if (one.kind == transport::datagrams) {
    if (network_.happens(weather.silent) || network_.happens(weather.lost)) return;
    if (network_.happens(weather.refused)) {
      return later(after, one.descriptor, [this](socket& it) {
        it.known->refused = now();
        it.rejection = {
            ECONNREFUSED, {reason::icmp_port_unreachable, it.to.address}, it.known->refused};
        fail(it, ECONNREFUSED);
      });
    }
    if (network_.happens(weather.rejected)) {
      return later(after, one.descriptor, [this](socket& it) {
        it.known->rejected = now();
        it.rejection = {EHOSTUNREACH, {reason::icmp_host_unreachable, router}, it.known->rejected};
        fail(it, EHOSTUNREACH);
      });
    }
    return later(after, one.descriptor, [this, text](socket& it) { say(it, text, true); });
  }
  if (text.empty()) return;
  if (network_.happens(weather.lost)) after += weather.lost_for;
  const bool is_reset = network_.happens(weather.reset);
  const bool is_cut = !is_reset && network_.happens(weather.cut);
  const bool is_stalled = !is_reset && !is_cut && network_.happens(weather.stalled);
  if (is_reset || is_cut || is_stalled) text.resize(network_.random() % text.size());
  const std::size_t most = network_.happens(weather.dripped)
                               ? 1 + network_.random() % (text.size() / 4 + 1)
                               : text.size() + 1;
  while (!text.empty()) {
    const std::string piece = text.substr(0, most);
    text.erase(0, piece.size());
    const bool is_last = text.empty() && !is_reset && !is_cut && !is_stalled;
    later(after, one.descriptor, [this, piece, is_last](socket& it) { say(it, piece, is_last); });
    if (!text.empty()) after += network_.peer_delay() / 8;
  }
  if (is_reset) {
    later(after, one.descriptor, [this](socket& it) {
      it.known->reset = now();
      fail(it, ECONNRESET);
    });
  } else if (!is_stalled && (is_cut || !network_.stays_open || !network_.stays_open(one.request))) {
    later(after, one.descriptor, [this, is_cut](socket& it) {
      if (is_cut) it.known->cut = now();
      it.has_end = true;
      changed(it);
    });
  }
}

void simulated_sockets::say(socket& one, std::string piece, bool is_last) {
  if (one.has_failed) return;
  if (is_last) one.known->answered = now();
  one.inbox.emplace_back(now(), std::move(piece));
  changed(one);
}

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
