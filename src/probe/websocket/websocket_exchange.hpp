#pragma once

#include "codec/http_response_reader.hpp"
#include "codec/tls_session.hpp"
#include "muster/probe/websocket.hpp"
#include "net/error_status.hpp"
#include "probe/prober.hpp"
#include "probe/target_spec.hpp"
#include "probe/websocket/websocket_talk.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace muster {

/// The part of a WebSocket probe that needs no waiting: what to send and what to make of what
/// comes, how long it took, and what became of it. The probe's coroutine moves the bytes.
class websocket_exchange {
 public:
  using clock = std::chrono::steady_clock;

  /// Both outlive the exchange.
  websocket_exchange(prober& shared, const probe_request& request);

  /// Makes the URL of the target; false when it may not be asked.
  bool begin();
  const target& url() const { return url_; }
  bool is_secure() const { return url_.scheme() == "https"; }
  void resolved(ip_address address);
  endpoint destination() const;
  void connected(const byte_stream::connected& came_to);
  std::unique_ptr<codec::tls_session> make_tls_session() const;
  /// A handshake has come to this; the session knows more.
  void secured(const byte_stream::secured& came_to, const byte_stream& peer);
  /// The connection is ready for the request.
  void ask();

  /// Whether there is nothing left to be sent or read.
  bool is_over() const { return !is_well() || talk_.is_over(); }
  /// Whether all that is left is the server's close.
  bool is_closing() const { return is_open_ && talk_.is_closing(); }
  /// What is to be sent; it lasts until `sent` or `queued`.
  std::string_view output() const { return is_open_ ? talk_.output() : request_text_; }
  /// Whether that has to be sent before anything is read.
  bool has_to_send() const { return is_open_ ? talk_.has_to_send() : !request_text_.empty(); }
  void sent(const byte_stream::transferred& came_to, const byte_stream& peer);
  /// It will be sent while something is read.
  void queued() {
    if (is_open_) talk_.sent();
  }
  /// Takes what a read into the prober's buffer came to.
  void received(const byte_stream::transferred& got, const byte_stream& peer);

  bool is_well() const { return outcome_.status == status::up; }
  void fail(const outcome& what) { outcome_ = what; }
  void deliver();

 private:
  std::string written_url() const;
  bool succeeded(const byte_stream::transferred& came_to, const byte_stream& peer,
                 reason timed_out);
  void take_response(std::string_view bytes);
  void take_upgrade(std::string_view rest);
  void talk(std::string_view bytes);
  std::array<char, 4> new_mask();
  void note_talk();
  outcome judged() const;

  prober& shared_;
  const probe_request& request_;
  const target_spec<websocket_spec> spec_;
  std::unique_ptr<websocket_details> details_;
  target url_;
  ip_address address_;
  bool has_address_ = false;
  std::string key_;
  std::string request_text_;
  codec::http_response_reader response_;
  bool is_open_ = false;
  websocket_talk talk_;
  outcome outcome_;
  bool has_heard_ = false;
  bool has_answered_ = false;
  /// What the phases come to that have ended: what lies between them is this machine's.
  clock::duration spent_{0};
  clock::time_point begun_{};    // of the phase under way
  clock::time_point latest_{};   // when something last came that was waited for
  clock::time_point arrived_{};  // when what is being looked at did
};

}  // namespace muster
