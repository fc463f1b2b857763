// Strategy: what comes is cut into units, lines for the most part, and each is looked at once, when
// it is whole; so the outcome does not depend on the pieces in which the network brings them. A
// step is bounded by the bytes that came during it, whether they were passed over or are kept.
#include "probe/talk/dialogue.hpp"

#include <algorithm>

#include <re2/re2.h>

namespace muster {
namespace {

using action = talk_step::action;

re2::StringPiece piece_of(std::string_view text) { return {text.data(), text.size()}; }

/// Whether what the step does not expect is passed over, until something comes that it does. Lines
/// explain themselves and go on in others, and messages come unasked; of anything else the next is
/// of another question.
bool passes_over(const talk_step& step) {
  return step.what == action::expect_line || step.what == action::expect_message;
}

std::string_view beginning(std::string_view text) {
  return text.substr(0, talk_details::text_bytes_kept);
}

}  // namespace

void dialogue::feed(std::string_view bytes) {
  if (need_ != need::receive) return;
  has_received_ = has_received_ || !bytes.empty();
  received_.erase(0, begin_);
  begin_ = 0;
  received_ += bytes;
  go_on();
}

void dialogue::closed() {
  if (need_ != need::receive) return;
  if (!unread().empty()) note(unread());
  fail(flaw::closed_early);
}

bool dialogue::expects_nothing() const {
  return std::all_of(
      steps_.begin() + static_cast<std::ptrdiff_t>(at_), steps_.end(),
      [](const talk_step& step) { return step.what == action::send || step.what == action::fail; });
}

void dialogue::step_done() {
  ++at_;
  go_on();
}

void dialogue::fail(flaw why) {
  why_ = why;
  need_ = need::failed;
}

/// Does the steps that need nobody else, up to the next one that does.
void dialogue::go_on() {
  for (; at_ < steps_.size(); ++at_) {
    const talk_step& step = steps_[at_];
    switch (step.what) {
      case action::fail:
        failure_ = step.pattern ? &step : nullptr;
        break;
      case action::send:
        need_ = need::send;
        if (!compose(step)) fail(flaw::not_expected);
        return;
      case action::starttls:
        // Whoever sits in between may have put it there, to have it taken for what came in TLS.
        need_ = need::secure;
        if (!unread().empty()) fail(flaw::injected);
        return;
      default:
        need_ = need::receive;
        if (!take(step)) return;
    }
  }
  need_ = need::done;
}

bool dialogue::compose(const talk_step& step) {
  output_.clear();
  for (const talk_step::piece& piece : step.pieces) {
    output_ += piece.group < 0 ? piece.bytes : captured_[static_cast<std::size_t>(piece.group)];
    if (output_.size() > sent_bytes_max) return false;
  }
  return true;
}

/// Whether what the step expects has come.
bool dialogue::take(const talk_step& step) {
  using state = talk_unit::state;
  for (;;) {
    const talk_unit unit = next_unit(step, unread(), scanned_);
    if (unit.is == state::broken || passed_over_ + unit.bytes > received_bytes_max) {
      if (passed_over_ == 0 && step.what == action::expect_line) note(unread());
      fail(flaw::not_expected);
      return false;
    }
    if (unit.is == state::need_more) {
      scanned_ = unread().size();
      return false;
    }
    const bool was_expected = hold_against(step, unit);
    begin_ += unit.bytes;
    scanned_ = 0;
    if (was_expected) {
      passed_over_ = 0;
      answer_.clear();
      return true;
    }
    if (need_ == need::failed) return false;
    passed_over_ += unit.bytes;
  }
}

bool dialogue::hold_against(const talk_step& step, const talk_unit& unit) {
  note(unit.content);
  if (matches(step, unit.content)) return true;
  const bool is_failure =
      failure_ && re2::RE2::PartialMatch(piece_of(unit.content), *failure_->pattern);
  if (is_failure || !passes_over(step)) fail(flaw::not_expected);
  return false;
}

bool dialogue::matches(const talk_step& step, std::string_view content) {
  const re2::RE2& pattern = *step.pattern;
  std::array<re2::StringPiece, std::tuple_size_v<decltype(captured_)>> groups;
  const int count =
      std::min(pattern.NumberOfCapturingGroups() + 1, static_cast<int>(groups.size()));
  if (!pattern.Match(piece_of(content), 0, content.size(), re2::RE2::UNANCHORED, groups.data(),
                     count)) {
    return false;
  }
  for (std::size_t i = 0; i < captured_.size(); ++i)
    captured_[i].assign(groups[i].data() ? groups[i].data() : "", groups[i].size());
  if (step.banner_group >= 0) {
    banner_ = beginning(captured_[static_cast<std::size_t>(step.banner_group)]);
  }
  return true;
}

void dialogue::note(std::string_view content) {
  answer_ = beginning(content);
  const bool may_be_banner = at_ < steps_.size() && passes_over(steps_[at_]);
  if (banner_.empty() && may_be_banner) banner_ = answer_;
}

}  // namespace muster
