#include "cli/jobs/job_keeper.hpp"

#include "cli/exit_code.hpp"
#include "cli/say.hpp"
#include "net/resume.hpp"
#include "store/job_record.hpp"
#include "targets/task_key.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace muster {
namespace {

// A result survives the end of muster at once, and a power failure after this.
constexpr std::chrono::seconds sync_delay{1};
// The database is told of so many numbers at once, ahead of the tasks that have them.
constexpr std::uint64_t reserved_ahead = 64;

}  // namespace

job_keeper::job_keeper(job_store store, const job_lock& lock, const run_options& run,
                       std::function<void()> on_begun, std::function<void()> make_room)
    : store_{std::move(store)},
      lock_{lock},
      on_begun_{std::move(on_begun)},
      make_room_{std::move(make_room)},
      done_{store_.done()},
      refills_{store_.refills()},
      first_sequence_{store_.next_sequence()},
      next_sequence_{first_sequence_},
      reserved_sequence_{first_sequence_} {
  if (!run.refill.empty()) refill_.emplace(run.refill);
  keeper_of_lines() = [this](const std::string& line) { last_said_ = line; };
}

job_keeper::~job_keeper() { keeper_of_lines() = nullptr; }

bool job_keeper::done_before(const target& subject) {
  if (done_.empty()) return false;
  const auto found = done_.find(task_key(subject));
  if (found == done_.end()) return false;
  if (--found->second == 0) done_.erase(found);
  return true;
}

void job_keeper::begin(asio::io_context& context, std::optional<std::uint64_t> expected) {
  timer_.emplace(context);
  store_.begin(expected, std::chrono::system_clock::now());
  lock_.leave_note({});  // of an earlier end
  on_begun_();
}

void job_keeper::take(std::uint64_t sequence) {
  next_sequence_ = std::max(next_sequence_, sequence + 1);
  if (next_sequence_ <= reserved_sequence_ || !failure_.empty()) return;
  attempt([this] { store_.set_next_sequence(next_sequence_ + reserved_ahead); });
  reserved_sequence_ = next_sequence_ + reserved_ahead;
}

void job_keeper::attempt(const std::function<void()>& what) {
  try {
    what();
  } catch (const store_error& error) {
    if (failure_.empty()) failure_ = error.what();
  }
}

void job_keeper::note(const task_result& result, task_rests& rests) {
  take(result.sequence);  // of one that was not started, too
  if (!failure_.empty()) return;
  std::vector<std::string> keys;
  keys.reserve(result.targets.size());
  for (const target& one : result.targets)
    keys.push_back(task_key(one));
  std::vector<std::string> refills;
  if (refill_) {
    refill_->find(result.process.output,
                  [&refills](std::string text) { refills.push_back(std::move(text)); });
  }
  const auto rest = [&](process_stream stream, const job_store::taker& take) {
    rests.rest(result.sequence, stream, take);
  };
  attempt([&] { store_.note(result, keys, refills, rest); });
  if (!failure_.empty()) return;
  if (std::exchange(sync_pending_, true)) return;
  sync_soon(scope_, *this);
}

job job_keeper::sync_soon(job_scope&, job_keeper& self) {
  self.timer_->expires_after(sync_delay);
  co_await self.timer_->async_wait(resume);
  self.sync_pending_ = false;
  self.attempt([&self] { self.store_.sync(); });
}

void job_keeper::leave() {
  scope_.destroy_all();
  timer_.reset();
}

void job_keeper::end(int code, bool interrupted) {
  ended_ = true;
  const bool could_not = code != exit_code::all_up && code != exit_code::not_all_up && !interrupted;
  const job_end how{interrupted                 ? "stopped"
                    : code == exit_code::all_up ? "done"
                                                : "failed",
                    code,
                    !failure_.empty() ? "results could not be kept: " + failure_
                    : could_not       ? last_said_
                                      : std::string{},
                    std::chrono::system_clock::now()};
  make_room_();
  try {
    store_.set_next_sequence(next_sequence_);
    store_.end(how);
  } catch (const store_error& error) {
    say(error.what());
    lock_.leave_note(pack_end(how));
  }
}

}  // namespace muster
