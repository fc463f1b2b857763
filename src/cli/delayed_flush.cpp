#include "cli/delayed_flush.hpp"

#include "net/resume.hpp"

#include <algorithm>

namespace muster {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 10ms;
constexpr auto first_delay = 1ms;

}  // namespace

job delayed_flush::wait(job_scope&, delayed_flush& self) {
  const auto soonest = std::chrono::steady_clock::now() + first_delay;
  self.timer_.expires_at(std::max(soonest, self.flushed_at_ + interval));
  co_await self.timer_.async_wait(resume);
  self.pending_ = false;
  self.flushed_at_ = std::chrono::steady_clock::now();
  self.flush_();
}

}  // namespace muster
