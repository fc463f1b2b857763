#pragma once

#include "codec/tls_session.hpp"
#include "muster/probe/talk.hpp"
#include "net/error_status.hpp"
#include "probe/prober.hpp"
#include "probe/talk/dialogue.hpp"
#include "probe/target_spec.hpp"

#include <chrono>
#include <memory>
#include <string_view>

namespace muster {

/// The part of a dialogue's probe that needs no waiting: its steps, how long they took, and what
/// became of them. The probe's coroutine moves the bytes.
class talk_exchange {
 public:
  using clock = std::chrono::steady_clock;

  /// All of them outlive it. The host at `address` is connected: what a server says at once may be
  /// there before this machine gets to know of that.
  talk_exchange(prober& shared, const probe_request& request, ip_address address,
                const byte_stream::connected& came_to);

  dialogue::need needs() const { return dialogue_.needs(); }
  /// Whether there is nothing left to be done.
  bool is_over() const;
  std::string_view output() const { return dialogue_.output(); }
  /// All of the output; the last of it left at that time.
  void sent(clock::time_point at);
  /// Bytes that reached this machine then.
  void received(std::string_view bytes, clock::time_point arrived);
  /// The peer has closed the connection.
  void closed() { dialogue_.closed(); }
  std::unique_ptr<codec::tls_session> make_tls_session() const;
  /// A handshake has succeeded, which took so long and was over then.
  void secured(clock::duration took, clock::time_point at);
  /// What a wait for bytes that took too long was waiting for.
  reason waiting_for() const;
  /// What the step under way came to. What goes wrong with a goodbye is nobody's fault.
  void note(const outcome& what);
  void deliver(const codec::tls_session* session);

 private:
  const talk_dialogue& asked() const { return spec_->dialogues[request_.index]; }
  outcome judged(const tls_details* tls) const;

  prober& shared_;
  const probe_request& request_;
  const target_spec<talk_spec> spec_;
  const ip_address address_;
  dialogue dialogue_;
  std::unique_ptr<talk_details> details_;
  outcome outcome_;
  bool said_goodbye_ = false;
  /// What the phases come to that have ended: what lies between them is this machine's.
  clock::duration spent_;
  clock::time_point phase_;   ///< Of the phase under way.
  clock::time_point latest_;  ///< When something last came that was waited for.
};

}  // namespace muster
