#include "engine/probe_cursor.hpp"

#include "muster/probe/exec.hpp"
#include "muster/probe/http.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "probe/plan_slots.hpp"
#include "probe/url_template.hpp"
#include "support/catch.hpp"
#include "targets/target_parser.hpp"

#include <map>
#include <vector>

using namespace muster;

namespace {

target parse(const char* text) { return parse_target(text, {})->at(0); }

probe_request request_of(const probe_plan& plan, const target& subject, std::size_t number) {
  return plan_slots{plan, false}.request(subject, number);
}

}  // namespace

TEST_CASE("a target's form decides its probe when none is named") {
  const probe_plan plan;
  CHECK(plan.size() == 1);
  CHECK(request_of(plan, parse("10.0.0.1"), 0).kind() == probe_kind::icmp);
  CHECK(request_of(plan, parse("host.example"), 0).kind() == probe_kind::icmp);
  const auto tcp = request_of(plan, parse("[::1]:443"), 0);
  CHECK(tcp.kind() == probe_kind::tcp);
  CHECK(tcp.port() == 443);
  const auto http = request_of(plan, parse("http://host.example/x"), 0);
  CHECK(http.kind() == probe_kind::http);
  CHECK(http.port() == 80);
  CHECK(http.index == probe_spec::own);
}

TEST_CASE(
    "named probes come in the order ICMP, ports, URLs, commands, whatever the target's form") {
  probe_plan plan;
  plan.of<icmp_spec>().is_asked = true;
  plan.of<tcp_spec>().ports = {22, 80};
  plan.of<http_spec>().urls = {"http://{}/a", "http://{}/b"};
  plan.of<exec_spec>().commands = {{"check_a", "{}"}, {"check_b"}};
  REQUIRE(plan.size() == 7);
  for (const char* text : {"10.0.0.1", "10.0.0.1:99", "http://10.0.0.1/"}) {
    const target subject = parse(text);
    CHECK(request_of(plan, subject, 0).kind() == probe_kind::icmp);
    CHECK(request_of(plan, subject, 1).port() == 22);
    CHECK(request_of(plan, subject, 2).port() == 80);
    CHECK(request_of(plan, subject, 2).kind() == probe_kind::tcp);
    CHECK(request_of(plan, subject, 3).kind() == probe_kind::http);
    CHECK(request_of(plan, subject, 3).index == 0);
    CHECK(request_of(plan, subject, 4).index == 1);
    CHECK(request_of(plan, subject, 5).kind() == probe_kind::exec);
    CHECK(request_of(plan, subject, 5).index == 0);
    CHECK(request_of(plan, subject, 6).index == 1);
  }
}

TEST_CASE("a row that names its probe gets that one alone, whatever the plan") {
  probe_plan plan;
  plan.of<icmp_spec>().is_asked = true;
  plan.of<tcp_spec>().ports = {22, 80};
  const auto row = [](const char* text, probe_kind kind) {
    target_parameters parameters;
    parameters.probe = kind;
    return parse(text).with(std::make_shared<const target_parameters>(std::move(parameters)));
  };
  for (const probe_plan& each : {plan, probe_plan{}}) {
    const target tcp = row("10.0.0.1:99", probe_kind::tcp);
    CHECK(probe_count(each.size(), tcp) == 1);
    CHECK(request_of(each, tcp, 0).kind() == probe_kind::tcp);
    CHECK(request_of(each, tcp, 0).port() == 99);
    const auto icmp = request_of(each, row("http://10.0.0.1:8080/", probe_kind::icmp), 0);
    CHECK(icmp.kind() == probe_kind::icmp);
    CHECK(icmp.port() == 0);
    const auto http = request_of(each, row("10.0.0.1", probe_kind::http), 0);
    CHECK(http.kind() == probe_kind::http);
    CHECK(http.index == probe_spec::own);
  }
  CHECK(probe_count(plan.size(), parse("10.0.0.1")) == 3);
}

TEST_CASE("a row with a path is asked by HTTP where no probe is named") {
  target_parameters parameters;
  parameters.path = "/health";
  const target subject =
      parse("10.0.0.1").with(std::make_shared<const target_parameters>(std::move(parameters)));
  probe_plan plan;
  CHECK(request_of(plan, subject, 0).kind() == probe_kind::http);
  plan.of<icmp_spec>().is_asked = true;
  CHECK(request_of(plan, subject, 0).kind() == probe_kind::icmp);
}

TEST_CASE("a URL's path and query can be put in another's place") {
  CHECK(with_path("http://a", "/x") == "http://a/x");
  CHECK(with_path("http://a:81/", "/x?y") == "http://a:81/x?y");
  CHECK(with_path("http://[::1]/b/c?d#e", "/x") == "http://[::1]/x");
  CHECK(with_path("http://a?b/c", "/x") == "http://a/x");
}

TEST_CASE("targets share the limit of a host when they have its address or name in common") {
  CHECK(host_key(parse("10.0.0.1")) == host_key(parse("10.0.0.1:80")));
  CHECK(host_key(parse("10.0.0.1")) == host_key(parse("http://10.0.0.1:8080/x")));
  CHECK(host_key(parse("10.0.0.1")) != host_key(parse("10.0.0.2")));
  CHECK(host_key(parse("Host.example:1")) == host_key(parse("host.example:2")));
}

TEST_CASE("a template takes the host, in brackets if it must, and its port if there is room") {
  CHECK(fill_url_template("http://{}/x", parse("10.0.0.1")) == "http://10.0.0.1/x");
  CHECK(fill_url_template("http://{}/x", parse("::1")) == "http://[::1]/x");
  CHECK(fill_url_template("http://{}/x", parse("host.example:81")) == "http://host.example:81/x");
  CHECK(fill_url_template("http://{}:82/x", parse("host.example:81")) ==
        "http://host.example:82/x");
  CHECK(fill_url_template("http://a/?for={}&{}", parse("b")) == "http://a/?for=b&b");
  CHECK(fill_url_template("http://fixed/", parse("b")) == "http://fixed/");
}

TEST_CASE(
    "the other probes of a host are left out unless it answered, and say what is known of it") {
  std::map<reason, std::vector<status>> outcomes;
  for (const status first : all_statuses)
    outcomes[reason_to_skip(first)].push_back(first);
  CHECK(outcomes[reason::none] == std::vector{status::up, status::refused, status::reset,
                                              status::tls_error, status::protocol_error,
                                              status::mismatch});
  CHECK(outcomes[reason::host_silent] ==
        std::vector{status::timeout, status::unreachable, status::cancelled});
  CHECK(outcomes[reason::first_probe_failed] ==
        std::vector{status::name_error, status::local_error, status::skipped});
}
