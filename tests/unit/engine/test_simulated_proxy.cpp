// HTTP through a proxy in a made-up world, where its clock says what each phase took.
#include "engine/sweep_engine.hpp"
#include "muster/probe/http.hpp"
#include "support/catch.hpp"
#include "support/seeded_weather.hpp"
#include "support/simulated_servers.hpp"
#include "support/simulated_world.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <asio/co_spawn.hpp>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

const ip_address proxy = ip_address::from_v4(0x0a09'0909);
constexpr std::uint16_t proxy_port = 3128;

struct seen {
  muster::status status;
  muster::reason reason;
  bool has_address;
  std::chrono::nanoseconds rtt;
  std::chrono::nanoseconds resolve, connect, tunnel, first_byte, transfer;
};

sweep_options through_proxy() {
  sweep_options options;
  options.rate = 0;
  options.probe.timeout = 1s;
  options.plan.of<http_spec>().urls = {"http://{}/"};
  options.plan.of<http_spec>().route.proxy = "http://10.9.9.9:3128";
  return options;
}

/// The same where the proxy is asked for a way, as for a Host that is not the URL's.
sweep_options through_tunnel() {
  sweep_options options = through_proxy();
  options.plan.of<http_spec>().headers = {"Host: other.test"};
  return options;
}

class proxied_sweep {
 public:
  proxied_sweep(std::uint64_t seed, sweep_options options, const std::vector<std::string>& texts)
      : network{seed, {}}, options_{std::move(options)} {
    network.peers.delay_min = network.peers.delay_max = 10ms;
    network.server = [this](std::string_view request) -> std::optional<simulated_answer> {
      requests.emplace_back(request);
      if (!request.starts_with("CONNECT ")) return serve(network, request);
      if (!request.ends_with("\r\n\r\n")) return std::nullopt;
      return simulated_answer{tunnel_answer, false};
    };
    for (const std::string& text : texts)
      targets.add_text(text);
    engine = std::make_unique<sweep_engine>(context, network, options_, targets,
                                            [this](const probe_result& one) { take(one); });
    asio::co_spawn(context, engine->run(), [this](std::exception_ptr failure, sweep_summary sum) {
      REQUIRE_FALSE(failure);
      summary = std::move(sum);
    });
  }

  void run() {
    network.run(context, [this] { return summary.has_value(); });
    REQUIRE(summary);
  }
  bool step() {
    context.restart();
    return context.poll_one() > 0 || network.time().ring_next();
  }

  simulated_world network;
  std::string tunnel_answer = "HTTP/1.1 200 OK\r\n\r\n";
  std::vector<std::string> requests;  // as often as more of each came
  std::vector<seen> results;
  std::optional<sweep_summary> summary;
  asio::io_context context;
  target_stream targets;
  std::unique_ptr<sweep_engine> engine;

 private:
  void take(const probe_result& one) {
    const auto& http = *one.details.get<http_details>();
    CHECK(http.proxy == "http://10.9.9.9:3128");
    results.push_back({one.status, one.reason, one.has_address, one.rtt, http.resolve, http.connect,
                       http.tunnel, http.first_byte, http.transfer});
  }

  sweep_options options_;
};

}  // namespace

TEST_CASE("what is asked of a proxy takes as long as the network, phase by phase") {
  proxied_sweep sweep{1, through_proxy(), {"10.1.0.1"}};
  sweep.run();
  REQUIRE(sweep.results.size() == 1);
  const seen& plain = sweep.results.front();
  CHECK(plain.status == status::up);
  CHECK(plain.has_address);
  CHECK(plain.connect == 10ms);
  CHECK(plain.tunnel == -1ns);
  CHECK(plain.first_byte == 10ms);
  CHECK(plain.rtt == 20ms);
  CHECK(sweep.requests.front().starts_with("GET http://10.1.0.1/ HTTP/1.1\r\nHost: 10.1.0.1\r\n"));
}

TEST_CASE("a way through a proxy has its time, and what follows has its own") {
  sweep_options at_once = through_proxy();
  at_once.plan.of<http_spec>().versions.http1 = false;
  for (const sweep_options& options : {through_tunnel(), at_once}) {
    proxied_sweep sweep{1, options, {"10.1.0.1"}};
    sweep.run();
    REQUIRE(sweep.results.size() == 1);
    const seen& one = sweep.results.front();
    CHECK(one.status == status::up);
    CHECK(one.connect == 10ms);
    CHECK(one.tunnel == 10ms);
    CHECK(one.first_byte == 10ms);
    CHECK(one.rtt == 30ms);
    CHECK(sweep.requests.front().starts_with("CONNECT 10.1.0.1:80 HTTP/1.1\r\n"));
  }
}

TEST_CASE("names of targets are the proxy's to look up") {
  proxied_sweep sweep{1, through_proxy(), {"here.test", "there.test"}};
  sweep.run();
  REQUIRE(sweep.results.size() == 2);
  for (const seen& one : sweep.results) {
    CHECK(one.status == status::up);
    CHECK_FALSE(one.has_address);
    CHECK(one.resolve == -1ns);
  }
  CHECK(sweep.network.lookups.empty());
  CHECK(sweep.network.conversations.size() == 1);
  CHECK(sweep.network.conversations.contains({proxy, proxy_port}));
}

TEST_CASE("a proxy that opens no way is told of once it has said so, or its time is up") {
  struct row {
    std::string answer;
    status expected;
    reason why;
  };
  for (const row& one :
       {row{"HTTP/1.1 503 No\r\n\r\n", status::unreachable, reason::proxy_refused},
        row{"SSH-2.0-OpenSSH\r\n", status::unreachable, reason::malformed_response},
        row{"", status::timeout, reason::proxy_timeout},
        row{"HTTP/1.1 200 OK\r\n", status::timeout, reason::proxy_timeout}}) {
    proxied_sweep sweep{1, through_tunnel(), {"10.1.0.1"}};
    sweep.tunnel_answer = one.answer;
    sweep.run();
    REQUIRE(sweep.results.size() == 1);
    CHECK(sweep.results.front().status == one.expected);
    CHECK(sweep.results.front().reason == one.why);
    CHECK(sweep.results.front().rtt == -1ns);
    CHECK(sweep.network.open_socket_count == 0);
  }
}

TEST_CASE("a host that speaks through its proxy before it is asked is heard") {
  proxied_sweep sweep{1, through_tunnel(), {"10.1.0.1"}};
  sweep.tunnel_answer += "HTTP/1.1 204 Early\r\n\r\n";
  sweep.run();
  REQUIRE(sweep.results.size() == 1);
  CHECK(sweep.results.front().status == status::up);
}

TEST_CASE("whatever befalls a proxy, no target refuses or resets what it was never asked") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    proxied_sweep sweep{seed, seed % 2 == 0 ? through_proxy() : through_tunnel(), {"10.1.0.0/29"}};
    chances chance{seed};
    sweep.network.peers = peers_weather(chance);
    sweep.run();
    CHECK(sweep.results.size() == 6);
    CHECK(sweep.summary->asked == 6);
    CHECK(sweep.network.open_socket_count == 0);
    for (const seen& one : sweep.results) {
      CHECK(one.status != status::refused);
      const bool is_asked = seed % 2 == 0 ? one.connect >= 0ns : one.tunnel >= 0ns;
      if (!is_asked) {
        CHECK(one.status != status::reset);
        CHECK(one.status != status::protocol_error);
      }
      if (one.status != status::up) continue;
      const auto tunnel = std::max(one.tunnel, 0ns);
      CHECK(one.rtt == one.connect + tunnel + one.first_byte + one.transfer);
    }
  }
}

TEST_CASE("a sweep through a proxy can be abandoned after any step") {
  for (const bool is_tunnel : {false, true}) {
    bool is_over = false;
    for (int steps = 0; !is_over; ++steps) {
      CAPTURE(is_tunnel, steps);
      proxied_sweep sweep{
          7, is_tunnel ? through_tunnel() : through_proxy(), {"10.1.0.1", "h.test"}};
      for (int i = 0; i < steps && !is_over; ++i)
        is_over = !sweep.step() || sweep.summary;
      sweep.engine.reset();
      CHECK(sweep.network.open_socket_count == 0);
    }
  }
}
