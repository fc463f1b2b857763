#include "bench/truth_peers.hpp"
#include "support/catch.hpp"

using namespace muster::bench;

namespace {

work two(probe_kind kind) {
  return {.probe = {kind}, .targets = targets::addresses(0x0a000001, 2)};
}

time_quantiles read(std::string_view name, std::string_view text, const work& hosts) {
  reported_times out{hosts};
  read_peer(name, text, hosts, out);
  return out.quantiles();
}

}  // namespace

TEST_CASE("the times that fping tells of those alive are read") {
  const auto times =
      read("fping", "10.0.0.1 (0.068 ms)\n10.0.0.2 (1.5 ms)\n", two(probe_kind::icmp));
  CHECK(times.p50 == 0.068);
  CHECK(read("fping", "10.0.0.2 (1.5 ms)", two(probe_kind::icmp)).p50 == 1.5);
}

TEST_CASE("the times in nmap's XML are read, and a host without one has none") {
  constexpr const char* text = R"(<nmaprun scanner="nmap">
<host><status state="up" reason="echo-reply" reason_ttl="64"/>
<address addr="10.0.0.1" addrtype="ipv4"/>
<hostnames>
</hostnames>
</host>
<host starttime="1" endtime="2"><status state="up" reason="user-set" reason_ttl="0"/>
<address addr="10.0.0.2" addrtype="ipv4"/>
<ports><port protocol="tcp" portid="9"><state state="closed" reason="conn-refused"/></port>
</ports>
<times srtt="125" rttvar="5000" to="100000"/>
</host>
</nmaprun>)";
  CHECK(read("nmap", text, two(probe_kind::icmp)).p50 == 0.125);
}

TEST_CASE("the times that this program's own runners tell are read") {
  constexpr const char* text = "10.0.0.1 up 0.250000 0.000100\n10.0.0.2 timeout\n";
  CHECK(read("thread", text, two(probe_kind::icmp)).p50 == 0.25);
  auto names = two(probe_kind::http);
  names.targets = targets::named(2);
  CHECK(read("blackbox", "h1.bench.test down 0.250000 0.125000\n", names).p50 == 0.125);
}
