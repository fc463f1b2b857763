#pragma once

#include "muster/detail/intrusive_list.hpp"
#include "net/job.hpp"

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace muster {

class socket_poller;

/// What a socket can be waited for. Values are bits.
enum class readiness : std::uint8_t { readable = 1, writable = 2 };

/// A non-blocking stream socket that a `socket_poller` watches: its descriptor, what is known of
/// its readiness, and the one coroutine that waits for it. Lives in a coroutine's frame; the socket
/// is closed with it.
///
/// The kernel tells of each change once (edge-triggered), so readiness is remembered here until
/// whoever reads or writes says that it is used up.
class polled_socket : public list_hook {
 public:
  /// The poller outlives the socket.
  explicit polled_socket(socket_poller& poller) : poller_{poller} {}
  polled_socket(const polled_socket&) = delete;
  polled_socket& operator=(const polled_socket&) = delete;
  ~polled_socket() { close(); }

  /// Takes a descriptor over; the one before is closed.
  void assign(int descriptor);
  /// -1 when there is none.
  int descriptor() const { return descriptor_; }
  /// Begins to watch a socket that is connecting or connected. Returns 0 or an errno: ENOSPC when
  /// the user's watches are used up (fs.epoll.max_user_watches), ENOMEM.
  int watch();
  void close();

  bool ready(readiness what) const { return (ready_ & static_cast<std::uint8_t>(what)) != 0; }
  /// An error is pending on the socket, or both directions are closed.
  bool failed() const { return failed_; }
  /// The peer sends nothing after what has arrived.
  bool peer_done() const { return peer_done_; }
  /// Urgent data came, at which a read stops short of what is behind it.
  bool urgent() const { return urgent_; }
  /// The last call came to the end of what the kernel had, so the next change will be told.
  void used_up(readiness what);
  /// The last call may have left something: has the kernel tell again what is ready, after every
  /// other socket had its turn.
  void tell_again();

  /// Resumes a suspended coroutine once the socket is ready for `what`, or at `stop_waiting`.
  void await(readiness what, std::coroutine_handle<> coroutine) {
    wanted_ = what;
    waiter_ = coroutine;
  }
  /// The coroutine that waits is being destroyed.
  void forget_waiter() {
    waiter_ = nullptr;
    unlink();
  }
  /// Resumes the coroutine, if one waits; it may destroy the socket.
  void stop_waiting() {
    if (waiter_) resume();
  }

 private:
  friend class socket_poller;
  void note(std::uint32_t events);
  void resume();

  socket_poller& poller_;
  std::coroutine_handle<> waiter_;
  int descriptor_ = -1;
  std::uint32_t generation_ = 0;  // 0 while it is not watched
  std::uint8_t ready_ = 0;
  bool failed_ = false;
  bool peer_done_ = false;
  bool urgent_ = false;
  readiness wanted_ = readiness::readable;
};

/// `co_await socket_wait{…}`: waits until a socket is ready, or its wait is stopped.
class socket_wait {
 public:
  /// The socket outlives the wait.
  socket_wait(polled_socket& socket, readiness what) : socket_{socket}, what_{what} {}
  socket_wait(const socket_wait&) = delete;
  socket_wait& operator=(const socket_wait&) = delete;
  ~socket_wait() {
    if (waiting_) socket_.forget_waiter();
  }

  bool await_ready() const { return socket_.ready(what_); }
  void await_suspend(std::coroutine_handle<> coroutine) {
    waiting_ = true;
    socket_.await(what_, coroutine);
  }
  void await_resume() { waiting_ = false; }

 private:
  polled_socket& socket_;
  readiness what_;
  bool waiting_ = false;
};

/// All stream sockets of a run behind one epoll of their own, whose descriptor is all that Asio's
/// reactor sees of them. A socket costs one `epoll_ctl` in its life, a wait costs nothing, and a
/// wake-up of the loop serves many sockets.
class socket_poller {
 public:
  /// The io_context outlives the poller. Throws std::system_error when the kernel has no epoll
  /// left.
  explicit socket_poller(asio::io_context& context);
  socket_poller(const socket_poller&) = delete;
  socket_poller& operator=(const socket_poller&) = delete;
  ~socket_poller() { close_gathered(); }

  /// Called before what came to sockets is looked at.
  void on_before_events(std::function<void()> look) { before_events_ = std::move(look); }

  /// Sockets being watched. The poller is work for the io_context while there are any.
  std::size_t watched() const { return watched_; }

  /// Resumes all that need not wait any longer by now, rather than when the loop comes by.
  void poll();
  /// The same for a few of them, by one system call, between two starts: so that what is told of
  /// one that ended meanwhile is no later than a start takes. `rest` is to be called in the end.
  void look() {
    if (watched_ > 0) dispatch();
  }
  /// Nothing is watched any more: the io_context is not kept at work.
  void rest() {
    if (watched_ == 0) epoll_.cancel();
  }

  /// Between these two, sockets are not closed one by one, but all together at the end: a call for
  /// each costs more than what it does, where thousands end at once.
  void gather_closes();
  void close_gathered();

  /// Events taken from the kernel in one call.
  static constexpr std::size_t batch_max = 256;

 private:
  friend class polled_socket;
  int add(polled_socket& socket);
  bool rearm(const polled_socket& socket);
  void remove(const polled_socket& socket);
  void close(int descriptor);
  int dispatch();
  static job serve(job_scope&, socket_poller& self);

  asio::posix::stream_descriptor epoll_;
  std::function<void()> before_events_;
  std::vector<polled_socket*> sockets_;  // by descriptor
  intrusive_list<polled_socket> due_;    // whose coroutines are to be resumed
  std::vector<int> gathered_;            // to be closed, as many as there is room for
  std::size_t watched_ = 0;
  std::uint32_t generation_ = 0;
  bool serving_ = false;
  bool dispatching_ = false;
  bool gathering_ = false;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
