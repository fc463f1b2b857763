#include "net/dns_cache.hpp"
#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;

namespace {

using addresses = std::vector<ip_address>;
const ip_address v4_a = ip_address::from_v4(0xc0000201);
const ip_address v4_b = ip_address::from_v4(0xc0000202);

}  // namespace

TEST_CASE("the cache forgets an answer when its time is up") {
  dns_cache cache{10};
  const dns_cache::time_point start{};
  cache.store("a", {reason::none, {v4_a}}, start, 60s);
  REQUIRE(cache.find("a", start + 59s));
  CHECK(cache.find("a", start + 59s)->addresses == addresses{v4_a});
  CHECK_FALSE(cache.find("a", start + 60s));
  CHECK(cache.size() == 0);
}

TEST_CASE("a full cache forgets first what it learnt first") {
  dns_cache cache{2};
  const dns_cache::time_point start{};
  cache.store("a", {reason::none, {v4_a}}, start, 60s);
  cache.store("b", {reason::none, {v4_a}}, start, 60s);
  cache.store("a", {reason::none, {v4_b}}, start, 60s);  // learnt anew: now "b" is the oldest
  cache.store("c", {reason::none, {v4_a}}, start, 60s);
  CHECK(cache.size() == 2);
  CHECK(cache.find("a", start)->addresses == addresses{v4_b});
  CHECK_FALSE(cache.find("b", start));
  CHECK(cache.find("c", start));
}

TEST_CASE("a cache of no entries and a TTL of nothing keep nothing") {
  dns_cache none{0};
  none.store("a", {reason::none, {v4_a}}, {}, 60s);
  CHECK(none.size() == 0);
  dns_cache some{5};
  some.store("a", {reason::none, {v4_a}}, {}, 60s);
  some.store("a", {reason::none, {v4_a}}, {}, 0s);
  CHECK(some.size() == 0);
}
