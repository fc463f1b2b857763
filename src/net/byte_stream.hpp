#pragma once

#include "codec/tls_session.hpp"
#include "net/connection.hpp"
#include "net/shortage_step.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace muster {

class byte_stream;

/// A step of a probe on its connection. It calls, and where that has to wait, for the connection or
/// for something this machine is short of, calls again. It ends early with the probe's deadline.
class stream_step : public shortage_step, private socket_waiter {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  bool await_ready() { return go_on(); }
  void await_suspend(std::coroutine_handle<> coroutine) { coroutine_ = coroutine; }
  void cancel() final;

 protected:
  /// What there is to wait for, after a call.
  enum class wait : std::uint8_t {
    none,
    readable,
    writable,
    either,
    shortage,
    elsewhere,  ///< For what will call `proceed`.
  };

  explicit stream_step(byte_stream& stream);
  ~stream_step() { peer().forget_waiter(); }

  connection& peer() const;
  /// What the stream is spoken in, if that is TLS.
  codec::tls_session* tls() const;
  /// What was queued before, or TLS has to say, and has not left.
  std::string_view unsent() const;
  /// Sends all of that; `none` when it has left, or with an errno in `error`.
  wait send_unsent(int& error);
  /// The peer is gone: nothing of that can reach it. The errno is what the stream ends with.
  void drop_unsent(int error);
  /// That errno; 0 for none.
  int gone() const;
  /// Feeds TLS what has come; `none` when there was something, at the end, or with an errno.
  struct fed {
    wait need = wait::none;
    int error = 0;
    bool ended = false;
  };
  fed feed_input();
  /// Calls; `none` when the step has ended.
  virtual wait attempt() = 0;
  /// What a call was short of.
  virtual scarce_resource missing() const { return peer().missing(); }
  /// Calls again, and may destroy `*this`.
  void proceed() final;
  time_point now() const;

 private:
  bool go_on();
  void take_unsent(std::size_t bytes);
  void on_ready() final { proceed(); }

  byte_stream& stream_;
  std::coroutine_handle<> coroutine_;
};

/// A TCP connection of a probe, or one to a Unix socket, with or without TLS in it, or its UDP
/// socket, in steps to be awaited: the probe's deadline ends each of them, and its clock stands
/// still while one waits for something that this machine is short of.
class byte_stream {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// All of them outlive the stream. `whole` is the probe's deadline.
  byte_stream(socket_poller& poller, shortage& scarce, probe_deadline& whole,
              transport kind = transport::stream)
      : peer_{poller, scarce, kind}, scarce_{scarce}, whole_{&whole} {}
  /// For another probe: this deadline, which outlives the stream or the next one, is that of the
  /// steps to come.
  void serve(probe_deadline& whole) { whole_ = &whole; }

  /// What a step came to.
  struct transferred {
    std::size_t bytes = 0;
    int error = 0;  ///< An errno, 0 for none; EPROTO when what came was no TLS.
    /// The probe's deadline ended the step; then there was no error, and not all was transferred.
    ending ended = ending::none;
    /// Of a `write_all`, when its last call began: an answer may be there before that returns. Of a
    /// `read_some`, when the last of the bytes, or the end, reached this machine.
    time_point at{};
  };
  struct connected {
    outcome what;
    ending ended = ending::none;
    /// From the start of the connect that was made in the end to its outcome: where it succeeded,
    /// by the kernel's clocks if they can tell, else until the loop came by, without standstills.
    duration took{0};
    /// When that was, by the same clocks.
    time_point at{};
  };

  /// What a handshake came to.
  struct secured {
    /// An errno, 0 for none; the session knows what else may be wrong.
    int error = 0;
    bool closed = false;  ///< The peer ended the stream in the middle of it.
    ending ended = ending::none;
    /// From what this side says until the peer's answer to it reached this machine, all together:
    /// what lies between is this machine's.
    duration took{0};
    /// When the last word of it was said here, or reached this machine.
    time_point at{};
  };

  class connect_step;
  class handshake_step;
  class write_step;
  class read_step;

  /// `co_await stream.connect(to, source)` gives `connected`. `to`, and `source`, where to connect
  /// from, outlive the step.
  connect_step connect(const endpoint& to, const std::optional<endpoint>& source);
  /// The same to whichever of several addresses is connected first (RFC 8305, 5), with the port and
  /// the scope of `to`, which then has the address that the outcome is about. With fewer than two
  /// it is the address of `to`. They outlive the step.
  connect_step connect(endpoint& to, std::span<const ip_address> addresses,
                       const std::optional<endpoint>& source);
  /// From here on all that is written and read goes through the session: first of all the
  /// handshake. `co_await stream.handshake()` gives `secured`.
  void begin_tls(std::unique_ptr<codec::tls_session> session) { tls_ = std::move(session); }
  handshake_step handshake();
  /// That session; nullptr when there is none.
  const codec::tls_session* tls() const { return tls_.get(); }
  /// Has the steps that follow send this too, before anything of their own: what the peer is to be
  /// told on the way, such as an acknowledgement. A write sends all of it. A read sends what fits,
  /// and waits for something to come; but where the peer takes so little that more than
  /// `unsent_bytes_max` are left, it is not listened to meanwhile. When the peer is gone, the
  /// stream ends with the errno that tells so.
  void queue(std::string_view bytes);
  /// `co_await stream.write_all(bytes)` gives `transferred`; a datagram is all of the bytes.
  write_step write_all(std::string_view bytes);
  /// `co_await stream.read_some(into)` gives `transferred`: no bytes and no error is the end of a
  /// stream, or an empty datagram.
  read_step read_some(std::span<char> into);
  /// The same of what is there by now; nothing if that is nothing.
  std::optional<transferred> read_now(std::span<char> into);

  /// Has the kernel say when what is read from now on reached this machine. Datagrams always have
  /// that.
  void stamp_arrivals() { peer_.stamp_arrivals(); }
  /// What an error of a step means that may be the answer to a datagram.
  outcome rejected(int error) { return peer_.rejected(error); }
  /// When that answer reached this machine.
  time_point arrived() const { return peer_.arrived(); }

  /// Of what was queued, or TLS has to say.
  static constexpr std::size_t unsent_bytes_max = std::size_t{64} * 1024;

 private:
  friend class stream_step;
  connection peer_;
  shortage& scarce_;
  probe_deadline* whole_;
  std::unique_ptr<codec::tls_session> tls_;
  std::string queued_;  // in the clear
  int gone_ = 0;        // what a send of it failed for
};

class byte_stream::connect_step final : public stream_step {
 public:
  connect_step(byte_stream& stream, const endpoint& to, const std::optional<endpoint>& source);
  connect_step(byte_stream& stream, endpoint& to, std::span<const ip_address> addresses,
               const std::optional<endpoint>& source);
  ~connect_step();
  connected await_resume();

 private:
  class race;
  /// A call of connect.
  struct call {
    time_point started{};
    int error = 0;
    bool is_under_way = false;
  };

  wait attempt() override;
  scarce_resource missing() const override;
  /// What a call came to that has nothing to wait for any more.
  connected outcome_of(const call& made, connection& on, const ip_address& to);

  const endpoint& to_;
  const std::optional<endpoint>& source_;
  std::unique_ptr<race> race_;  // where there are several addresses
  call made_;
};

class byte_stream::handshake_step final : public stream_step {
 public:
  explicit handshake_step(byte_stream& stream) : stream_step{stream} {}
  secured await_resume();

 private:
  wait attempt() override;
  void end_phase();

  secured end_;
  time_point said_{};   // when the last of what was said here left
  time_point heard_{};  // when the last of what the peer said came
};

class byte_stream::write_step final : public stream_step {
 public:
  write_step(byte_stream& stream, std::string_view bytes) : stream_step{stream}, unsent_{bytes} {}
  transferred await_resume();

 private:
  wait attempt() override;
  wait attempt_tls();

  std::string_view unsent_;
  transferred so_far_;
};

class byte_stream::read_step final : public stream_step {
 public:
  read_step(byte_stream& stream, std::span<char> into) : stream_step{stream}, into_{into} {}
  transferred await_resume();

 private:
  wait attempt() override;
  wait attempt_clear();
  wait attempt_tls();
  wait send_what_fits();
  bool is_held_up() const { return unsent().size() > unsent_bytes_max; }
  static wait something_to_come(wait unsent);

  std::span<char> into_;
  transferred got_;
};

inline byte_stream::connect_step byte_stream::connect(const endpoint& to,
                                                      const std::optional<endpoint>& source) {
  return {*this, to, source};
}
inline byte_stream::connect_step byte_stream::connect(endpoint& to,
                                                      std::span<const ip_address> addresses,
                                                      const std::optional<endpoint>& source) {
  return {*this, to, addresses, source};
}
inline byte_stream::handshake_step byte_stream::handshake() { return handshake_step{*this}; }
inline byte_stream::write_step byte_stream::write_all(std::string_view bytes) {
  return {*this, bytes};
}
inline byte_stream::read_step byte_stream::read_some(std::span<char> into) { return {*this, into}; }

}  // namespace muster
