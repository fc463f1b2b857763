// Names with several addresses, each of which is probed, on made-up networks.
#include "muster/probe/http.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "muster/probe/udp.hpp"
#include "recorded_sweep.hpp"

#include <optional>
#include <random>
#include <set>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t numbers = resolver::addresses_max;

/// Three names: with three addresses, with one, and with none.
void name_hosts(simulated_world& network) {
  const auto at = [](std::uint32_t last) { return ip_address::from_v4(0x0a01'0000 + last); };
  network.names["three.test"] = at(1);
  network.further_addresses["three.test"] = {at(2), at(3)};
  network.names["one.test"] = at(4);
}

const std::vector<std::string> hosts{"three.test", "one.test", "none.test", "10.9.0.1"};

sweep_options choosing(address_choice choice) {
  sweep_options options = plain_options();
  options.probe.addresses = choice;
  return options;
}

sweep_options each_address() { return choosing(address_choice::each); }

ip_address at(std::uint32_t last) { return ip_address::from_v4(0x0a01'0000 + last); }

/// A sweep of three.test, each of whose addresses answers after 10 ms.
struct three_addresses : recorded_sweep {
  explicit three_addresses(const sweep_options& options)
      : recorded_sweep{1, {}, options, {"three.test"}} {
    name_hosts(network);
    network.peers.delay_min = network.peers.delay_max = 10ms;
    for (std::uint32_t i = 1; i <= 3; ++i)
      network.peers_at[at(i)] = network.peers;
  }
  peer_weather& peer(std::uint32_t last) { return network.peers_at[at(last)]; }
  /// The only result.
  const recorded_result& only() {
    run();
    check_accounts();
    CHECK(network.open_socket_count == 0);
    REQUIRE(results.size() == 1);
    CHECK(results[0].sequence == 0);
    return results[0];
  }
  bool was_asked(std::uint32_t last, std::uint16_t port) const {
    return network.conversations.contains({at(last), port});
  }
};

sweep_options over_tcp(address_choice choice) {
  sweep_options options = choosing(choice);
  options.plan.of<tcp_spec>().ports = {22};
  return options;
}

sweep_options over_udp(address_choice choice) {
  sweep_options options = choosing(choice);
  options.plan.of<udp_spec>().questions = {{53, "question"}};
  return options;
}

}  // namespace

TEST_CASE("each address of a name is a target of its own") {
  sweep_options options = each_address();
  options.ordered = GENERATE(false, true);
  recorded_sweep here{1, {}, options, hosts};
  name_hosts(here.network);
  here.run();
  here.check_accounts();
  CHECK(here.results.size() == 6);
  CHECK(here.count(status::up, reason::none) == 5);
  CHECK(here.count(status::name_error, reason::name_not_found) == 1);
  std::set<std::uint64_t> sequences;
  for (const recorded_result& one : here.results)
    sequences.insert(one.sequence);
  CHECK(sequences == std::set<std::uint64_t>{0, 1, 2, numbers, 2 * numbers, 3 * numbers});
  if (options.ordered) CHECK(here.in_order());
}

TEST_CASE("a name that nobody answers for is told of once, and stops no other") {
  recorded_sweep here{1, {}, each_address(), hosts};
  name_hosts(here.network);
  here.network.name_servers.silent = 1;
  here.run();
  here.check_accounts();
  CHECK(here.count(status::name_error, reason::resolve_timeout) == 3);
  CHECK(here.count(status::up, reason::none) == 1);
}

TEST_CASE("of any of a name's addresses the one that is connected first is told of") {
  three_addresses here{over_tcp(address_choice::any)};
  here.peer(1).silent = 1;
  const recorded_result& one = here.only();
  CHECK(one.status == status::up);
  CHECK(one.address == at(2));
  CHECK(one.rtt == 10ms);
  CHECK(one.addresses.empty());
  CHECK_FALSE(here.was_asked(3, 22));
}

TEST_CASE("who connects does not ask a further address because of what a server says") {
  sweep_options options = choosing(address_choice::any);
  options.plan.of<http_spec>().urls = {"http://{}:8080/"};
  three_addresses here{options};
  here.peer(1).silent = 1;
  here.peer(2).cut = 1;
  const recorded_result& one = here.only();
  CHECK(one.status == status::reset);
  CHECK(one.address == at(2));
  CHECK_FALSE(here.was_asked(3, 8080));
}

TEST_CASE("a redirect to the same host races for its addresses again") {
  sweep_options options = choosing(address_choice::any);
  options.plan.of<http_spec>().urls = {"http://{}:8080/"};
  options.plan.of<http_spec>().redirects_max = 1;
  three_addresses here{options};
  here.peer(1).silent = 1;
  here.network.server = [](std::string_view request) -> std::optional<std::string> {
    if (!request.ends_with("\r\n\r\n")) return {};
    const bool is_first = request.starts_with("GET / ");
    return is_first ? "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
                    : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  };
  const recorded_result& one = here.only();
  CHECK(one.status == status::up);
  CHECK(one.address == at(2));
}

TEST_CASE("an excluded address takes no part, and is told of where there is no other") {
  for (const auto choice : {address_choice::any, address_choice::all}) {
    for (const bool all_are : {false, true}) {
      CAPTURE(to_string(choice), all_are);
      simulated_world network{1, {}};
      name_hosts(network);
      asio::io_context context;
      target_stream_options excluding;
      excluding.excludes.add_text(all_are ? "10.1.0.0/29" : "10.1.0.1");
      target_stream targets{std::move(excluding)};
      targets.add_text("three.test");
      std::vector<probe_result> results;
      sweep_engine engine{context, network, over_tcp(choice), targets,
                          [&](const probe_result& one) {
                            CHECK(one.status == (all_are ? status::skipped : status::up));
                            CHECK((one.address == at(1)) == all_are);
                          }};
      bool is_over = false;
      asio::co_spawn(context, engine.run(), [&](std::exception_ptr, const sweep_summary& sum) {
        is_over = true;
        CHECK(sum.totals.total() == 1);
      });
      network.run(context, [&] { return is_over; });
      CHECK_FALSE(network.conversations.contains({at(1), 22}));
      CHECK(network.conversations.empty() == all_are);
    }
  }
}

TEST_CASE("of any of a name's addresses datagrams ask one after the other, until one answers") {
  three_addresses here{over_udp(address_choice::any)};
  here.network.server = [](std::string_view question) { return std::string{question}; };
  SECTION("the first") {
    const recorded_result& one = here.only();
    CHECK(one.status == status::up);
    CHECK(one.address == at(1));
    CHECK(one.addresses.empty());
    CHECK_FALSE(here.was_asked(2, 53));
  }
  SECTION("the second, as the first is silent") {
    here.peer(1).silent = 1;
    const recorded_result& one = here.only();
    CHECK(one.status == status::up);
    CHECK(one.address == at(2));
    CHECK(one.rtt == 10ms);
    REQUIRE(one.addresses.size() == 2);
    CHECK(one.addresses[0].address == at(1));
    CHECK(one.addresses[0].status == status::timeout);
    CHECK(one.addresses[1].status == status::up);
    CHECK_FALSE(here.was_asked(3, 53));
  }
  SECTION("none: what says most is told of") {
    here.peer(1).silent = here.peer(3).silent = 1;
    here.peer(2).refused = 1;
    const recorded_result& one = here.only();
    CHECK(one.status == status::refused);
    CHECK(one.address == at(2));
    CHECK(one.addresses.size() == 3);
  }
}

TEST_CASE("a name is up when all its addresses are, and takes as long as the slowest") {
  three_addresses here{over_tcp(address_choice::all)};
  SECTION("all are") {
    here.peer(2).delay_min = here.peer(2).delay_max = 70ms;
    const recorded_result& one = here.only();
    CHECK(one.status == status::up);
    CHECK(one.address == at(2));
    CHECK(one.rtt == 70ms);
    CHECK(one.addresses.size() == 3);
  }
  SECTION("one refuses") {
    here.peer(2).refused = 1;
    const recorded_result& one = here.only();
    CHECK(one.status == status::refused);
    CHECK(one.address == at(2));
    REQUIRE(one.addresses.size() == 3);
    CHECK(one.addresses[2].status == status::up);
    CHECK(one.addresses[2].rtt == 10ms);
  }
  SECTION("one refuses and one is silent") {
    here.peer(1).refused = 1;
    here.peer(3).silent = 1;
    const recorded_result& one = here.only();
    CHECK(one.status == status::timeout);
    CHECK(one.address == at(3));
  }
}

TEST_CASE("a retry asks the address again that was silent, and no other") {
  sweep_options options = over_tcp(address_choice::all);
  options.retries = 2;
  three_addresses here{options};
  here.peer(2).silent = 1;
  const recorded_result& one = here.only();
  CHECK(one.status == status::timeout);
  CHECK(one.attempts == 3);
  CHECK(here.network.conversations.at({at(1), 22}).size() == 1);
  CHECK(here.network.conversations.at({at(2), 22}).size() == 3);
  CHECK(here.network.conversations.at({at(3), 22}).size() == 1);
}

TEST_CASE("packets to every address are counted, and the name once") {
  sweep_options options = choosing(address_choice::all);
  three_addresses here{options};
  CHECK(here.only().status == status::up);
  CHECK(here.summary->totals.packets_sent() == 3);
  CHECK(here.summary->totals.packets_received() == 3);
  CHECK(here.summary->totals.total() == 1);
}

TEST_CASE("a name of which not all addresses were asked before the end is not up") {
  for (const bool has_failed : {false, true}) {
    three_addresses here{over_tcp(address_choice::all)};
    here.peer(1).refused = has_failed ? 1 : 0;
    here.peer(2).silent = 1;
    while (!here.was_asked(2, 22) && here.step()) {
    }
    here.engine->stop(reason::interrupted);
    const recorded_result& one = here.only();
    CHECK(one.status == (has_failed ? status::refused : status::cancelled));
    CHECK(one.addresses.size() == 2);
  }
}

TEST_CASE("the time of a target is that of all its addresses") {
  sweep_options options = over_tcp(address_choice::all);
  options.host_timeout = 1500ms;
  three_addresses here{options};
  here.peer(1).silent = here.peer(2).silent = 1;
  const recorded_result& one = here.only();
  CHECK(one.status == status::timeout);
  CHECK(one.addresses.size() == 3);
  CHECK(one.addresses[2].reason == reason::host_timeout);
}

TEST_CASE("a later stage asks all addresses, once all of the one before are well") {
  sweep_options options = over_tcp(address_choice::all);
  options.plan.then.emplace_back().of<tcp_spec>().ports = {80};
  recorded_sweep here{1, {}, options, {"three.test"}};
  name_hosts(here.network);
  here.run();
  here.check_accounts();
  CHECK(here.count(status::up, reason::none) == 2);
  for (std::uint32_t i = 1; i <= 3; ++i)
    CHECK(here.network.conversations.contains({at(i), 80}));
}

TEST_CASE(
    "whatever becomes of lookups and probes of addresses, sums agree, and again after a stop") {
  const auto choice = GENERATE(address_choice::each, address_choice::any, address_choice::all);
  CAPTURE(to_string(choice));
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 chance{seed};
    sweep_options options = mixed_options(seed);
    options.probe.addresses = choice;
    options.plan.of<icmp_spec>().is_asked = true;
    options.plan.then.emplace_back().of<tcp_spec>().ports = {1, 2};
    sequence_set done;
    std::size_t told = 0;
    const auto weather = [](recorded_sweep& here) {
      name_hosts(here.network);
      here.network.name_servers.silent = 0.2;
      here.network.name_servers.queued = 0.3;
      here.network.name_servers.known = 0.3;
      here.network.peers.refused = 0.4;
    };
    {
      recorded_sweep first{seed, half_lost(), options, hosts};
      weather(first);
      first.engine->tell_unasked = [&](std::uint64_t begin, std::uint64_t end,
                                       std::optional<std::uint64_t>) { done.add(begin, end); };
      for (auto steps = chance() % 200; steps > 0 && first.step(); --steps) {
      }
      for (const recorded_result& one : first.results)
        done.add(one.sequence);
      told = first.results.size();
      first.engine->stop(reason::interrupted);
      first.run();
      first.check_accounts();
      CHECK(first.results.size() >= told);
    }
    if (options.ordered) continue;  // what was decided is ahead of what was told
    options.min_up = 0;
    options.before.done = done;
    recorded_sweep second{seed + 1, half_lost(), options, hosts};
    weather(second);
    second.run();
    second.check_accounts();
    for (const recorded_result& one : second.results)
      CHECK_FALSE(done.contains(one.sequence));
  }
}

TEST_CASE("a sweep that looks for addresses may be abandoned after any step") {
  const auto choice = GENERATE(address_choice::each, address_choice::any, address_choice::all);
  for (int steps = 0; steps < 60; ++steps) {
    recorded_sweep here{1, half_lost(), choosing(choice), hosts};
    name_hosts(here.network);
    here.network.name_servers.queued = 0.5;
    for (int i = 0; i < steps && here.step(); ++i) {
    }
    const std::size_t told = here.results.size();
    here.engine.reset();
    CHECK(here.results.size() == told);
  }
}
