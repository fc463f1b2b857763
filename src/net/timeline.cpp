#include "net/timeline.hpp"

#include "net/resume.hpp"

#include <cstdint>

#include <asio/steady_timer.hpp>

namespace muster {
namespace {

class steady_alarm final : public alarm {
 public:
  steady_alarm(asio::io_context& context, std::function<void()> ring)
      : timer_{context}, ring_{std::move(ring)} {}

  void set(time_point when) override {
    timer_.expires_at(when);
    wait(scope_, *this, ++setting_);
  }
  void clear() override {
    ++setting_;
    timer_.cancel();
  }

 private:
  static job wait(job_scope&, steady_alarm& self, std::uint64_t setting) {
    co_await self.timer_.async_wait(resume);
    if (setting == self.setting_) self.ring_();
  }

  asio::steady_timer timer_;
  std::function<void()> ring_;
  std::uint64_t setting_ = 0;  // which call of `set` counts
  job_scope scope_;            // last: its jobs use all of the above
};

}  // namespace

std::unique_ptr<alarm> system_timeline::make_alarm(std::function<void()> ring) {
  return std::make_unique<steady_alarm>(context_, std::move(ring));
}

}  // namespace muster
