// Strategy: a request is a vector of bytes. Each decision of the weather turns it into zero or more
// replies, also bytes, with a time to arrive at; one alarm stands for the earliest of them. Replies
// are handed over as a raw IPv4 socket does it, with their IP header, so all of the exchange's own
// reading and checking is at work.
#include "support/simulated_world.hpp"

#include "codec/checksum.hpp"
#include "codec/wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>

namespace muster::test {

using bytes = std::vector<std::byte>;

// ---- Time

class fake_timeline::fake_alarm final : public alarm {
 public:
  fake_alarm(fake_timeline& time, std::function<void()> ring)
      : time_{time}, ring_{std::move(ring)} {}
  ~fake_alarm() override { clear(); }

  void set(time_point when) override {
    clear();
    setting_ = {std::max(when, time_.now_), ++time_.settings_};
    time_.set_.emplace(setting_, this);
  }
  void clear() override { time_.set_.erase(setting_); }
  void ring() { ring_(); }

 private:
  fake_timeline& time_;
  std::function<void()> ring_;
  setting setting_{};
};

std::unique_ptr<alarm> fake_timeline::make_alarm(std::function<void()> ring) {
  return std::make_unique<fake_alarm>(*this, std::move(ring));
}

bool fake_timeline::ring_next() {
  if (set_.empty()) return false;
  const auto first = set_.begin();
  now_ = std::max(now_, first->first.first);
  fake_alarm* due = first->second;
  set_.erase(first);
  due->ring();
  return true;
}

// ---- Packets

namespace {

constexpr std::size_t ip_header_bytes = 20;
constexpr std::byte reply_ttl{57};

void write_address(bytes& packet, std::size_t at, ip_address address) {
  codec::write_u16(packet, at, static_cast<std::uint16_t>(address.v4() >> 16));
  codec::write_u16(packet, at + 2, static_cast<std::uint16_t>(address.v4()));
}

bytes ip_packet(ip_address source, const bytes& payload) {
  bytes packet(ip_header_bytes + payload.size());
  packet[0] = std::byte{0x45};
  codec::write_u16(packet, 2, static_cast<std::uint16_t>(ip_header_bytes + payload.size()));
  packet[8] = reply_ttl;
  packet[9] = std::byte{1};  // ICMP
  write_address(packet, 12, source);
  std::copy(payload.begin(), payload.end(), packet.begin() + ip_header_bytes);
  return packet;
}

void set_checksum(bytes& message) {
  codec::write_u16(message, 2, 0);
  const std::uint16_t sum = codec::internet_checksum(message);
  std::memcpy(&message[2], &sum, sizeof sum);
}

bytes reply_to(bytes request) {
  request[0] = std::byte{0};
  set_checksum(request);
  return request;
}

bytes host_unreachable(ip_address destination, const bytes& request) {
  bytes message(8);
  message[0] = std::byte{3};
  message[1] = std::byte{1};
  bytes quoted = ip_packet({}, request);
  write_address(quoted, 16, destination);
  quoted.resize(std::min<std::size_t>(quoted.size(), ip_header_bytes + 8));
  message.insert(message.end(), quoted.begin(), quoted.end());
  set_checksum(message);
  return message;
}

}  // namespace

// ---- The transport

class simulated_world::transport final : public icmp_transport {
 public:
  explicit transport(simulated_world& net)
      : network_{net},
        first_id_{static_cast<std::uint16_t>(net.random() | 0x8000)},
        arrival_{net.time_.make_alarm([this] { deliver(); })} {}

  icmp_socket_mode mode() const override { return icmp_socket_mode::raw; }
  icmp_framing framing() const override { return icmp_framing::raw_v4; }
  std::size_t channels() const override { return 1; }
  std::uint16_t id_of(std::uint32_t) const override { return first_id_; }
  std::optional<std::uint32_t> channel_of(std::uint16_t id) const override {
    return id == first_id_ ? std::optional<std::uint32_t>{0} : std::nullopt;
  }
  send_progress send(std::span<const outgoing_echo> batch) override;
  receive_progress receive(std::span<incoming_icmp> into) override;
  void on_arrival(std::function<void()> notify) override { notify_ = std::move(notify); }
  void rest() override { arrival_->clear(); }
  icmp_losses losses() override { return {drops_, 0}; }

 private:
  struct packet {
    bytes content;
    ip_address source;
    timeline::time_point arrives;
    ip_address about;  ///< Set if this is an intact reply from this address.
    timeline::time_point asked;
    bool rejection = false;
  };

  void answer(const outgoing_echo& request);
  void lie(const outgoing_echo& request);
  void add(packet one, std::chrono::nanoseconds after);
  void deliver();

  simulated_world& network_;
  std::uint16_t first_id_;
  std::multimap<timeline::time_point, packet> under_way_;
  std::deque<packet> arrived_;
  std::vector<packet> received_;  // what the spans of the last `receive` point into
  std::function<void()> notify_;
  std::map<ip_address, std::uint16_t> sequences_;  // where there is a liar
  std::uint64_t drops_ = 0;
  std::unique_ptr<alarm> arrival_;
};

send_progress simulated_world::transport::send(std::span<const outgoing_echo> batch) {
  std::size_t sent = 0;
  for (const outgoing_echo& request : batch) {
    if (network_.happens(network_.weather_.shortage)) return {sent, sent == 0 ? ENOBUFS : 0};
    if (network_.happens(network_.weather_.refused)) return {sent, sent == 0 ? EPERM : 0};
    ++sent;
    network_.sends_.push_back(network_.time_.now());
    network_.traffic_[request.to].sent.push_back(network_.time_.now());
    if (network_.on_send) network_.on_send(request.to);
    answer(request);
    if (network_.liar) sequences_[request.to] = codec::read_u16(request.message, 6);
    if (network_.liar == request.to) lie(request);
  }
  return {sent, 0};
}

void simulated_world::transport::lie(const outgoing_echo& request) {
  const int reach = network_.lies_about;
  const int neighbours = network_.neighbours_of_liar;
  for (int host = -neighbours; host <= neighbours; ++host) {
    if (host == 0) continue;
    const auto about = ip_address::from_v4(request.to.v4() + static_cast<std::uint32_t>(host));
    const auto asked = sequences_.find(about);
    const bool known = network_.liar_peeks && asked != sequences_.end();
    for (int step = -reach; step <= reach; ++step) {
      bytes guess{request.message.begin(), request.message.end()};
      const std::uint16_t seq = known ? asked->second : codec::read_u16(guess, 6);
      codec::write_u16(guess, 6, static_cast<std::uint16_t>(seq + step));
      set_checksum(guess);
      add({ip_packet(request.to, host_unreachable(about, guess)), request.to, {}, {}, {}},
          network_.weather_.delay_min);
    }
  }
}

void simulated_world::transport::answer(const outgoing_echo& request) {
  simulated_world& net = network_;
  const network_weather& weather = net.weather_;
  const bytes asked{request.message.begin(), request.message.end()};
  const bytes good = reply_to(asked);
  const auto now = net.time_.now();
  if (net.happens(weather.forged)) {
    bytes forged = good;
    for (std::size_t i = 8; i < std::min<std::size_t>(forged.size(), 24); ++i)
      forged[i] ^= std::byte{0x55};
    set_checksum(forged);
    if (forged.size() >= 24)
      add({ip_packet(request.to, forged), request.to, {}, {}, now}, net.delay());
  }
  if (net.happens(weather.lost)) return;
  if (net.happens(weather.rejected)) {
    const ip_address router = ip_address::from_v4(0x0a00'0001);
    packet error{
        ip_packet(router, host_unreachable(request.to, asked)), router, {}, request.to, now};
    error.rejection = true;
    return add(std::move(error), net.delay());
  }
  packet reply{ip_packet(request.to, good), request.to, {}, request.to, now};
  if (net.happens(weather.corrupted)) {
    const std::size_t at = ip_header_bytes + net.random() % good.size();
    reply.content[at] ^= std::byte{1} << static_cast<int>(net.random() % 8);
    reply.about = {};
  } else if (net.happens(weather.truncated)) {
    reply.content.resize(net.random() % reply.content.size());
    reply.about = {};
  } else if (net.happens(weather.shortened)) {
    bytes part = good;
    part.resize(std::min(part.size(), weather.shortened_to));
    if (net.happens(weather.altered)) part.back() ^= std::byte{1};
    set_checksum(part);
    reply.content = ip_packet(request.to, part);
  } else if (net.happens(weather.foreign)) {
    reply.source = ip_address::from_v4(request.to.v4() ^ 1);
    reply.content = ip_packet(reply.source, good);
    reply.about = {};
  }
  const auto after =
      net.delay() + (net.happens(weather.late) ? weather.late_by : std::chrono::nanoseconds{});
  if (net.happens(weather.duplicated)) add(reply, net.delay() + after);
  add(std::move(reply), after);
}

void simulated_world::transport::add(packet one, std::chrono::nanoseconds after) {
  one.arrives = network_.time_.now() + after;
  under_way_.emplace(one.arrives, std::move(one));
  arrival_->set(under_way_.begin()->first);
}

void simulated_world::transport::deliver() {
  while (!under_way_.empty() && under_way_.begin()->first <= network_.time_.now()) {
    packet one = std::move(under_way_.begin()->second);
    under_way_.erase(under_way_.begin());
    if (arrived_.size() >= network_.weather_.receive_queue_max) {
      ++drops_;
    } else {
      arrived_.push_back(std::move(one));
    }
  }
  if (!under_way_.empty()) arrival_->set(under_way_.begin()->first);
  if (notify_) notify_();
}

receive_progress simulated_world::transport::receive(std::span<incoming_icmp> into) {
  received_.clear();
  while (!arrived_.empty() && received_.size() < into.size()) {
    received_.push_back(std::move(arrived_.front()));
    arrived_.pop_front();
  }
  for (std::size_t i = 0; i < received_.size(); ++i) {
    const packet& one = received_[i];
    into[i] = {one.content, one.source, one.arrives + network_.stamps_off, 0, nullptr, one.source};
    if (one.about == ip_address{}) continue;
    traffic& there = network_.traffic_[one.about];
    if (one.rejection) {
      ++there.rejections;
    } else {
      there.answered.push_back(one.arrives - one.asked);
    }
  }
  return {received_.size(), !arrived_.empty()};
}

// ---- The network

simulated_world::simulated_world(std::uint64_t seed, network_weather weather)
    : server{[](std::string_view request) -> std::optional<simulated_answer> {
        if (!request.ends_with("\r\n\r\n")) return {};
        return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
      }},
      chance_{seed},
      weather_{weather} {}

std::unique_ptr<icmp_transport> simulated_world::open_icmp(codec::ip_family, const echo_options&) {
  return std::make_unique<transport>(*this);
}

std::unique_ptr<sockets> simulated_world::open_sockets() {
  return std::make_unique<simulated_sockets>(*this);
}

std::unique_ptr<lookup_source> simulated_world::open_names(const resolver_options&) {
  return std::make_unique<simulated_names>(*this);
}

std::unique_ptr<process_source> simulated_world::open_processes() {
  return std::make_unique<simulated_processes>(*this);
}

bool simulated_world::run(asio::io_context& context, const std::function<bool()>& done) {
  while (!done()) {
    context.restart();
    const bool moved = context.poll() > 0;
    if (done()) break;
    // Nothing is ready any more: asking the loop again would cost more than what it has done.
    if (!time_.ring_next() && !moved) return false;
  }
  return true;
}

bool simulated_world::happens(double probability) {
  return probability > 0 && std::generate_canonical<double, 32>(chance_) < probability;
}

std::chrono::nanoseconds simulated_world::delay(std::chrono::nanoseconds least,
                                                std::chrono::nanoseconds most) {
  const auto spread = most - least;
  return least +
         std::chrono::nanoseconds{static_cast<std::int64_t>(
             std::generate_canonical<double, 32>(chance_) * static_cast<double>(spread.count()))};
}

}  // namespace muster::test
