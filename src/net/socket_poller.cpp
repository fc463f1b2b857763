// Strategy: one epoll for all stream sockets, edge-triggered for both directions from the start, so
// that a socket is registered once and never changed. Asio waits for that epoll's own descriptor.
//
// A batch is handled in two passes. The first notes what the kernel said, and runs nobody's code;
// the second resumes whoever waits for it, from a list that a socket leaves when it is destroyed.
// So a coroutine may destroy any other, or close a socket whose number the next one gets, and no
// event reaches the wrong one. After one batch all others have their turn: new connections start as
// soon as others have ended, and a server on this machine finds one more to serve before it falls
// asleep, as it would be for the connecting side to wake it up. Only when there was nothing in a
// batch is Asio asked to watch for more. The kernel forgets a socket when its last descriptor is
// closed; as a child process that was forked may still hold one, an event carries the number of its
// registration, and one that is out of date means nobody.
#include "net/socket_poller.hpp"

#include "net/resume.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <asio/post.hpp>

#include <sys/epoll.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::uint32_t watched_events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
constexpr auto readable_bit = static_cast<std::uint8_t>(readiness::readable);
constexpr auto writable_bit = static_cast<std::uint8_t>(readiness::writable);

int new_epoll() {
  const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  if (descriptor >= 0) return descriptor;
  throw std::system_error{errno, std::system_category(), "can't watch connections (epoll_create1)"};
}

epoll_event event_of(int descriptor, std::uint32_t generation) {
  epoll_event event{};
  event.events = watched_events;
  event.data.u64 = std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(descriptor);
  return event;
}

}  // namespace

// ---- One socket

void polled_socket::assign(int descriptor) {
  close();
  descriptor_ = descriptor;
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

void polled_socket::note(std::uint32_t events) {
  failed_ = (events & (EPOLLERR | EPOLLHUP)) != 0;
  peer_done_ = failed_ || (events & EPOLLRDHUP) != 0;
  urgent_ = urgent_ || (events & EPOLLPRI) != 0;
  if (peer_done_ || (events & (EPOLLIN | EPOLLPRI)) != 0) ready_ |= readable_bit;
  if (failed_ || (events & EPOLLOUT) != 0) ready_ |= writable_bit;
}

void polled_socket::used_up(readiness what) {
  ready_ &= static_cast<std::uint8_t>(~static_cast<std::uint8_t>(what));
}

void polled_socket::tell_again() {
  if (poller_.rearm(*this)) ready_ = 0;
}

void polled_socket::resume() {
  unlink();
  std::exchange(waiter_, nullptr).resume();
}

// ---- All of them

socket_poller::socket_poller(asio::io_context& context) : epoll_{context, new_epoll()} {}

int socket_poller::add(polled_socket& socket) {
  if (++generation_ == 0) ++generation_;
  epoll_event event = event_of(socket.descriptor_, generation_);
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket.descriptor_, &event) != 0) {
    return errno;
  }
  const auto place = static_cast<std::size_t>(socket.descriptor_);
  if (place >= sockets_.size()) sockets_.resize(place + batch_max);
  sockets_[place] = &socket;
  socket.generation_ = generation_;
  ++watched_;
  if (!serving_) {
    serving_ = true;
    serve(scope_, *this);
  }
  return 0;
}

bool socket_poller::rearm(const polled_socket& socket) {
  epoll_event event = event_of(socket.descriptor_, socket.generation_);
  return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, socket.descriptor_, &event) == 0;
}

void socket_poller::remove(const polled_socket& socket) {
  sockets_[static_cast<std::size_t>(socket.descriptor_)] = nullptr;
  // A loop that waits for nothing would keep the io_context from ending.
  if (--watched_ == 0 && !dispatching_) epoll_.cancel();
}

void socket_poller::close(int descriptor) {
  if (gathering_ && gathered_.size() < gathered_.capacity()) {
    gathered_.push_back(descriptor);
  } else {
    ::close(descriptor);
  }
}

void socket_poller::gather_closes() {
  gathered_.reserve(watched_);
  gathering_ = true;
}

void socket_poller::close_gathered() {
  gathering_ = false;
  std::sort(gathered_.begin(), gathered_.end());
  for (auto first = gathered_.begin(); first != gathered_.end();) {
    auto last = first;
    while (last + 1 != gathered_.end() && last[1] == *last + 1)
      ++last;
    const auto from = static_cast<unsigned>(*first);
    if (::close_range(from, static_cast<unsigned>(*last), 0) != 0) {
      std::for_each(first, last + 1, [](int one) { ::close(one); });
    }
    first = last + 1;
  }
  gathered_.clear();
}

void socket_poller::poll() {
  if (watched_ == 0) return;
  for (std::size_t batches = watched_ / batch_max + 1; batches > 0; --batches) {
    if (dispatch() < static_cast<int>(batch_max)) break;
  }
  if (watched_ == 0) epoll_.cancel();
}

job socket_poller::serve(job_scope&, socket_poller& self) {
  bool idle = true;
  while (self.watched_ > 0) {
    if (idle) {
      co_await self.epoll_.async_wait(asio::posix::stream_descriptor::wait_read, resume);
    } else {
      co_await asio::post(self.epoll_.get_executor(), resume);
    }
    idle = self.dispatch() == 0;
  }
  self.serving_ = false;
}

/// Takes one batch of events, and says how many they were.
int socket_poller::dispatch() {
  // Whatever way this is left: a coroutine's exception goes through here.
  struct while_dispatching {
    explicit while_dispatching(bool& flag_) : flag{flag_} { flag = true; }
    ~while_dispatching() { flag = false; }
    bool& flag;
  } const marked{dispatching_};

  if (before_events_) before_events_();
  std::array<epoll_event, batch_max> events;
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), batch_max, 0);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64;
    const auto place = static_cast<std::size_t>(key & 0xffff'ffff);
    polled_socket* const socket = place < sockets_.size() ? sockets_[place] : nullptr;
    if (socket == nullptr || socket->generation_ != key >> 32) continue;
    socket->note(events[static_cast<std::size_t>(i)].events);
    if (socket->waiter_ && socket->ready(socket->wanted_) && !socket->linked()) {
      due_.push_back(*socket);
    }
  }
  while (!due_.empty())
    due_.pop_front().resume();
  return count;
}

}  // namespace muster
