#include "probe/plan_slots.hpp"

#include "muster/probe/http.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/talk.hpp"
#include "muster/probe/tcp.hpp"
#include "muster/probe/tls.hpp"
#include "probe/url_template.hpp"
#include "support/catch.hpp"
#include "targets/target_parser.hpp"

#include <stdexcept>

using namespace muster;

namespace {

target parse(const char* text) { return parse_target(text, {})->at(0); }

probe_plan ports(std::vector<std::uint16_t> wanted) {
  probe_plan plan;
  plan.of<tcp_spec>().ports = std::move(wanted);
  return plan;
}

}  // namespace

TEST_CASE("a plan of one stage has its probes and nothing that waits") {
  const probe_plan plan = ports({22, 80});
  const plan_slots slots{plan, false};
  CHECK(slots.size() == 2);
  CHECK_FALSE(slots.is_staged());
}

TEST_CASE("a URL without a port is asked once for each port that the stage before looks for") {
  probe_plan plan = ports({22, 80, 8443});
  plan.then.emplace_back().of<http_spec>().urls = {"http://{}/", "http://{}/x", "http://{}:81/"};
  const plan_slots slots{plan, false};
  CHECK(slots.size() == 3 + 1 + 6);
  CHECK(slots.stages() == 2);
  CHECK(slots.stage_of(2) == 0);
  CHECK(slots.stage_of(3) == 1);
  CHECK(slots.at_host(1).begin == 3);
  CHECK(slots.at_host(1).end == 4);
  const target subject = parse("10.0.0.1");
  CHECK(slots.request(subject, 3).port() == 0);  // the URL says it
  const plan_slots::range of_80 = slots.at_port(1);
  REQUIRE(of_80.size() == 2);
  CHECK(of_80.begin == 6);
  CHECK(slots.request(subject, 6).port() == 80);
  CHECK(slots.request(subject, 6).index == 0);
  CHECK(slots.request(subject, 7).index == 1);
  CHECK(slots.request(subject, slots.at_port(2).begin).port() == 8443);
  CHECK(slots.at_port(7).empty());
}

TEST_CASE("a probe of a port that the stage before looks for waits for that port alone") {
  probe_plan plan = ports({22, 25});
  plan.then.emplace_back().of<tls_spec>().ports = {25, 443};
  const plan_slots slots{plan, false};
  CHECK(slots.size() == 4);
  CHECK(slots.at_host(1).size() == 1);
  const target subject = parse("10.0.0.1");
  CHECK(slots.request(subject, 2).port() == 443);
  CHECK(slots.at_port(0).empty());
  REQUIRE(slots.at_port(1).size() == 1);
  CHECK(slots.request(subject, slots.at_port(1).begin).port() == 25);
}

TEST_CASE("a port that two probes look for is followed once") {
  probe_plan plan = ports({80, 443});
  plan.of<tls_spec>().ports = {443};
  plan.then.emplace_back().of<http_spec>().urls = {"http://{}/"};
  const plan_slots slots{plan, false};
  CHECK(slots.size() == 3 + 2);
  CHECK(slots.at_port(1).size() == 1);
  CHECK(slots.at_port(2).empty());
}

TEST_CASE("open ports are handed on from stage to stage") {
  probe_plan plan;
  plan.of<icmp_spec>().is_asked = true;
  plan.then.push_back(ports({443, 8443}));
  plan.then.emplace_back().of<tls_spec>().open_ports = true;
  plan.then.emplace_back().of<http_spec>().urls = {"https://{}/"};
  const plan_slots slots{plan, false};
  CHECK(slots.size() == 1 + 2 + 2 + 2);
  const auto tls = slots.at_port(2).begin;
  const auto http = slots.at_port(tls).begin;
  const target subject = parse("10.0.0.1");
  CHECK(slots.request(subject, tls).kind() == probe_kind::tls);
  CHECK(slots.request(subject, tls).port() == 8443);
  CHECK(slots.request(subject, http).kind() == probe_kind::http);
  CHECK(slots.request(subject, http).port() == 8443);
  CHECK(slots.at_host(2).empty());
}

TEST_CASE("the first probe of a plan may be a stage by itself") {
  probe_plan plan = ports({22, 80});
  plan.of<icmp_spec>().is_asked = true;
  const plan_slots slots{plan, true};
  CHECK(slots.size() == 3);
  CHECK(slots.stages() == 2);
  CHECK(slots.at_host(0).size() == 1);
  CHECK(slots.at_host(1).size() == 2);
}

TEST_CASE("what can't be asked is refused: open ports that nobody looks for, and an empty stage") {
  probe_plan first;
  first.of<tls_spec>().open_ports = true;
  CHECK_THROWS_AS((plan_slots{first, false}), std::invalid_argument);
  probe_plan later;
  later.then.push_back(first);
  CHECK_THROWS_AS((plan_slots{later, false}), std::invalid_argument);
  probe_plan empty = ports({22});
  empty.then.emplace_back();
  CHECK_THROWS_AS((plan_slots{empty, false}), std::invalid_argument);
}

TEST_CASE("an open port takes its place in a URL, over TLS where that is the custom") {
  const target subject = parse("10.0.0.1");
  CHECK(fill_url_template("http://{}/x", subject, 8080) == "http://10.0.0.1:8080/x");
  CHECK(fill_url_template("http://{}/x", subject, 443) == "https://10.0.0.1:443/x");
  CHECK(fill_url_template("https://{}/", subject, 9000) == "https://10.0.0.1:9000/");
  CHECK(fill_url_template("http://{}:81/", subject, 9000) == "http://10.0.0.1:81/");
  CHECK(leaves_port_open("http://{}/"));
  CHECK_FALSE(leaves_port_open("http://{}:81/"));
  CHECK_FALSE(leaves_port_open("http://other/?host={}"));
}
