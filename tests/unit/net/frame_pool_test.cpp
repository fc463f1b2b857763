#include "net/frame_pool.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <cstring>
#include <vector>

using namespace muster;

TEST_CASE("blocks are aligned, apart, and as large as asked for") {
  frame_pool pool;
  std::vector<std::pair<unsigned char*, std::size_t>> blocks;
  for (std::size_t bytes = 1; bytes <= 3 * frame_pool::pooled_bytes_max; bytes += 37) {
    auto* block = static_cast<unsigned char*>(pool.allocate(bytes));
    CHECK(reinterpret_cast<std::uintptr_t>(block) % alignof(std::max_align_t) == 0);
    std::memset(block, static_cast<int>(blocks.size() % 256), bytes);
    blocks.emplace_back(block, bytes);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto [block, bytes] = blocks[i];
    CHECK(block[0] == i % 256);
    CHECK(block[bytes - 1] == i % 256);
    pool.release(block, bytes);
  }
}

TEST_CASE("a released block serves the next request of its size") {
#ifdef __SANITIZE_ADDRESS__
  MUSTER_SKIP("under AddressSanitizer every frame is an allocation of its own");
#endif
  frame_pool pool;
  void* first = pool.allocate(200);
  pool.release(first, 200);
  CHECK(pool.allocate(200) == first);
}
