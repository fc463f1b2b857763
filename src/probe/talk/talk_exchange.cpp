#include "probe/talk/talk_exchange.hpp"

#include "probe/tls_peer.hpp"

#include <algorithm>
#include <utility>

namespace muster {

talk_exchange::talk_exchange(prober& shared, const probe_request& request, ip_address address,
                             const byte_stream::connected& came_to)
    : shared_{shared},
      request_{request},
      spec_{request.subject, *request.spec},
      address_{address},
      dialogue_{asked().steps},
      details_{std::make_unique<talk_details>()},
      spent_{came_to.took},
      phase_{came_to.at},
      latest_{phase_} {
  details_->name = asked().name;
  details_->connect = came_to.took;
}

bool talk_exchange::is_over() const {
  return outcome_.status != status::up || said_goodbye_ || needs() == dialogue::need::done ||
         needs() == dialogue::need::failed;
}

void talk_exchange::sent(clock::time_point at) {
  spent_ += latest_ - phase_;
  phase_ = latest_ = at;
  dialogue_.sent();
}

void talk_exchange::received(std::string_view bytes, clock::time_point arrived) {
  const std::size_t before = dialogue_.step();
  dialogue_.feed(bytes);
  const bool was_waited_for = dialogue_.step() != before || needs() == dialogue::need::failed;
  // A server may speak before this machine is ready to listen.
  if (was_waited_for) latest_ = std::max(arrived, phase_);
}

std::unique_ptr<codec::tls_session> talk_exchange::make_tls_session() const {
  return muster::make_tls_session(shared_, spec_->tls, request_.subject.host(), address_);
}

void talk_exchange::secured(clock::duration took, clock::time_point at) {
  details_->handshake = took;
  spent_ += latest_ - phase_ + took;
  phase_ = latest_ = at;
  dialogue_.secured();
}

reason talk_exchange::waiting_for() const {
  const bool has_answered = dialogue_.has_received() || details_->handshake.count() >= 0;
  return has_answered ? reason::transfer_timeout : reason::first_byte_timeout;
}

void talk_exchange::note(const outcome& what) {
  outcome_ = what;
  if (what.status == status::up || !dialogue_.expects_nothing()) return;
  outcome_ = {};
  said_goodbye_ = true;
}

outcome talk_exchange::judged(const tls_details* tls) const {
  switch (dialogue_.why()) {
    case dialogue::flaw::not_expected:
      return {status::mismatch, reason::answer_not_expected};
    case dialogue::flaw::closed_early:
      return {status::reset, reason::closed_early};
    case dialogue::flaw::injected:
      return {status::tls_error, reason::clear_text_injected};
    case dialogue::flaw::none:
      break;
  }
  return judge_certificate(spec_->tls, tls);
}

void talk_exchange::deliver(const codec::tls_session* session) {
  if (session) details_->tls = known_of_peer(*session);
  const bool is_done = outcome_.status == status::up && dialogue_.why() == dialogue::flaw::none;
  if (outcome_.status == status::up) outcome_ = judged(details_->tls.get());
  details_->banner = dialogue_.banner();
  if (!is_done) {
    details_->step = dialogue_.step() + 1;
    details_->step_text = asked().steps[dialogue_.step()].text;
    details_->answer = dialogue_.answer();
  }
  probe_result result = prober::result_of(request_, address_, outcome_);
  const bool has_answered = result.status == status::up || result.status == status::mismatch;
  if (has_answered) result.rtt = spent_ + (latest_ - phase_);
  result.details.adopt(std::move(details_));
  shared_.deliver(std::move(result));
}

}  // namespace muster
