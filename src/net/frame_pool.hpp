#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace muster {

/// Memory for coroutine frames: a free list for each size, cut from slabs, for one thread. A frame
/// that ends hands its memory to the next one of its size, without a call into the heap.
class frame_pool {
 public:
  frame_pool() = default;
  frame_pool(const frame_pool&) = delete;
  frame_pool& operator=(const frame_pool&) = delete;

  /// Room for `bytes`, aligned as for any object of fundamental alignment.
  void* allocate(std::size_t bytes);
  void release(void* memory, std::size_t bytes) noexcept;

  /// Larger frames come from the heap.
  static constexpr std::size_t pooled_bytes_max = 2048;

 private:
  struct free_block {
    free_block* next;
  };
  struct slab_deleter {
    std::align_val_t alignment;
    void operator()(std::byte* slab) const { ::operator delete(slab, alignment); }
  };
  using slab = std::unique_ptr<std::byte[], slab_deleter>;
  static constexpr std::size_t step_bytes = 16;
  static constexpr std::size_t slab_bytes_min = 64 * 1024;
  static constexpr std::size_t slab_bytes_max = 4 * 1024 * 1024;

  free_block* refill(std::size_t size_class);
  static slab make_slab(std::size_t bytes);

  std::array<free_block*, pooled_bytes_max / step_bytes + 1> free_{};
  std::vector<slab> slabs_;
  std::size_t next_slab_bytes_ = slab_bytes_min;
  std::byte* cut_ = nullptr;
  std::size_t cut_bytes_ = 0;
};

}  // namespace muster
