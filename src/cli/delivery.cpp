#include "cli/delivery.hpp"

#include "cli/say.hpp"
#include "net/resume.hpp"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 10ms;
constexpr auto first_delay = 1ms;
constexpr auto draw_interval = 200ms;

}  // namespace

delivery::delivery(asio::io_context& context, std::function<bool()> give_up)
    : context_{context}, give_up_{std::move(give_up)}, timer_{context}, draw_timer_{context} {}

delivery::~delivery() { room_for_lines() = nullptr; }

output_file delivery::prepared(output_file output) const {
  output.give_up_when(give_up_);
  output.never_wait();
  return output;
}

void delivery::show_progress(bool results_share_terminal) {
  if (::isatty(STDERR_FILENO) != 1) return;
  shares_terminal_ = results_share_terminal && ::isatty(STDOUT_FILENO) == 1;
  progress_.emplace(STDERR_FILENO, std::chrono::steady_clock::now());
  room_for_lines() = [this] { progress_->erase(); };
}

void delivery::watch(source running) {
  running_ = std::move(running);
  if (progress_) draw_now_and_then(scope_, *this);
}

void delivery::stop_watching() {
  running_.reset();
  draw_timer_.cancel();
}

job delivery::draw_now_and_then(job_scope&, delivery& self) {
  for (;;) {
    self.draw_timer_.expires_after(draw_interval);
    co_await self.draw_timer_.async_wait(resume);
    if (!self.running_) break;
    self.draw();
  }
}

void delivery::draw() { progress_->draw(running_->progress(), std::chrono::steady_clock::now()); }

void delivery::make_room() {
  if (progress_ && shares_terminal_) progress_->erase();
}

void delivery::request() {
  shown_ = true;
  if (std::exchange(pending_, true)) return;
  hand_on_soon(scope_, *this);
}

job delivery::hand_on_soon(job_scope&, delivery& self) {
  const auto soonest = std::chrono::steady_clock::now() + first_delay;
  self.timer_.expires_at(std::max(soonest, self.handed_on_at_ + interval));
  co_await self.timer_.async_wait(resume);
  self.pending_ = false;
  self.hand_on();
}

void delivery::hand_on() {
  handed_on_at_ = std::chrono::steady_clock::now();
  offer();
  watch_readers();
  if (running_) running_->hold(behind_);
}

template <class Step>
void delivery::each(Step step) {
  const bool covers = std::exchange(shown_, false) && shares_terminal_;
  const bool erases = progress_ && (covers || !standard_error().buffer().empty());
  if (erases) progress_->erase();
  for (reader& one : readers_)
    step(one.output);
  if (look_) look_();
  if (erases && running_) draw();
}

bool delivery::offer() {
  each([](output_file& output) { output.offer(); });
  return !waiting();
}

void delivery::flush() {
  each([](output_file& output) { output.flush(); });
}

bool delivery::waiting() const {
  return std::ranges::any_of(readers_, [](const reader& one) { return one.output.waiting() > 0; });
}

void delivery::watch_readers() {
  std::uint64_t bytes = 0;
  for (reader& one : readers_) {
    bytes += one.output.waiting();
    if (one.output.waiting() > 0 && !one.watched) wait_for(scope_, *this, one);
  }
  behind_ = bytes > behind_bytes || (behind_ && bytes > 0);
}

job delivery::wait_for(job_scope&, delivery& self, reader& slow) {
  slow.watched = true;
  std::error_code error;
  if (!slow.ready.is_open()) {
    const int duplicate = ::fcntl(slow.output.descriptor(), F_DUPFD_CLOEXEC, 0);
    slow.ready.assign(duplicate, error);
    if (error && duplicate >= 0) ::close(duplicate);
  }
  if (!error) {
    auto [failure] =
        co_await slow.ready.async_wait(asio::posix::stream_descriptor::wait_write, resume);
    error = failure;
  }
  slow.watched = false;
  // What can't be waited for, as for want of a descriptor, is tried again in a moment.
  if (error) {
    self.request();
  } else {
    self.hand_on();
  }
}

}  // namespace muster
