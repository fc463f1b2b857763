// Two questions, one for each family, and which answer is waited for.
#include "io/resolver_world.hpp"
#include "net/name_lookup.hpp"
#include "net/route_check.hpp"
#include "support/lab.hpp"

#include <string>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;
using action = dns_script::action;
using family = dns_script::family;

namespace {

// Far less than the query timeout of these tests' resolvers, 10 s, and more than a loaded machine
// takes for an answer.
constexpr auto soon = 5s;

struct timed_answer {
  lookup_answer answer;
  std::chrono::steady_clock::duration took;
};

timed_answer ask_timed(world& w, address_preference preference, std::string_view name) {
  resolver names{w.context, w.options(preference)};
  const auto start = std::chrono::steady_clock::now();
  lookup_answer answer = w.answer_of(names, name);
  return {std::move(answer), std::chrono::steady_clock::now() - start};
}

}  // namespace

TEST_CASE("the preferred family's answer is not kept waiting by a server that drops the other") {
  if (!has_route(v6_a)) MUSTER_SKIP("this machine has no IPv6");
  world w;
  w.server.on("no-aaaa.test", {.addresses = {v4_a, v6_a}, .silent_about = family::v6});
  w.server.on("no-a.test", {.addresses = {v4_a, v6_a}, .silent_about = family::v4});
  const auto four = ask_timed(w, address_preference::v4_first, "no-aaaa.test");
  CHECK(four.answer.addresses == addresses{v4_a});
  CHECK(four.took < soon);
  const auto six = ask_timed(w, address_preference::v6_first, "no-a.test");
  CHECK(six.answer.addresses == addresses{v6_a});
  CHECK(six.took < soon);
}

TEST_CASE("the other family's answer waits for the preferred one as long as RFC 8305 says") {
  if (!has_route(v6_a)) MUSTER_SKIP("this machine has no IPv6");
  world w;
  w.server.on("no-aaaa.test", {.addresses = {v4_a, v6_a}, .silent_about = family::v6});
  w.server.on("no-a.test", {.addresses = {v4_a, v6_a}, .silent_about = family::v4});
  const auto four = ask_timed(w, address_preference::v6_first, "no-aaaa.test");
  CHECK(four.answer.addresses == addresses{v4_a});
  CHECK(four.took >= 50ms);
  CHECK(four.took < soon);
  const auto six = ask_timed(w, address_preference::v4_first, "no-a.test");
  CHECK(six.answer.addresses == addresses{v6_a});
  CHECK(six.took >= 50ms);
  CHECK(six.took < soon);
}

TEST_CASE("a denial of the preferred family ends the wait for it") {
  if (!has_route(v6_a)) MUSTER_SKIP("this machine has no IPv6");
  world w;
  w.server.on("six.test", {.addresses = {v6_a}});
  w.server.on("refused-a.test", {.addresses = {v6_a}, .rcode = 5, .rcode_for = family::v4});
  w.server.on("no-such-a.test", {.addresses = {v6_a}, .rcode = 3, .rcode_for = family::v4});
  resolver names{w.context, w.options()};
  for (const char* name : {"six.test", "refused-a.test", "no-such-a.test"})
    CHECK(w.answer_of(names, name).addresses == addresses{v6_a});
}

TEST_CASE("where no family has an address, the reason is the one that leaves it open") {
  world w;
  auto options = w.options();
  options.query_timeout = 20ms;
  w.server.on("a-dropped.test", {.silent_about = family::v4});
  w.server.on("aaaa-dropped.test", {.silent_about = family::v6});
  w.server.on("a-refused.test", {.rcode = 5, .rcode_for = family::v4});
  w.server.on("aaaa-failed.test", {.rcode = 2, .rcode_for = family::v6});
  w.server.on("a-unknown.test", {.rcode = 3, .rcode_for = family::v4});
  resolver names{w.context, options};
  CHECK(w.answer_of(names, "a-dropped.test").failure == reason::resolve_timeout);
  CHECK(w.answer_of(names, "aaaa-dropped.test").failure == reason::resolve_timeout);
  CHECK(w.answer_of(names, "a-refused.test").failure == reason::name_server_refused);
  CHECK(w.answer_of(names, "aaaa-failed.test").failure == reason::name_server_failure);
  CHECK(w.answer_of(names, "a-unknown.test").failure == reason::no_address);
}

TEST_CASE("records of another kind than was asked for count for nothing") {
  world w;
  w.server.on("all.test", {.addresses = {v6_a, v4_a}, .all_types = true});
  w.server.on("six.test", {.addresses = {v6_a}, .all_types = true});
  w.server.on("four.test", {.addresses = {v4_a}, .all_types = true});
  resolver four{w.context, w.options(address_preference::v4_only)};
  CHECK(w.answer_of(four, "all.test").addresses == addresses{v4_a});
  CHECK(w.answer_of(four, "six.test").failure == reason::no_address);
  resolver six{w.context, w.options(address_preference::v6_only)};
  CHECK(w.answer_of(six, "all.test").addresses == addresses{v6_a});
  CHECK(w.answer_of(six, "four.test").failure == reason::no_address);
}

TEST_CASE("who wants both families gets all of both, or all of the one that has any") {
  world w;
  w.server.on("both.test", {.addresses = {v6_a, v4_a, v4_b}});
  w.server.on("six.test", {.addresses = {v6_a}});
  w.server.on("a-only.test", {.addresses = {v4_a}, .silent_about = family::v6});
  const auto found = [&](const char* name) {
    return ask_timed(w, address_preference::both, name).answer;
  };
  CHECK(found("both.test").addresses == addresses{v4_a, v4_b, v6_a});
  CHECK(found("six.test").addresses == addresses{v6_a});
  CHECK(found("a-only.test").addresses == addresses{v4_a});
  CHECK(found("none.test").failure == reason::name_not_found);
  CHECK(usable_family({v6_b, v4_b}, address_preference::both) == addresses{v4_b, v6_b});
}

TEST_CASE("who takes any of both families waits no longer for the second than RFC 8305 says") {
  world w;
  w.server.on("both.test", {.addresses = {v6_a, v4_a, v4_b}});
  w.server.on("no-aaaa.test", {.addresses = {v4_a, v6_a}, .silent_about = family::v6});
  const auto both = ask_timed(w, address_preference::any_v4_first, "both.test");
  CHECK(both.answer.addresses == addresses{v4_a, v4_b, v6_a});
  const auto turned = ask_timed(w, address_preference::any_v6_first, "both.test");
  CHECK(turned.answer.addresses == addresses{v6_a, v4_a, v4_b});
  for (const auto preference :
       {address_preference::any_v4_first, address_preference::any_v6_first}) {
    const auto four = ask_timed(w, preference, "no-aaaa.test");
    CHECK(four.answer.addresses == addresses{v4_a});
    CHECK(four.took >= 50ms);
    CHECK(four.took < soon);
  }
  CHECK(ask_timed(w, address_preference::any_v4_first, "none.test").answer.failure ==
        reason::name_not_found);
  CHECK(usable_family({v6_b, v4_b}, address_preference::any_v6_first) == addresses{v6_b, v4_b});
}

TEST_CASE("a family that this machine can't send to gives way to the other") {
  std::string why_not;
  if (!lab::enter(why_not)) MUSTER_SKIP(why_not);
  lab::route_local("192.0.2.0/24");  // and nothing for 2001:db8::/32
  world w;
  w.server.on("both.test", {.addresses = {v6_b, v4_b}});
  w.server.on("six.test", {.addresses = {v6_b}});
  w.server.on("aaaa-only.test", {.addresses = {v6_b, v4_b}, .silent_about = family::v4});
  const auto both = ask_timed(w, address_preference::v6_first, "both.test");
  CHECK(both.answer.addresses == addresses{v4_b});
  CHECK(both.took < soon);
  // Better an address that can't be sent to, which the probe will say, than none.
  CHECK(ask_timed(w, address_preference::v6_first, "six.test").answer.addresses == addresses{v6_b});
  CHECK(usable_family({v6_b, v4_b}, address_preference::v6_first) == addresses{v4_b});
  CHECK(usable_family({v6_b, v4_b}, address_preference::v4_first) == addresses{v4_b});
  lab::set_system_control("net.ipv6.conf.all.disable_ipv6", "1");
  CHECK(usable_family({v6_a, v4_a}, address_preference::v6_first) == addresses{v4_a});
}

TEST_CASE("the mirror case: IPv4 that can't be sent to gives way to IPv6") {
  std::string why_not;
  if (!lab::enter(why_not)) MUSTER_SKIP(why_not);
  if (!has_route(v6_a)) MUSTER_SKIP("this machine has no IPv6");
  lab::route_local("2001:db8::/32");  // and nothing for 192.0.2.0/24
  world w;
  w.server.on("both.test", {.addresses = {v6_b, v4_b}});
  CHECK(ask_timed(w, address_preference::v4_first, "both.test").answer.addresses ==
        addresses{v6_b});
  CHECK(usable_family({v6_b, v4_b}, address_preference::v4_first) == addresses{v6_b});
}

TEST_CASE("a question that nobody waits for any more does not keep the loop running") {
  world w;
  w.server.on("no-aaaa.test", {.addresses = {v4_a}, .silent_about = family::v6});
  resolver names{w.context, w.options()};
  const auto start = std::chrono::steady_clock::now();
  w.answer_of(names, "no-aaaa.test");
  w.server.close();
  w.context.restart();
  w.context.run_for(soon);
  CHECK(w.context.stopped());
  CHECK(std::chrono::steady_clock::now() - start < soon);
}

TEST_CASE("ten thousand names whose AAAA questions are dropped resolve all the same") {
  world w;
  w.server.otherwise({.addresses = {v4_a}, .silent_about = family::v6});
  auto options = w.options();
  options.query_timeout = 60s;
  resolver names{w.context, options};
  constexpr std::size_t count = 10'000;
  std::vector<asker> askers(count);
  std::size_t told = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    askers[i].then = [&] { ++told; };
    askers[i].ask(names, "host" + std::to_string(i) + ".test");
  }
  w.run_until([&] { return told == count; });
  CHECK(std::chrono::steady_clock::now() - start < 50s);  // before the first one is given up
  for (const asker& one : askers)
    REQUIRE(one.answer->addresses == addresses{v4_a});
}
