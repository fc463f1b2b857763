#pragma once

#include "net/error_status.hpp"
#include "net/lookup_operation.hpp"
#include "probe/prober.hpp"

#include <coroutine>
#include <optional>
#include <span>

namespace muster {

/// `co_await host_lookup{…}`: the step of a probe that finds the address of its host, at once when
/// it was written as one. Gives what is wrong with it, `up` if nothing is.
class host_lookup {
 public:
  /// All of them outlive the step.
  host_lookup(prober& shared, const target& host, probe_deadline& whole)
      : shared_{shared}, host_{host}, whole_{whole} {}

  bool await_ready() {
    if (!host_.needs_lookup()) return true;
    lookup_.emplace(shared_.names(), host_.host(), whole_);
    step_.emplace(whole_, *lookup_);
    return lookup_->await_ready();
  }
  void await_suspend(std::coroutine_handle<> coroutine) { lookup_->await_suspend(coroutine); }
  outcome await_resume() {
    if (!lookup_) return {};
    step_.reset();
    if (shared_.races()) lookup_->answer().addresses = shared_.to_try(lookup_->answer().addresses);
    return shared_.lookup_failure(lookup_->await_resume(), whole_.ended());
  }

  /// The address to probe, once nothing is wrong with it.
  ip_address address() const {
    return lookup_ ? lookup_->await_resume().addresses.front() : host_.address();
  }

  /// `co_await lookup.connect(peer, to)`, once nothing is wrong: connects to that address, or,
  /// where any of the host's will do and it `may_race`, to the one that is connected first. They,
  /// and this, outlive the step. Gives `byte_stream::connected`; `to` then has the address that it
  /// is about.
  byte_stream::connect_step connect(byte_stream& peer, endpoint& to, bool may_race = true) {
    if (!may_race) return peer.connect(to, shared_.source());
    return peer.connect(to, addresses(), shared_.source());
  }

  /// When the answer reached this machine, as if it had not stood in line.
  timeline::time_point arrived() const {
    const bool was_asked = lookup_ && lookup_->was_asked();
    return was_asked ? lookup_->await_resume().arrived - lookup_->in_line_for()
                     : shared_.time().now();
  }

 private:
  /// Those of which any will do; none where that is but one.
  std::span<const ip_address> addresses() {
    if (!shared_.races()) return {};
    return lookup_ ? std::span<const ip_address>{lookup_->answer().addresses} : host_.addresses();
  }

  prober& shared_;
  const target& host_;
  probe_deadline& whole_;
  std::optional<lookup_operation> lookup_;
  std::optional<probe_deadline::step> step_;
};

}  // namespace muster
