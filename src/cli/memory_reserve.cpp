// Strategy: operator new calls its handler when it finds nothing, and tries again after it, so the
// allocation that fails first does not fail: nothing is left half done. Only when the reserve has
// been used up as well is std::bad_alloc thrown. The reserve is address space that was never
// touched, and so no memory of anybody's.
#include "cli/memory_reserve.hpp"

#include "net/resume.hpp"

#include <cerrno>
#include <cstdint>
#include <new>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

namespace muster {
namespace {

memory_reserve* current = nullptr;

int new_event() {
  const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
  return descriptor;
}

void* map(std::size_t bytes) {
  void* const mapped =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc{};
  return mapped;
}

}  // namespace

memory_reserve::memory_reserve(asio::io_context& context, std::function<void()> stop)
    : told_{context, new_event()}, stop_{std::move(stop)}, kept_{map(bytes)} {
  wait(scope_, *this);
  current = this;
  std::set_new_handler(on_failed_allocation);
}

memory_reserve::~memory_reserve() {
  std::set_new_handler(nullptr);
  current = nullptr;
  if (kept_) ::munmap(kept_, bytes);
}

void memory_reserve::release() {
  used_ = true;
  if (kept_) ::munmap(std::exchange(kept_, nullptr), bytes);
  const std::uint64_t one = 1;
  (void)!::write(told_.native_handle(), &one, sizeof one);
}

void memory_reserve::on_failed_allocation() {
  if (current->kept_ == nullptr) throw std::bad_alloc{};
  current->release();
}

job memory_reserve::wait(job_scope&, memory_reserve& self) {
  auto [error] = co_await self.told_.async_wait(asio::posix::stream_descriptor::wait_read, resume);
  if (!error) self.stop_();
}

}  // namespace muster
