// Peers that answer otherwise than asked, or for others.
#include "net/echo_exchange.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

using namespace muster;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t first_host = 0x0a00'0001;

job ask(job_scope&, echo_exchange& exchange, ip_address host, echo_outcome& into) {
  echo_operation echo{exchange, host, 0, 10s};
  into = co_await echo;
}

struct answers {
  std::vector<echo_outcome> outcomes;
  stray_replies strays;

  std::size_t with(status wanted) const {
    std::size_t count = 0;
    for (const auto& one : outcomes)
      if (one.status == wanted) ++count;
    return count;
  }
};

/// What becomes of so many neighbours that are all asked at once.
answers ask_all(std::uint32_t hosts, test::network_weather weather, std::size_t payload_bytes,
                const std::function<void(test::simulated_world&)>& arrange = {}) {
  asio::io_context context{1};
  test::simulated_world network{7, weather};
  if (arrange) arrange(network);
  deadline_queue deadlines{network.time()};
  echo_options options;
  options.payload_bytes = payload_bytes;
  answers found;
  found.outcomes.resize(hosts);
  std::vector<ip_address> addresses;
  for (std::uint32_t i = 0; i < hosts; ++i)
    addresses.push_back(ip_address::from_v4(first_host + i));
  echo_exchange exchange{context, network, deadlines, codec::ip_family::v4, options};
  job_scope jobs;
  for (std::uint32_t i = 0; i < hosts; ++i)
    ask(jobs, exchange, addresses[i], found.outcomes[i]);
  network.run(context, [&] { return jobs.empty(); });
  found.strays = exchange.strays();
  return found;
}

test::network_weather even_weather() {
  test::network_weather weather;
  weather.delay_min = 1ms;
  weather.delay_max = 50ms;
  return weather;
}

}  // namespace

TEST_CASE("a host that calls its neighbours unreachable makes none of them so") {
  constexpr std::uint32_t hosts = 51;
  for (const std::size_t payload_bytes : {56U, 8U, 0U}) {
    const auto found = ask_all(hosts, even_weather(), payload_bytes, [](auto& network) {
      network.liar = ip_address::from_v4(first_host + 25);
      network.lies_about = 50;
    });
    CAPTURE(payload_bytes);
    CHECK(found.with(status::up) == hosts);
  }
}

TEST_CASE("a host that knows a neighbour's sequence number has still not seen its request") {
  constexpr std::uint32_t hosts = 20;
  const auto found = ask_all(hosts, even_weather(), 56, [](auto& network) {
    network.liar = ip_address::from_v4(first_host + hosts - 1);
    network.liar_peeks = true;
  });
  CHECK(found.with(status::up) == hosts);
  CHECK(found.strays.foreign == hosts - 1);
}

TEST_CASE("an error of a router that quotes no more than the ICMP header is believed") {
  auto weather = even_weather();
  weather.rejected = 1;
  for (const std::size_t payload_bytes : {56U, 8U, 0U}) {
    const auto found = ask_all(10, weather, payload_bytes);
    CAPTURE(payload_bytes);
    CHECK(found.with(status::unreachable) == 10);
    CHECK(found.outcomes.front().reason == reason::icmp_host_unreachable);
    CHECK(found.outcomes.front().error_source == ip_address::from_v4(0x0a00'0001));
  }
}

TEST_CASE("a reply that brings back only the first of the bytes is an answer, and said to be cut") {
  auto weather = even_weather();
  weather.shortened = 1;
  weather.shortened_to = 64;
  const auto cut = ask_all(5, weather, 100);
  CHECK(cut.with(status::up) == 5);
  for (const auto& one : cut.outcomes) {
    CHECK(one.reason == reason::truncated);
    CHECK(one.bytes == 64);
  }
  const auto whole = ask_all(5, weather, 56);
  for (const auto& one : whole.outcomes)
    CHECK(one.reason == reason::none);
  // What is cut before the end of the cookie may be anybody's.
  weather.shortened_to = 20;
  const auto nobody = ask_all(5, weather, 100);
  CHECK(nobody.with(status::timeout) == 5);
  CHECK(nobody.strays.corrupt == 5);
}

TEST_CASE("a reply that is cut and differs is a mismatch") {
  auto weather = even_weather();
  weather.shortened = 1;
  weather.shortened_to = 64;
  weather.altered = 1;
  const auto found = ask_all(5, weather, 100);
  CHECK(found.with(status::mismatch) == 5);
  CHECK(found.outcomes.front().reason == reason::wrong_payload);
}
