#include "sink/host_map.hpp"

#include "map_samples.hpp"
#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;
using test::answer;
using test::ip;
using test::silence;

namespace {

host_cell cell_of(const host_map& map, std::string_view text) {
  const ip_address address = ip(text);
  for (const auto& block : address.is_v4() ? map.v4_blocks() : map.v6_blocks()) {
    if (address.high() == block.base.high() && address.low() - block.base.low() < 256) {
      return (*block.hosts)[address.low() % 256];
    }
  }
  return {};
}

}  // namespace

TEST_CASE("every status has its state on the map") {
  const auto state = [](status value) {
    return host_cell{silence(ip("10.0.0.1"), value, reason::none)}.state();
  };
  CHECK(state(status::up) == host_state::up);
  CHECK(state(status::timeout) == host_state::silent);
  CHECK(state(status::refused) == host_state::answered);
  CHECK(state(status::reset) == host_state::answered);
  CHECK(state(status::tls_error) == host_state::answered);
  CHECK(state(status::protocol_error) == host_state::answered);
  CHECK(state(status::mismatch) == host_state::answered);
  CHECK(state(status::unreachable) == host_state::unreachable);
  CHECK(state(status::local_error) == host_state::not_sent);
  CHECK(state(status::name_error) == host_state::not_sent);
  CHECK(state(status::cancelled) == host_state::undecided);
  CHECK(state(status::skipped) == host_state::undecided);
}

TEST_CASE("an address that nobody has is silent, though the kernel calls it unreachable") {
  const host_cell cell{silence(ip("10.0.0.1"), status::unreachable, reason::host_unreachable)};
  CHECK(cell.state() == host_state::silent);
}

TEST_CASE("of several probes of a host the best counts, in whatever order they end") {
  host_map map;
  map.add(silence(ip("10.0.0.1")));
  map.add(answer(ip("10.0.0.1"), 3ms));
  map.add(answer(ip("10.0.0.1"), 300us));
  map.add(silence(ip("10.0.0.1"), status::refused, reason::connection_refused));
  CHECK(map.hosts() == 1);
  const host_cell cell = cell_of(map, "10.0.0.1");
  CHECK(cell.state() == host_state::up);
  CHECK(rtt_scale_bound(rtt_grain::one_two_five, cell.rtt_index()) == 500us);
  CHECK(cell_of(map, "10.0.0.2").state() == host_state::not_asked);
}

TEST_CASE("the shortest and the longest round trips have a byte of their own") {
  CHECK(host_cell{answer(ip("10.0.0.1"), 0ns)}.byte() == host_cell::fastest_byte);
  CHECK(host_cell{answer(ip("10.0.0.1"), 48h)}.byte() == host_cell::up_byte);
  CHECK(host_cell{answer(ip("10.0.0.1"), -1ns)}.byte() == host_cell::up_byte);
}

TEST_CASE("a name that did not resolve is not on the map") {
  host_map map;
  probe_result lost = silence(ip("10.0.0.1"), status::name_error, reason::name_not_found);
  lost.has_address = false;
  map.add(lost);
  CHECK(map.hosts() == 0);
  CHECK(map.v4_blocks().empty());
}

TEST_CASE("blocks stand in the order of their addresses, each family apart") {
  host_map map;
  for (const char* text : {"192.168.1.1", "10.0.0.1", "2001:db8::5", "192.168.0.1"})
    map.add(answer(ip(text), 1ms));
  REQUIRE(map.v4_blocks().size() == 3);
  CHECK(map.v4_blocks()[0].base == ip("10.0.0.0"));
  CHECK(map.v4_blocks()[1].base == ip("192.168.0.0"));
  CHECK(map.v4_blocks()[2].base == ip("192.168.1.0"));
  REQUIRE(map.v6_blocks().size() == 1);
  CHECK(map.v6_blocks()[0].base == ip("2001:db8::"));
}

TEST_CASE("past the last block results are counted for each /16, and none is lost") {
  host_map map;
  for (std::uint32_t i = 0; i < host_map::blocks_max; ++i)
    map.add(answer(ip_address::from_v4(0x0a000000 + i * 256), 1ms));
  CHECK(map.v4_coarse_blocks().empty());
  map.add(answer(ip("172.16.1.1"), 1ms));
  map.add(silence(ip("172.16.2.1")));
  map.add(silence(ip("172.17.0.1")));
  map.add(silence(ip("10.0.0.0")));
  CHECK(map.v4_blocks().size() == host_map::blocks_max);
  const auto coarse = map.v4_coarse_blocks();
  REQUIRE(coarse.size() == 2);
  CHECK(coarse[0].base == ip("172.16.0.0"));
  CHECK(coarse[0].count.asked == 2);
  CHECK(coarse[0].count.up == 1);
  CHECK(coarse[1].count.best.state() == host_state::silent);
  CHECK(map.hosts() == host_map::blocks_max + 3);
}

TEST_CASE("an IPv6 sweep that needs too many blocks is not kept, and IPv4 stays") {
  host_map map;
  map.add(answer(ip("10.0.0.1"), 1ms));
  for (std::uint64_t i = 0; i < host_map::v6_blocks_max; ++i)
    map.add(answer(ip("2001:db8::").plus(i * 256), 1ms));
  CHECK(map.v6_blocks().size() == host_map::v6_blocks_max);
  map.add(answer(ip("2001:db8::").plus(host_map::v6_blocks_max * 256), 1ms));
  map.add(answer(ip("2001:db8::"), 1ms));
  CHECK(map.v6_blocks().empty());
  CHECK(map.v4_blocks().size() == 1);
}
