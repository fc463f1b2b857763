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
  enum class wait : std::uint8_t { none, readable, writable, shortage };

  explicit stream_step(byte_stream& stream);
  ~stream_step() { peer().forget_waiter(); }

  connection& peer() const;
  /// What the stream is spoken in, if that is TLS.
  codec::tls_session* tls() const;
  /// Sends what TLS has to say; `none` when all of it has left, or with an errno in `error`.
  wait send_output(int& error);
  /// Feeds TLS what has come; `none` when there was something, at the end, or with an errno.
  struct fed {
    wait need = wait::none;
    int error = 0;
    bool ended = false;
  };
  fed feed_input();
  /// Calls; `none` when the step has ended.
  virtual wait attempt() = 0;
  time_point now() const;

 private:
  bool go_on();
  void on_ready() final { proceed(); }
  void proceed() final;

  byte_stream& stream_;
  std::coroutine_handle<> coroutine_;
};

/// A TCP connection of a probe, with or without TLS in it, or its UDP socket, in steps to be
/// awaited: the probe's deadline ends each of them, and its clock stands still while one waits for
/// something that this machine is short of.
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
  };

  /// What a handshake came to.
  struct secured {
    /// An errno, 0 for none; the session knows what else may be wrong.
    int error = 0;
    bool closed = false;  ///< The peer ended the stream in the middle of it.
    ending ended = ending::none;
    /// From the first byte being sent until the peer's last word of it reached this machine.
    duration took{0};
  };

  class connect_step;
  class handshake_step;
  class write_step;
  class read_step;

  /// `co_await stream.connect(to, source)` gives `connected`. `source`, where to connect from,
  /// outlives the step.
  connect_step connect(const endpoint& to, const std::optional<endpoint>& source);
  /// From here on all that is written and read goes through the session: first of all the
  /// handshake. `co_await stream.handshake()` gives `secured`.
  void begin_tls(std::unique_ptr<codec::tls_session> session) { tls_ = std::move(session); }
  handshake_step handshake();
  /// That session; nullptr when there is none.
  const codec::tls_session* tls() const { return tls_.get(); }
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

 private:
  friend class stream_step;
  connection peer_;
  shortage& scarce_;
  probe_deadline* whole_;
  std::unique_ptr<codec::tls_session> tls_;
};

class byte_stream::connect_step final : public stream_step {
 public:
  connect_step(byte_stream& stream, const endpoint& to, const std::optional<endpoint>& source)
      : stream_step{stream}, to_{to}, source_{source} {}
  connected await_resume();

 private:
  wait attempt() override;

  const endpoint to_;
  const std::optional<endpoint>& source_;
  time_point started_{};
  int error_ = 0;
  bool is_under_way_ = false;
};

class byte_stream::handshake_step final : public stream_step {
 public:
  explicit handshake_step(byte_stream& stream) : stream_step{stream} {}
  secured await_resume();

 private:
  wait attempt() override;

  secured end_;
  time_point began_{};
  bool has_begun_ = false;
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
  wait attempt_tls();

  static constexpr std::size_t unsent_bytes_max = std::size_t{64} * 1024;

  std::span<char> into_;
  transferred got_;
};

inline byte_stream::connect_step byte_stream::connect(const endpoint& to,
                                                      const std::optional<endpoint>& source) {
  return {*this, to, source};
}
inline byte_stream::handshake_step byte_stream::handshake() { return handshake_step{*this}; }
inline byte_stream::write_step byte_stream::write_all(std::string_view bytes) {
  return {*this, bytes};
}
inline byte_stream::read_step byte_stream::read_some(std::span<char> into) { return {*this, into}; }

}  // namespace muster
