#include "io/resolver_world.hpp"
#include "muster/resolver.hpp"
#include "net/route_check.hpp"
#include "support/stamping_kernel.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;
using action = dns_script::action;

TEST_CASE("an answer is the preferred family's addresses, in the server's order") {
  if (!has_route(v6_a)) MUSTER_SKIP("this machine has no IPv6");
  world w;
  w.server.on("both.test", {.addresses = {v6_a, v4_a, v6_b, v4_b}});
  const auto found = [&](address_preference preference) {
    resolver names{w.context, w.options(preference)};
    return w.answer_of(names, "both.test").addresses;
  };
  CHECK(found(address_preference::v4_first) == addresses{v4_a, v4_b});
  CHECK(found(address_preference::v6_first) == addresses{v6_a, v6_b});
  w.run_until([&] { return w.server.questions() == 4; });
  const auto asked = w.server.questions();
  CHECK(found(address_preference::v4_only) == addresses{v4_a, v4_b});
  CHECK(found(address_preference::v6_only) == addresses{v6_a, v6_b});
  CHECK(w.server.questions() == asked + 2);
}

TEST_CASE("a name with addresses of one family alone resolves to these") {
  world w;
  w.server.on("four.test", {.addresses = {v4_a}});
  w.server.on("six.test", {.addresses = {v6_a}});
  resolver names{w.context, w.options(address_preference::v6_first)};
  CHECK(w.answer_of(names, "four.test").addresses == addresses{v4_a});
  CHECK(w.answer_of(names, "six.test").addresses == addresses{v6_a});
}

TEST_CASE("a name without an address of an allowed family has no address") {
  world w;
  w.server.on("six.test", {.addresses = {v6_a}});
  w.server.on("none.test", {});
  resolver four{w.context, w.options(address_preference::v4_only)};
  CHECK(w.answer_of(four, "six.test").failure == reason::no_address);
  resolver both{w.context, w.options()};
  CHECK(w.answer_of(both, "none.test").failure == reason::no_address);
}

TEST_CASE("an alias is followed") {
  world w;
  w.server.on("www.test", {.addresses = {v4_a, v6_a}, .alias_of = "host.cdn.test"});
  resolver names{w.context, w.options()};
  CHECK(w.answer_of(names, "www.test").addresses == addresses{v4_a});
}

TEST_CASE("an IPv4-mapped address in an AAAA record is ignored") {
  world w;
  w.server.on("mixed.test", {.addresses = {v4_a, v6_a}, .mapped = true});
  w.server.on("mapped.test", {.addresses = {v4_a}, .mapped = true});
  resolver names{w.context, w.options()};
  CHECK(w.answer_of(names, "mixed.test").addresses == addresses{v6_a});
  CHECK(w.answer_of(names, "mapped.test").failure == reason::no_address);
}

TEST_CASE("an answer with a thousand addresses is cut off at the limit") {
  world w;
  dns_script script{.what = action::truncated};
  for (std::uint32_t i = 0; i < 1000; ++i)
    script.addresses.push_back(ip_address::from_v4(i + 1));
  w.server.on("many.test", script);
  resolver names{w.context, w.options(address_preference::v4_only)};
  CHECK(w.answer_of(names, "many.test").addresses.size() == resolver::addresses_max);
  CHECK(w.server.tcp_questions() == 1);
}

TEST_CASE("a truncated answer is asked for again over TCP") {
  world w;
  w.server.on("long.test", {.addresses = {v4_a, v6_a}, .what = action::truncated});
  resolver names{w.context, w.options()};
  CHECK(w.answer_of(names, "long.test").addresses == addresses{v4_a});
  CHECK(w.server.tcp_questions() >= 1);
}

TEST_CASE("a truncated answer from a server without TCP fails no other lookup") {
  world w;
  w.server.on("long.test", {.addresses = {v4_a}, .what = action::truncated});
  w.server.otherwise({.addresses = {v4_b}});
  w.server.close_tcp();
  resolver names{w.context, w.options(address_preference::v4_only)};
  asker cut_short{names, "Long.test."};
  std::vector<asker> others(100);
  for (std::size_t i = 0; i < others.size(); ++i)
    others[i].ask(names, "www" + std::to_string(i) + ".test");
  w.run_until([&] {
    return cut_short.calls == 1 && std::all_of(others.begin(), others.end(),
                                               [](const asker& one) { return one.calls == 1; });
  });
  CHECK(cut_short.answer->failure == reason::name_server_unreachable);
  for (const asker& one : others)
    REQUIRE(one.answer->addresses == addresses{v4_b});
}

TEST_CASE("what a truncated answer held is taken when there is no TCP to ask for the rest") {
  world w;
  w.server.on("long.test", {.addresses = {v4_a}, .what = action::partial});
  w.server.close_tcp();
  resolver names{w.context, w.options(address_preference::v4_only)};
  CHECK(w.answer_of(names, "long.test").addresses == addresses{v4_a});
  CHECK(w.server.questions_about("long.test") == 1);
}

TEST_CASE("upper case is as lower case, and a trailing dot is absolute") {
  world w;
  w.server.on("www.test", {.addresses = {v4_a}});
  resolver names{w.context, w.options(address_preference::v4_only)};
  CHECK(w.answer_of(names, "WWW.Test").addresses == addresses{v4_a});
  CHECK(asker{names, "www.test"}.at_once);
  CHECK(w.answer_of(names, "www.test.").addresses == addresses{v4_a});
}

TEST_CASE("each way of failing has its reason") {
  world w;
  w.server.on("servfail.test", {.rcode = 2});
  w.server.on("notimp.test", {.rcode = 4});
  w.server.on("refused.test", {.rcode = 5});
  w.server.on("formerr.test", {.rcode = 1});
  w.server.on("broken.test", {.addresses = {v4_a, v6_a}, .what = action::broken});
  for (unsigned rcode = 6; rcode < 16; ++rcode) {
    w.server.on("code" + std::to_string(rcode) + ".test", {.addresses = {v4_a}, .rcode = rcode});
    w.server.on("empty" + std::to_string(rcode) + ".test", {.rcode = rcode});
  }
  resolver names{w.context, w.options()};
  CHECK(w.answer_of(names, "missing.test").failure == reason::name_not_found);
  CHECK(w.answer_of(names, "servfail.test").failure == reason::name_server_failure);
  CHECK(w.answer_of(names, "notimp.test").failure == reason::name_server_not_implemented);
  CHECK(w.answer_of(names, "refused.test").failure == reason::name_server_refused);
  CHECK(w.answer_of(names, "formerr.test").failure == reason::name_server_format_error);
  CHECK(w.answer_of(names, "broken.test").failure == reason::name_server_malformed);
  for (unsigned rcode = 6; rcode < 16; ++rcode) {
    CAPTURE(rcode);
    const std::string number = std::to_string(rcode);
    CHECK(w.answer_of(names, "code" + number + ".test").failure == reason::name_server_error);
    CHECK(w.answer_of(names, "empty" + number + ".test").failure == reason::name_server_error);
  }
}

TEST_CASE("silence, noise and answers to other questions end in a timeout") {
  world w;
  w.server.on("silent.test", {.what = action::silence});
  w.server.on("noise.test", {.what = action::noise});
  w.server.on("foreign.test", {.addresses = {v4_a, v6_a}, .what = action::foreign});
  auto options = w.options();
  options.query_timeout = 20ms;
  options.tries = 2;
  resolver names{w.context, options};
  asker silent{names, "silent.test"}, noise{names, "noise.test"}, foreign{names, "foreign.test"};
  // The server may come to read the last questions after those who asked have given up.
  w.run_until([&] {
    return silent.answer && noise.answer && foreign.answer &&
           w.server.questions_about("silent.test") >= 4;
  });
  CHECK(silent.answer->failure == reason::resolve_timeout);
  CHECK(noise.answer->failure == reason::resolve_timeout);
  CHECK(foreign.answer->failure == reason::resolve_timeout);
  CHECK(w.server.questions_about("silent.test") == 4);
}

TEST_CASE("a server that is not there is unreachable") {
  world w;
  resolver names{w.context, w.options()};
  w.server.close();
  CHECK(w.answer_of(names, "www.test").failure == reason::name_server_unreachable);
}

TEST_CASE("the second server is asked when the first one fails or is not there") {
  world w;
  test::dns_server failing{w.context};
  failing.otherwise({.rcode = 2});
  test::dns_server gone{w.context};
  auto options = w.options();
  options.servers = {failing.address(), gone.address(), w.server.address()};
  gone.close();
  w.server.on("www.test", {.addresses = {v4_a}});
  resolver names{w.context, options};
  CHECK(w.answer_of(names, "www.test").addresses == addresses{v4_a});
  w.server.on("bad.test", {.rcode = 2});
  options.servers = {failing.address(), w.server.address()};
  resolver both_fail{w.context, options};
  CHECK(w.answer_of(both_fail, "bad.test").failure == reason::name_server_failure);
}

TEST_CASE("localhost and the names below it are the loopback addresses, and need no name server") {
  world w;
  const ip_address loopback_v4 = ip_address::from_v4(0x7f000001);
  const ip_address loopback_v6 = ip_address::from_bits(0, 1);
  const ip_address preferred = has_route(loopback_v6) ? loopback_v6 : loopback_v4;
  resolver names{w.context, w.options(address_preference::v6_first)};
  for (const char* name :
       {"localhost", "LocalHost", "localhost.", "a.localhost", "b.a.localhost."}) {
    CAPTURE(name);
    CHECK(w.answer_of(names, name).addresses == addresses{preferred});
  }
  resolver four{w.context, w.options(address_preference::v4_only)};
  CHECK(w.answer_of(four, "localhost").addresses == addresses{loopback_v4});
  resolver six{w.context, w.options(address_preference::v6_only)};
  CHECK(w.answer_of(six, "localhost").addresses == addresses{loopback_v6});
  CHECK(w.server.questions() == 0);
  CHECK(w.answer_of(names, "notlocalhost.").failure == reason::name_not_found);
}

TEST_CASE("an address as text is its own answer, if its family is allowed") {
  world w;
  resolver names{w.context, w.options()};
  CHECK(asker{names, "192.0.2.2"}.answer->addresses == addresses{v4_b});
  CHECK(asker{names, "2001:DB8::2"}.answer->addresses == addresses{v6_b});
  resolver six{w.context, w.options(address_preference::v6_only)};
  CHECK(asker{six, "192.0.2.1"}.answer->failure == reason::no_address);
  CHECK(asker{six, "2001:db8::2"}.answer->addresses == addresses{v6_b});
}

TEST_CASE("what can't be a host name is said at once, and asks nobody") {
  world w;
  resolver names{w.context, w.options()};
  const std::string label(63, 'a');
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
  for (const std::string& bad :
       {std::string{}, std::string{"."}, std::string{".."}, std::string{"a b.test"},
        std::string{"www\0.test", 9}, std::string{"www.test\n"}, std::string(300, 'a'),
        std::string(64, 'a') + ".test", longest + "c", std::string{".test"}, std::string{"a..test"},
        std::string{"a.."}, std::string{"a\\046test"}, std::string{"b\xc3\xbc"},
        std::string{"http://x"}, std::string(100'000, '.')}) {
    asker one{names, bad};
    CAPTURE(bad.substr(0, 80));
    REQUIRE(one.at_once);
    CHECK(one.answer->failure == reason::invalid_name);
    CHECK_FALSE(one.waiting());
  }
  CHECK(w.answer_of(names, longest).failure == reason::name_not_found);
  CHECK(w.answer_of(names, longest + '.').failure == reason::name_not_found);
  CHECK(w.answer_of(names, "_dmarc.a-b.test").failure == reason::name_not_found);
}

TEST_CASE("ten who ask for one name share one lookup") {
  world w;
  w.server.on("www.test", {.addresses = {v4_a}});
  resolver names{w.context, w.options(address_preference::v4_only)};
  std::vector<std::unique_ptr<asker>> askers;
  for (int i = 0; i < 10; ++i)
    askers.push_back(std::make_unique<asker>(names, "www.test"));
  w.run_until([&] { return askers.back()->calls == 1; });
  for (const auto& one : askers)
    CHECK(one->answer->addresses == addresses{v4_a});
  CHECK(w.server.questions() == 1);
  CHECK(asker{names, "www.test"}.at_once);
  CHECK(names.statistics().queries == 1);
  CHECK(names.statistics().joined == 9);
  CHECK(names.statistics().cache_hits == 1);
}

TEST_CASE("an answer says when it reached this machine, however late it is read") {
  world w;
  w.server.on("www.test", {.addresses = {v4_a}});
  resolver names{w.context, w.options(address_preference::v4_only)};
  const stamping_kernel stamping;
  const auto began = std::chrono::steady_clock::now();
  asker one{names, "www.test"};
  w.run_until([&] { return w.server.questions() == 1; });
  const auto answered = std::chrono::steady_clock::now();
  ::usleep(20'000);
  w.run_until([&] { return one.calls == 1; });
  CHECK(one.answer->arrived >= began);
  CHECK(one.answer->arrived <= answered);
}

TEST_CASE("an answer is remembered as its TTL says, within the limits") {
  world w;
  w.server.on("now.test", {.addresses = {v4_a}, .ttl_s = 0});
  w.server.on("later.test", {.addresses = {v4_a}, .ttl_s = 60});
  w.server.on("forever.test", {.addresses = {v4_a}, .ttl_s = 0xffff'ffff});
  auto options = w.options(address_preference::v4_only);
  options.ttl_min = 0s;
  resolver names{w.context, options};
  for (const char* name : {"now.test", "later.test", "forever.test"})
    w.answer_of(names, name);
  CHECK_FALSE(asker{names, "now.test"}.at_once);
  CHECK(asker{names, "later.test"}.at_once);
  // RFC 2181, 8: a TTL with its top bit set is 0.
  CHECK_FALSE(asker{names, "forever.test"}.at_once);

  options.ttl_min = options.ttl_max = 10s;
  resolver clamped{w.context, options};
  w.answer_of(clamped, "now.test");
  CHECK(asker{clamped, "now.test"}.at_once);
}

TEST_CASE("that a name does not exist is remembered as long as asked for") {
  world w;
  auto options = w.options();
  resolver remembering{w.context, options};
  w.answer_of(remembering, "missing.test");
  CHECK(asker{remembering, "missing.test"}.at_once);
  options.negative_ttl = 0s;
  resolver forgetting{w.context, options};
  w.answer_of(forgetting, "missing.test");
  CHECK_FALSE(asker{forgetting, "missing.test"}.at_once);
}
