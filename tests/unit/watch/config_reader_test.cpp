#include "muster/probe/http.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "support/catch.hpp"
#include "watch/watch_config.hpp"

#include <string>

using namespace muster;
using namespace std::chrono_literals;

namespace {

watch_config good(const std::string& text) {
  read_config read = read_watch_config("w.yml", text);
  for (const config_problem& one : read.problems)
    UNSCOPED_INFO(one.text());
  CHECK(read.problems.empty());
  return std::move(read.config);
}

/// All that is wrong, a line each.
std::string wrong(const std::string& text) {
  std::string all;
  for (const config_problem& one : read_watch_config("w.yml", text).problems)
    all += one.text() + '\n';
  return all;
}

}  // namespace

TEST_CASE("a configuration says what is asked of whom, and how often") {
  const watch_config config = good(R"(
checks:
  - name: shop
    targets: [shop.example, 10.0.0.0/28]
    files: more.txt
    probes: [web, {tcp: "22,80"}]
    every: 30s
    timeout: 500ms
    recheck: 5s
    rise: 2
    fall: 3
    after: gateway
    labels: {team: net}
  - {name: gateway, targets: 10.0.0.1}
probes:
  web:
    https: [/health, /login]
    expect-status: 200
    compressed:
defaults: {every: 2m, labels: {site: berlin, team: none}}
)");
  REQUIRE(config.checks.size() == 2);
  const configured_checks& shop = config.checks[0];
  CHECK(shop.group->name == "shop");
  CHECK(shop.targets == std::vector<std::string>{"shop.example", "10.0.0.0/28"});
  CHECK(shop.files == std::vector<std::string>{"more.txt"});
  CHECK(shop.group->after == std::vector<std::string>{"gateway"});
  CHECK(shop.group->every == 30s);
  CHECK(shop.timeout == 500ms);
  CHECK(shop.group->recheck == 5s);
  CHECK(shop.group->rules.rise == 2);
  CHECK(shop.group->rules.fall == 3);
  CHECK(shop.group->labels ==
        std::vector<std::pair<std::string, std::string>>{{"site", "berlin"}, {"team", "net"}});
  REQUIRE(shop.probes.size() == 2);
  CHECK(shop.probes[0].first == "web");
  const auto& web = shop.probes[0].second->of<http_spec>();
  CHECK(web.urls == std::vector<std::string>{"https://{}/health", "https://{}/login"});
  CHECK(web.asks_for_codings);
  CHECK(shop.probes[1].second->of<tcp_spec>().size() == 2);
  const configured_checks& gateway = config.checks[1];
  CHECK(gateway.group->every == 2min);
  REQUIRE(gateway.probes.size() == 1);
  CHECK(gateway.probes[0].second->implied());
}

TEST_CASE("all that is wrong with a configuration is told at once, with its place and a remedy") {
  CHECK(wrong("checks:\n"
              "  - name: a\n"
              "    targets: x\n"
              "    evry: 5s\n"
              "    rise: 0\n"
              "    probes: [web, {tpc: 22}, {tcp: 99999}]\n"
              "  - name: a\n"
              "    targets: y\n"
              "    timeout: soon\n"
              "chekcs: 1\n") ==
        "w.yml:4:5: 'evry' is no key of a check; 'every' is one\n"
        "w.yml:5:11: '0' is not a whole number from 1 to 1000\n"
        "w.yml:6:14: there is no probe 'web' under probes\n"
        "w.yml:6:20: 'tpc' is no key of a probe; 'tcp' is one\n"
        "w.yml:6:36: '99999' is no port; ports are 1 to 65535, as in 22,80,8000-8010\n"
        "w.yml:9:14: 'soon' is no length of time; write a number and a unit, such as 3s, 250ms, "
        "1.5m or 1h\n"
        "w.yml:7:5: there is another check 'a'\n"
        "w.yml:10:1: 'chekcs' is no key of a configuration; 'checks' is one\n");
}

TEST_CASE("what is no YAML, or not of its form, is told with its place") {
  CHECK(wrong("checks: [") != "");
  CHECK(wrong("a: b: c").starts_with("w.yml:1:"));
  CHECK(wrong("- a\n").starts_with("w.yml:1:1: this has to be keys and their values"));
  CHECK(wrong("checks:\n  - 5\n").starts_with("w.yml:2:5: "));
  CHECK(wrong("checks: [{name: a, targets: {x: y}}]").starts_with("w.yml:1:"));
  CHECK(wrong("defaults: {rise: 1, rise: 2}") == "w.yml:1:21: 'rise' was there before\n");
  CHECK(wrong("defaults: {every: 1ms}") == "w.yml:1:19: '1ms' is too short; the least is 10ms\n");
  CHECK(wrong("") == "");
}

TEST_CASE("a value of the wrong form is one problem") {
  CHECK(wrong("checks: [{name: a, targets: {a: b}, files: l, after: [[x]]}]\n") ==
        "w.yml:1:29: this has to be one value\n"
        "w.yml:1:55: this has to be one value\n");
}
