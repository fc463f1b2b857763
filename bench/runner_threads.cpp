// Threads for tasks. Strategy: `thread` is what one writes first, a std::thread for each task with
// nothing between; `pool` is a queue under one lock and N threads; in `polling-pool` the results
// lie about until the owner comes by, as in the runspace pools of Start-Parallel and its kin.
#include "blocking_probe.hpp"
#include "result_printer.hpp"
#include "runners.hpp"

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <queue>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace muster::bench {
namespace {

constexpr auto owner_polls_every = std::chrono::milliseconds{200};

int could_not_start(std::size_t started, const std::system_error& error) {
  std::fprintf(stderr, "muster-bench: thread %zu: %s\n", started + 1, error.what());
  return 3;
}

class pool {
 public:
  pool(const work& wanted, bool polled) : wanted_{wanted}, polled_{polled} {}
  int run(std::uint32_t width);

 private:
  void worker();
  void keep(std::uint32_t index, const probe_outcome& outcome);
  void submit(std::uint32_t index);
  void print_finished();

  const work& wanted_;
  const bool polled_;
  result_printer out_;
  std::mutex lock_;
  std::condition_variable more_;
  std::queue<std::uint32_t> queue_;
  bool closed_ = false;
  std::vector<std::pair<std::uint32_t, probe_outcome>> finished_;
  std::size_t pending_ = 0;  // Submitted and, by a polling owner, not yet collected.
};

void pool::worker() {
  for (std::unique_lock hold{lock_};;) {
    more_.wait(hold, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const auto index = queue_.front();
    queue_.pop();
    hold.unlock();
    keep(index, probe_once(wanted_, index));
    hold.lock();
  }
}

void pool::keep(std::uint32_t index, const probe_outcome& outcome) {
  if (!polled_) return out_.print(wanted_.targets.text(index), outcome);
  const std::lock_guard hold{lock_};
  finished_.emplace_back(index, outcome);
}

void pool::submit(std::uint32_t index) {
  {
    const std::lock_guard hold{lock_};
    queue_.push(index);
  }
  ++pending_;
  more_.notify_one();
}

void pool::print_finished() {
  std::vector<std::pair<std::uint32_t, probe_outcome>> finished;
  {
    const std::lock_guard hold{lock_};
    finished.swap(finished_);
  }
  for (const auto& [index, outcome] : finished)
    out_.print(wanted_.targets.text(index), outcome);
  pending_ -= finished.size();
}

int pool::run(std::uint32_t width) {
  std::vector<std::thread> workers;
  int code = 0;
  try {
    while (workers.size() < width)
      workers.emplace_back(&pool::worker, this);
    target_feed feed{wanted_};
    while (const auto index = feed.next())
      submit(*index);
  } catch (const std::system_error& error) {
    code = could_not_start(workers.size(), error);
  }
  {
    const std::lock_guard hold{lock_};
    closed_ = true;
  }
  more_.notify_all();
  while (polled_ && pending_ > 0) {
    std::this_thread::sleep_for(owner_polls_every);
    print_finished();
  }
  for (auto& one : workers)
    one.join();
  return code;
}

}  // namespace

int run_threads(const work& wanted) {
  result_printer out;
  std::vector<std::thread> threads;
  int code = 0;
  try {
    target_feed feed{wanted};
    while (const auto index = feed.next()) {
      threads.emplace_back([&wanted, &out, at = *index] {
        out.print(wanted.targets.text(at), probe_once(wanted, at));
      });
    }
  } catch (const std::system_error& error) {
    code = could_not_start(threads.size(), error);
  }
  for (auto& one : threads)
    one.join();
  return code;
}

int run_pool(const work& wanted, std::uint32_t width, bool polled) {
  return pool{wanted, polled}.run(width);
}

}  // namespace muster::bench
