#pragma once

#include "codec/body_observer.hpp"
#include "codec/http2_session.hpp"
#include "codec/http_response.hpp"
#include "codec/tls_session.hpp"
#include "muster/probe/grpc.hpp"
#include "net/error_status.hpp"
#include "probe/prober.hpp"
#include "probe/target_spec.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

/// The part of a gRPC probe that needs no waiting: the call, what came of it, and how long it took.
/// The probe's coroutine moves the bytes.
class grpc_exchange final : private codec::body_observer {
 public:
  using clock = std::chrono::steady_clock;
  using state = codec::http_response::state;

  /// All of them outlive it. The host at `address` is connected, which took so long.
  grpc_exchange(prober& shared, const probe_request& request, ip_address address,
                clock::duration took);

  bool is_secure() const { return spec_->over_tls; }
  std::unique_ptr<codec::tls_session> make_tls_session() const;
  /// A handshake has ended, after so long where it succeeded, or the session has failed since.
  void secured(clock::duration took, const codec::tls_session& session);
  /// The connection is ready: the call can be made. An error when it can't.
  state ask();
  /// What is to be sent: the call, and once all of that has left, what the server has to be told on
  /// the way. Empty when that is nothing; lasts until the next call.
  std::string_view output();
  /// Whether all of the call has left.
  bool has_asked() const { return is_asked_; }
  /// Of the call, what `output` had; the last of it left at that time.
  void sent(clock::time_point at);
  /// Bytes that reached this machine then.
  state received(std::string_view bytes, clock::time_point arrived);
  /// The peer has closed the connection.
  state closed();
  /// What a wait for bytes that took too long was waiting for.
  reason waiting_for() const;
  void fail(const outcome& what) { outcome_ = what; }
  void deliver();

 private:
  const grpc_spec::check& asked() const { return spec_->checks[request_.index]; }
  std::string authority() const;
  void begin(std::string_view, std::string_view) override {}
  void see(std::string_view bytes) override { body_ += bytes; }
  /// What the response comes to, if it came to its end.
  void note_response();
  outcome judged();

  prober& shared_;
  const probe_request& request_;
  const target_spec<grpc_spec> spec_;
  const ip_address address_;
  std::unique_ptr<grpc_details> details_;
  const std::string call_;
  std::string body_;  ///< Of the response; its limit is the response's.
  codec::http_response response_;
  std::optional<codec::http2_session> session_;
  std::string output_;
  bool is_asked_ = false;
  outcome outcome_;
  /// What the phases come to that have ended: what lies between them is this machine's.
  clock::duration spent_;
  clock::time_point asked_at_{};
  clock::time_point latest_{};  ///< When something of the answer last came.
};

}  // namespace muster
