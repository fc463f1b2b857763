#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace muster {

/// Works that wait for another try. All waits before the same retry are of one length, so a queue
/// for each of them is in order by itself, and the next one due is at the front of one of them.
template <class Work>
class delay_line {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `retries`: the most retries of one work.
  explicit delay_line(unsigned retries) : queues_(retries) {}

  /// Keeps a work until `due`, before retry number `retry`, from 1.
  void put(std::size_t retry, time_point due, Work work) {
    queues_[retry - 1].push_back({due, std::move(work)});
    ++waiting_;
  }
  /// A work whose time has come.
  std::optional<Work> take_due(time_point now) {
    for (auto& queue : queues_) {
      if (queue.empty() || queue.front().due > now) continue;
      Work work = std::move(queue.front().work);
      queue.pop_front();
      --waiting_;
      return work;
    }
    return std::nullopt;
  }
  /// When the next one is due.
  std::optional<time_point> next_due() const {
    std::optional<time_point> first;
    for (const auto& queue : queues_) {
      if (!queue.empty() && (!first || queue.front().due < *first)) first = queue.front().due;
    }
    return first;
  }
  std::size_t waiting() const { return waiting_; }

 private:
  struct waiter {
    time_point due;
    Work work;
  };

  std::size_t waiting_ = 0;
  std::vector<std::deque<waiter>> queues_;
};

}  // namespace muster
