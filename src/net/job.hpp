#pragma once

#include "muster/detail/intrusive_list.hpp"
#include "net/frame_pool.hpp"

#include <coroutine>
#include <cstddef>
#include <cstring>
#include <new>

namespace muster {

class job_scope;

/// A detached coroutine: runs at once up to its first suspension, and frees itself at its end. Its
/// first parameter is the `job_scope` that it lives in, or something whose `jobs()` is that scope,
/// which makes the frame smaller; the scope's end is the latest end of the job.
///
/// This is the coroutine of the hot path. It costs its frame and nothing else: no executor, no
/// promise of a value, no cancellation slot. It awaits plain awaiters, and any Asio operation by
/// way of the completion token `resume` (net/resume.hpp).
struct job {
  class promise_type;
};

class job::promise_type : public list_hook {
 public:
  template <class Owner, class... Args>
  explicit promise_type(Owner& owner, Args&&...);

  job get_return_object() noexcept { return {}; }
  std::suspend_never initial_suspend() const noexcept { return {}; }
  std::suspend_never final_suspend() const noexcept { return {}; }
  void return_void() const noexcept {}
  // An exception is misuse or a broken machine: it leaves through whoever resumed the coroutine.
  [[noreturn]] void unhandled_exception() const { throw; }

  template <class Owner, class... Args>
  static void* operator new(std::size_t bytes, Owner& owner, Args&&...);
  static void operator delete(void* frame, std::size_t bytes) noexcept;

 private:
  static job_scope& scope_of(job_scope& scope) { return scope; }
  template <class Owner>
  static job_scope& scope_of(Owner& owner) {
    return owner.jobs();
  }
  // The pool that a frame came from stands behind the frame, where operator delete can find it.
  // NOLINTNEXTLINE(bugprone-sizeof-expression): it is the pointer that stands there.
  static constexpr std::size_t pool_bytes = sizeof(frame_pool*);
  static constexpr std::size_t pool_offset(std::size_t bytes) {
    return (bytes + alignof(frame_pool*) - 1) & ~(alignof(frame_pool*) - 1);
  }
};

/// Where jobs live. Destroying it destroys every job that has not ended, wherever it is suspended.
class job_scope {
 public:
  job_scope() = default;
  job_scope(const job_scope&) = delete;
  job_scope& operator=(const job_scope&) = delete;
  ~job_scope() { destroy_all(); }

  void destroy_all() {
    while (!jobs_.empty()) {
      auto& promise = jobs_.pop_front();
      std::coroutine_handle<job::promise_type>::from_promise(promise).destroy();
    }
  }
  bool empty() const { return jobs_.empty(); }

 private:
  friend class job::promise_type;
  frame_pool pool_;
  intrusive_list<job::promise_type> jobs_;
};

template <class Owner, class... Args>
job::promise_type::promise_type(Owner& owner, Args&&...) {
  scope_of(owner).jobs_.push_back(*this);
}

template <class Owner, class... Args>
void* job::promise_type::operator new(std::size_t bytes, Owner& owner, Args&&...) {
  const std::size_t offset = pool_offset(bytes);
  frame_pool* pool = &scope_of(owner).pool_;
  auto* frame = static_cast<std::byte*>(pool->allocate(offset + pool_bytes));
  std::memcpy(frame + offset, &pool, pool_bytes);
  return frame;
}

inline void job::promise_type::operator delete(void* frame, std::size_t bytes) noexcept {
  const std::size_t offset = pool_offset(bytes);
  frame_pool* pool = nullptr;
  std::memcpy(&pool, static_cast<std::byte*>(frame) + offset, pool_bytes);
  pool->release(frame, offset + pool_bytes);
}

}  // namespace muster
