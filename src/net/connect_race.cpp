// Strategy: each attempt has a connection of its own, and the step is told of whatever happens to
// one. The winner's connection becomes the stream's; the others are closed with the race. The first
// attempt has the probe's own right to a descriptor, each further one that is under way at the same
// time takes another. Where there is none, or this machine has no more of something, the attempts
// under way go on without it, and it is tried again every 100 ms; only a race without an attempt
// stands in line, with the probe's clock stopped.
#include "net/connect_race.hpp"

#include <algorithm>
#include <utility>

namespace muster {

struct byte_stream::connect_step::race::attempt final : muster::socket_waiter {
  attempt(race& of, const ip_address& to)
      : owner{of},
        address{to},
        peer{of.owner_.peer().poller(), of.owner_.scarce(), transport::stream} {}
  void on_ready() override { owner.told(*this); }

  race& owner;
  const ip_address address;
  semaphore_permit right;  // to its descriptor; given back after that is closed
  connection peer;
  call made;
};

byte_stream::connect_step::race::race(connect_step& owner, endpoint& to,
                                      std::span<const ip_address> addresses)
    : owner_{owner}, to_{to}, addresses_{addresses} {}

byte_stream::connect_step::race::~race() = default;

stream_step::wait byte_stream::connect_step::race::go_on() {
  while (!won_ && is_due_ && next_ < addresses_.size()) {
    if (!begin_next()) return wait::shortage;
  }
  return won_ || under_way_.empty() ? wait::none : wait::elsewhere;
}

/// False when nothing is under way, and nothing can be for now.
bool byte_stream::connect_step::race::begin_next() {
  disarm();
  lacked_.reset();
  auto one = std::make_unique<attempt>(*this, addresses_[next_]);
  if (!under_way_.empty()) {
    auto right = owner_.scarce().another_descriptor();
    if (!right) {
      wait_for_next(shortage::pause_max);
      return true;
    }
    one->right = std::move(*right);
  }
  one->made.started = owner_.now();
  const endpoint to{one->address, to_.port, to_.scope};
  const auto begun = one->peer.connect(to, owner_.source_);
  one->made.error = begun.error;
  one->made.is_under_way = begun.would_block;
  missing_ = one->peer.missing();
  if (missing_ != scarce_resource::none) {
    if (under_way_.empty()) {
      lacked_ = failure{owner_.outcome_of(one->made, one->peer, one->address), one->address};
      return false;
    }
    wait_for_next(shortage::pause_max);
    return true;
  }
  ++next_;
  if (!begun.would_block) {
    conclude(*one, one->made);
    return true;
  }
  one->peer.await(readiness::writable, *one);
  under_way_.push_back(std::move(one));
  wait_for_next(attempt_delay);
  return true;
}

void byte_stream::connect_step::race::wait_for_next(deadline_queue::duration length) {
  is_due_ = false;
  deadline_queue* const queue = owner_.whole().queue();
  if (queue && next_ < addresses_.size()) queue->arm(*this, owner_.now(), length);
}

void byte_stream::connect_step::race::on_deadline(ending why) {
  // Where the run has ended, the probe's own deadline says so.
  if (why != ending::expired) return;
  is_due_ = true;
  owner_.proceed();
}

void byte_stream::connect_step::race::told(const attempt& one) {
  const auto place = std::ranges::find(under_way_, &one, &std::unique_ptr<attempt>::get);
  std::unique_ptr<attempt> ended = std::move(*place);
  under_way_.erase(place);
  is_due_ = true;
  conclude(*ended, ended->made);
  ended.reset();
  owner_.proceed();
}

void byte_stream::connect_step::race::conclude(attempt& one, const call& made) {
  const connected end = owner_.outcome_of(made, one.peer, one.address);
  if (end.what.status == status::up) {
    won_ = end;
    to_.address = one.address;
    owner_.peer().take_over(one.peer);
    return;
  }
  if (!failed_ || how_telling(end.what.status) > how_telling(failed_->end.what.status)) {
    failed_ = failure{end, one.address};
  }
}

byte_stream::connected byte_stream::connect_step::race::result() {
  if (won_) return *won_;
  connected silent;
  silent.ended = owner_.whole().ended();
  const bool is_told_more =
      failed_ && (silent.ended == ending::none ||
                  (silent.ended == ending::expired &&
                   how_telling(failed_->end.what.status) > how_telling(status::timeout)));
  if (is_told_more || (silent.ended == ending::none && lacked_)) {
    const failure& told = is_told_more ? *failed_ : *lacked_;
    to_.address = told.address;
    return told.end;
  }
  to_.address = under_way_.empty() ? addresses_.front() : under_way_.front()->address;
  return silent;
}

}  // namespace muster
