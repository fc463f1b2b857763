#include "core/permutation.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

using muster::permutation;

namespace {

/// True when each number below the size comes exactly once, and is found at its place.
bool is_complete(std::uint64_t size, std::uint64_t seed) {
  const permutation order{size, seed};
  std::vector<bool> seen(size);
  for (std::uint64_t place = 0; place < size; ++place) {
    const std::uint64_t value = order.at(place);
    if (value >= size || seen[value] || order.place_of(value) != place) return false;
    seen[value] = true;
  }
  return true;
}

std::vector<std::uint64_t> first_of(const permutation& order, std::uint64_t count) {
  std::vector<std::uint64_t> values;
  for (std::uint64_t place = 0; place < count; ++place)
    values.push_back(order.at(place));
  return values;
}

}  // namespace

TEST_CASE("every number comes exactly once, and tells its place, whatever the size and the seed") {
  for (std::uint64_t size = 1; size <= 300; ++size) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      CAPTURE(size, seed);
      CHECK(is_complete(size, seed));
    }
  }
  for (const std::uint64_t size : {511ULL, 512ULL, 513ULL, 997ULL, 4093ULL, 4096ULL, 65'521ULL,
                                   65'534ULL, 65'536ULL, 65'537ULL}) {
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
      CAPTURE(size, seed);
      CHECK(is_complete(size, seed));
    }
  }
}

TEST_CASE("all of a /8 comes exactly once") { CHECK(is_complete((1 << 24) - 2, 7)); }

TEST_CASE("the largest size stays within itself, and hits nothing twice in a sample") {
  for (const std::uint64_t size : {~0ULL, 1ULL << 63, (1ULL << 63) + 1}) {
    const permutation order{size, 3};
    std::set<std::uint64_t> seen;
    for (std::uint64_t place = 0; place < 10'000; ++place) {
      CHECK(order.at(place) < size);
      CHECK(order.place_of(order.at(place)) == place);
      seen.insert(order.at(place));
    }
    CHECK(order.at(size - 1) < size);
    CHECK(seen.size() == 10'000);
  }
}

TEST_CASE("the same seed gives the same order, another one another") {
  const permutation order{10'000, 42};
  CHECK(first_of(order, 10'000) == first_of(permutation{10'000, 42}, 10'000));
  CHECK(first_of(order, 100) != first_of(permutation{10'000, 43}, 100));
  CHECK(first_of(order, 100) != first_of(permutation{10'001, 42}, 100));
}

TEST_CASE(
    "the order scatters: neighbours end up apart, and no part of the range is left for later") {
  constexpr std::uint64_t size = 65'536;
  const permutation order{size, 1};
  std::uint64_t near = 0;
  std::vector<int> per_block(256);
  for (std::uint64_t place = 0; place + 1 < 8192; ++place) {
    const std::uint64_t a = order.at(place);
    const std::uint64_t b = order.at(place + 1);
    near += std::max(a, b) - std::min(a, b) < 256;
    ++per_block[a >> 8];
  }
  // A shuffle puts 8191 / 128 = 64 neighbours that near; each block gets 32 of 8191.
  CHECK(near < 128);
  CHECK(*std::min_element(per_block.begin(), per_block.end()) > 8);
  CHECK(*std::max_element(per_block.begin(), per_block.end()) < 80);
}
