// Strategy: a batch of events is handled in two passes. The first notes what was told, and runs
// nobody's code; the second tells whoever waits for it, from a list that a socket leaves when it is
// destroyed. So a waiter may destroy any other, or close a socket whose number the next one gets,
// and no event reaches the wrong one. Where that is asked for, the first pass is made again while
// the second goes on, so that what came meanwhile is not as late as all of them together. The
// kernel forgets a socket when its last descriptor is closed; as a child process that was forked
// may still hold one, an event carries the number of its registration, and one that is out of date
// means nobody.
#include "net/socket_poller.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace muster {
namespace {

constexpr auto readable_bit = static_cast<std::uint8_t>(readiness::readable);
constexpr auto writable_bit = static_cast<std::uint8_t>(readiness::writable);

std::uint64_t key_of(int descriptor, std::uint32_t generation) {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(descriptor);
}

}  // namespace

// ---- One socket

void polled_socket::assign(int descriptor) {
  close();
  descriptor_ = descriptor;
}

void polled_socket::take_over(polled_socket& other) {
  assign(std::exchange(other.descriptor_, -1));
  other.forget_waiter();
  generation_ = std::exchange(other.generation_, 0);
  ready_ = std::exchange(other.ready_, 0);
  failed_ = std::exchange(other.failed_, false);
  peer_done_ = std::exchange(other.peer_done_, false);
  urgent_ = std::exchange(other.urgent_, false);
  told_ = other.told_;
  if (generation_ != 0) poller_.moved(*this);
}

int polled_socket::watch() { return poller_.add(*this); }

void polled_socket::close() {
  if (descriptor_ < 0) return;
  unlink();
  if (generation_ != 0) poller_.remove(*this);
  poller_.close(descriptor_);
  descriptor_ = -1;
  generation_ = 0;
  ready_ = 0;
  failed_ = peer_done_ = urgent_ = false;
}

void polled_socket::note(const socket_event& event, timeline::time_point now) {
  told_ = now;
  failed_ = event.failed;
  peer_done_ = event.peer_done;
  urgent_ = urgent_ || event.urgent;
  if (event.readable) ready_ |= readable_bit;
  if (event.writable) ready_ |= writable_bit;
}

void polled_socket::used_up(readiness what) {
  ready_ &= static_cast<std::uint8_t>(~static_cast<std::uint8_t>(what));
}

void polled_socket::tell_again() {
  if (poller_.rearm(*this)) ready_ = 0;
}

void polled_socket::wake() {
  unlink();
  std::exchange(waiter_, nullptr)->on_ready();
}

// ---- All of them

socket_poller::socket_poller(std::unique_ptr<sockets> system) : system_{std::move(system)} {
  system_->on_events([this] {
    const std::size_t count = dispatch_some();
    // A loop that waits for nothing would keep the io_context from ending.
    if (watched_ == 0) system_->rest();
    return count + (due_.empty() ? 0 : 1);
  });
}

int socket_poller::add(polled_socket& socket) {
  if (++generation_ == 0) ++generation_;
  const int error = system_->watch(socket.descriptor_, key_of(socket.descriptor_, generation_));
  if (error != 0) return error;
  const auto place = static_cast<std::size_t>(socket.descriptor_);
  if (place >= sockets_.size()) sockets_.resize(place + batch_max);
  sockets_[place] = &socket;
  socket.generation_ = generation_;
  ++watched_;
  return 0;
}

bool socket_poller::rearm(const polled_socket& socket) {
  const int descriptor = socket.descriptor_;
  return system_->tell_again(descriptor, key_of(descriptor, socket.generation_)) == 0;
}

void socket_poller::remove(const polled_socket& socket) {
  sockets_[static_cast<std::size_t>(socket.descriptor_)] = nullptr;
  if (--watched_ == 0 && !dispatching_) system_->rest();
}

void socket_poller::moved(polled_socket& socket) {
  sockets_[static_cast<std::size_t>(socket.descriptor_)] = &socket;
}

void socket_poller::close(int descriptor) {
  if (gathering_ && gathered_.size() < gathered_.capacity()) {
    gathered_.push_back(descriptor);
  } else {
    system_->close({&descriptor, 1});
  }
}

void socket_poller::gather_closes() {
  gathered_.reserve(watched_);
  gathering_ = true;
}

void socket_poller::close_gathered() {
  gathering_ = false;
  std::sort(gathered_.begin(), gathered_.end());
  system_->close(gathered_);
  gathered_.clear();
}

void socket_poller::poll() {
  if (watched_ == 0) return;
  for (std::size_t batches = watched_ / batch_max + 1; batches > 0; --batches) {
    if (dispatch() < batch_max) break;
  }
  rest();
}

/// Takes events and wakes all who wait for them; says how many there were.
std::size_t socket_poller::dispatch() {
  std::size_t count = take_events();
  full_ = count == batch_max;
  return count + wake_due(due_max);
}

/// The same for some of those who wait; the rest is for the next time.
std::size_t socket_poller::dispatch_some() {
  std::size_t count = 0;
  if (due_.empty()) {
    count = take_events();
    full_ = count == batch_max;
  }
  return count + wake_due(wakes_at_once);
}

/// Wakes so many of those who are due; says how many events were taken meanwhile.
std::size_t socket_poller::wake_due(unsigned most) {
  // Whatever way this is left: a waiter's exception goes through here.
  struct while_dispatching {
    explicit while_dispatching(bool& flag_) : flag{flag_} { flag = true; }
    ~while_dispatching() { flag = false; }
    bool& flag;
  } const marked{dispatching_};

  std::size_t count = 0;
  for (unsigned woken = 0; !due_.empty() && woken < most;) {
    due_.pop_front().wake();
    const bool looks = ++woken % wakes_per_look == 0 && looks_between_wakes_;
    if (looks && count < batch_max) count += take_events();
  }
  return count;
}

/// Takes one batch of events, and notes who is to be woken.
std::size_t socket_poller::take_events() {
  if (before_events_) before_events_();
  std::array<socket_event, batch_max> events;
  const std::size_t count = system_->take_events(events);
  const auto now = time_ ? time_->now() : timeline::time_point{};
  for (const socket_event& event : std::span{events}.first(count)) {
    const auto place = static_cast<std::size_t>(event.key & 0xffff'ffff);
    polled_socket* const socket = place < sockets_.size() ? sockets_[place] : nullptr;
    if (socket == nullptr || socket->generation_ != event.key >> 32) continue;
    socket->note(event, now);
    if (socket->waiter_ && socket->ready(socket->wanted_) && !socket->linked()) {
      due_.push_back(*socket);
    }
  }
  return count;
}

}  // namespace muster
