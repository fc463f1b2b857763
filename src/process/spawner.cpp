// Strategy: a new process needs a moment until it runs its program, mostly for reading it, and that
// may be slow or hang. So nobody waits for it: there is room for several such processes at once,
// some for each core, and only when all of it is taken is the oldest waited for, shortly.
#include "process/spawner.hpp"

#include <algorithm>
#include <cerrno>
#include <thread>

namespace muster {
namespace {

using namespace std::chrono_literals;

// How long a process is waited for to make room; one that has been there for longer than the second
// is stuck, and not waited for again.
constexpr std::chrono::nanoseconds room_wait = 10ms;
constexpr std::chrono::nanoseconds quick_max = 50ms;
// How long a process that was killed has to go before what it lives in is left to it for good.
constexpr std::chrono::nanoseconds last_wait = 100ms;

}  // namespace

spawn_failure spawn_watch::end() {
  spawn_slot* const watched = std::exchange(slot_, nullptr);
  // Somebody else's by now, because the program was run.
  if (!watched || watched->number() != number_) return {};
  watched->forget();
  watched->tidy();
  if (watched->occupied()) return {};
  return {watched->error(), watched->failed()};
}

spawner::spawner(int null_device)
    : null_device_{null_device},
      slots_max_{std::clamp<std::size_t>(2 * std::size_t{std::thread::hardware_concurrency()},
                                         slots_min, slots_limit)} {}

spawner::~spawner() {
  for (std::unique_ptr<spawn_slot>& one : slots_) {
    one->await_departure(last_wait);
    if (one->occupied()) static_cast<void>(one.release());
  }
}

spawn_slot* spawner::vacant() {
  for (const std::unique_ptr<spawn_slot>& one : slots_) {
    if (one->occupied()) continue;
    one->tidy();
    // What went wrong there is still to be asked for.
    if (one->watched() && one->failed() != spawn_step::none) continue;
    return one.get();
  }
  return nullptr;
}

spawn_slot* spawner::another() {
  if (slots_.size() == slots_max_) return nullptr;
  std::unique_ptr<spawn_slot> made = spawn_slot::make(null_device_);
  if (!made) return nullptr;  // no descriptor: there may be room among those that are there
  slots_.push_back(std::move(made));
  return slots_.back().get();
}

spawn_slot* spawner::oldest_occupied() const {
  spawn_slot* oldest = nullptr;
  for (const std::unique_ptr<spawn_slot>& one : slots_) {
    if (one->occupied() && (!oldest || one->began() < oldest->began())) oldest = one.get();
  }
  return oldest;
}

spawned spawner::spawn(const spawn_request& request) {
  spawn_slot* slot = vacant();
  if (!slot) slot = another();
  if (!slot && slots_.empty()) return {-1, -1, {EMFILE, spawn_step::process}, {}};
  if (!slot) {
    if (spawn_slot* const oldest = oldest_occupied()) {
      const auto age = std::chrono::steady_clock::now() - oldest->began();
      if (age < quick_max) oldest->await_departure(room_wait);
    }
    slot = vacant();
  }
  if (!slot) return {-1, -1, {EBUSY, spawn_step::process}, {}};
  spawned child;
  child.process = slot->begin(request, child.descriptor);
  if (child.process < 0) {
    return {-1, -1, {-static_cast<int>(child.process), spawn_step::process}, {}};
  }
  child.watch = spawn_watch{*slot};
  return child;
}

}  // namespace muster
