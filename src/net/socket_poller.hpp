#pragma once

#include "muster/detail/intrusive_list.hpp"
#include "net/sockets.hpp"
#include "net/timeline.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace muster {

class socket_poller;

/// What a socket can be waited for. Values are bits.
enum class readiness : std::uint8_t {
  readable = 1,
  writable = 2,
  either = 3,  ///< One of the two.
};

/// Whoever waits for a socket.
class socket_waiter {
 public:
  /// It is ready, and nobody waits for it any more. May destroy the socket, and `*this`.
  virtual void on_ready() = 0;

 protected:
  ~socket_waiter() = default;
};

/// A non-blocking socket, or a pipe, that a `socket_poller` watches: its descriptor, what is known
/// of its readiness, and the one who waits for it. Lives in a coroutine's frame; the socket is
/// closed with it.
///
/// Each change is told once (edge-triggered), so readiness is remembered here until whoever reads
/// or writes says that it is used up.
class polled_socket : public list_hook {
 public:
  /// The poller outlives the socket.
  explicit polled_socket(socket_poller& poller) : poller_{poller} {}
  polled_socket(const polled_socket&) = delete;
  polled_socket& operator=(const polled_socket&) = delete;
  ~polled_socket() { close(); }

  /// Takes a descriptor over; the one before is closed.
  void assign(int descriptor);
  /// Takes over what another of the same poller has, which is left without; nobody waits for it.
  void take_over(polled_socket& other);
  /// -1 when there is none.
  int descriptor() const { return descriptor_; }
  /// Begins to watch a socket that is connecting or connected. Returns 0 or an errno.
  int watch();
  void close();
  /// The calls that its descriptor can be passed to.
  sockets& system() const;
  socket_poller& poller() const { return poller_; }

  bool ready(readiness what) const { return (ready_ & static_cast<std::uint8_t>(what)) != 0; }
  /// An error is pending on the socket, or both directions are closed.
  bool failed() const { return failed_; }
  /// The peer sends nothing after what has arrived.
  bool peer_done() const { return peer_done_; }
  /// When what was told of it last was taken from the system; where the poller times events.
  timeline::time_point told() const { return told_; }
  /// Urgent data came, at which a read stops short of what is behind it.
  bool urgent() const { return urgent_; }
  /// The last call came to the end of what there was, so the next change will be told.
  void used_up(readiness what);
  /// The last call may have left something: has what is ready told again, after every other socket
  /// had its turn.
  void tell_again();

  /// Tells `waiter` once the socket is ready for `what`.
  void await(readiness what, socket_waiter& waiter) {
    wanted_ = what;
    waiter_ = &waiter;
  }
  /// Nobody waits any more.
  void forget_waiter() {
    waiter_ = nullptr;
    unlink();
  }

 private:
  friend class socket_poller;
  void note(const socket_event& event, timeline::time_point now);
  void wake();

  socket_poller& poller_;
  socket_waiter* waiter_ = nullptr;
  int descriptor_ = -1;
  std::uint32_t generation_ = 0;  // 0 while it is not watched
  std::uint8_t ready_ = 0;
  bool failed_ = false;
  bool peer_done_ = false;
  bool urgent_ = false;
  readiness wanted_ = readiness::readable;
  timeline::time_point told_{};
};

/// Gives what is told of sockets to those who wait for them. A socket costs one call in its life to
/// be watched, a wait costs nothing, and a wake-up of the loop serves many sockets.
class socket_poller {
 public:
  explicit socket_poller(std::unique_ptr<sockets> system);
  socket_poller(const socket_poller&) = delete;
  socket_poller& operator=(const socket_poller&) = delete;
  ~socket_poller() { close_gathered(); }

  /// Called before what came to sockets is looked at.
  void on_before_events(std::function<void()> notify) { before_events_ = std::move(notify); }

  /// From here on, notes when events were taken, by this clock, which outlives the poller.
  void time_events(const timeline& time) { time_ = &time; }
  /// From here on, takes further events while there are many to be woken, so that those are not
  /// late by all of the others.
  void look_between_wakes() { looks_between_wakes_ = true; }

  /// Sockets being watched. The poller is work for the io_context while there are any.
  std::size_t watched() const { return watched_; }
  sockets& system() const { return *system_; }

  /// Whether the last batch of events was full, so that more may have come by then.
  bool may_have_more() const { return full_; }

  /// Wakes all that need not wait any longer by now, rather than when the loop comes by.
  void poll();
  /// The same for a few of them, by one call, between two starts: so that what is told of one that
  /// ended meanwhile is no later than a start takes. `rest` is to be called in the end.
  void poll_some() {
    if (watched_ > 0) dispatch();
  }
  /// Nothing is watched any more: the io_context is not kept at work.
  void rest() {
    if (watched_ == 0) system_->rest();
  }

  /// Between these two, sockets are not closed one by one, but all together at the end: a call for
  /// each costs more than what it does, where thousands end at once.
  void gather_closes();
  void close_gathered();

  /// Events taken in one call.
  static constexpr std::size_t batch_max = 256;
  /// How many are woken before there is another look.
  static constexpr unsigned wakes_per_look = 8;
  /// How many are woken before other handlers have their turn: what follows from those, such as the
  /// next request on a connection, reaches its server while the others are looked at.
  static constexpr unsigned wakes_at_once = 16;

 private:
  friend class polled_socket;
  static constexpr unsigned due_max = std::numeric_limits<unsigned>::max();
  int add(polled_socket& socket);
  bool rearm(const polled_socket& socket);
  void remove(const polled_socket& socket);
  void moved(polled_socket& socket);
  void close(int descriptor);
  std::size_t dispatch();
  std::size_t dispatch_some();
  std::size_t wake_due(unsigned most);
  std::size_t take_events();

  std::unique_ptr<sockets> system_;
  std::function<void()> before_events_;
  const timeline* time_ = nullptr;
  std::vector<polled_socket*> sockets_;  // by descriptor
  intrusive_list<polled_socket> due_;    // whose waiters are to be told
  std::vector<int> gathered_;            // to be closed, as many as there is room for
  std::size_t watched_ = 0;
  std::uint32_t generation_ = 0;
  bool dispatching_ = false;
  bool looks_between_wakes_ = false;
  bool full_ = false;
  bool gathering_ = false;
};

inline sockets& polled_socket::system() const { return poller_.system(); }

}  // namespace muster
