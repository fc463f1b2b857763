// Strategy: sizes are rounded up to 16 bytes, each with a free list of its own. An empty list takes
// one block from the end of the current slab; a slab is never given back before the pool dies, as a
// sweep that once had many probes in flight will have them again. Slabs double in size; the largest
// are backed by huge pages where the system has any, as a fault for each small page is what half a
// million frames cost most. Under AddressSanitizer every
// frame is an allocation of its own, so that a touch after its end is seen.
#include "net/frame_pool.hpp"

#include <algorithm>
#include <cstddef>

#include <sys/mman.h>

namespace muster {

#ifdef __SANITIZE_ADDRESS__
constexpr bool pooling = false;
#else
constexpr bool pooling = true;
#endif

void* frame_pool::allocate(std::size_t bytes) {
  if (!pooling || bytes > pooled_bytes_max) return ::operator new(bytes);
  const std::size_t size_class = (bytes + step_bytes - 1) / step_bytes;
  free_block* block = free_[size_class];
  if (block == nullptr) return refill(size_class);
  free_[size_class] = block->next;
  return block;
}

void frame_pool::release(void* memory, std::size_t bytes) noexcept {
  if (!pooling || bytes > pooled_bytes_max) {
    ::operator delete(memory);
    return;
  }
  const std::size_t size_class = (bytes + step_bytes - 1) / step_bytes;
  auto* block = static_cast<free_block*>(memory);
  block->next = free_[size_class];
  free_[size_class] = block;
}

frame_pool::free_block* frame_pool::refill(std::size_t size_class) {
  const std::size_t bytes = size_class * step_bytes;
  if (cut_bytes_ < bytes) {
    slabs_.push_back(make_slab(next_slab_bytes_));
    cut_ = slabs_.back().get();
    cut_bytes_ = next_slab_bytes_;
    next_slab_bytes_ = std::min(next_slab_bytes_ * 2, slab_bytes_max);
  }
  void* block = cut_;
  cut_ += bytes;
  cut_bytes_ -= bytes;
  return static_cast<free_block*>(block);
}

frame_pool::slab frame_pool::make_slab(std::size_t bytes) {
  constexpr std::align_val_t huge_page{2 * 1024 * 1024};
  const bool largest = bytes == slab_bytes_max;
  const auto alignment = largest ? huge_page : std::align_val_t{alignof(std::max_align_t)};
  slab made{static_cast<std::byte*>(::operator new(bytes, alignment)), slab_deleter{alignment}};
  // Only advice: without it, or without huge pages, all is slower and nothing else.
  if (largest) ::madvise(made.get(), bytes, MADV_HUGEPAGE);
  return made;
}

}  // namespace muster
