#include "support/seeded_weather.hpp"

#include "muster/probe/dns.hpp"
#include "muster/probe/exec.hpp"
#include "muster/probe/grpc.hpp"
#include "muster/probe/http.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/ntp.hpp"
#include "muster/probe/talk.hpp"
#include "muster/probe/tcp.hpp"
#include "muster/probe/tls.hpp"
#include "muster/probe/udp.hpp"
#include "muster/probe/websocket.hpp"
#include "probe/talk/talk_script.hpp"
#include "support/simulated_tls.hpp"

namespace muster::test {

using namespace std::chrono_literals;

network_weather echo_weather(chances& chance) {
  network_weather weather;
  weather.lost = chance.some(0.5);
  weather.duplicated = chance.some(0.5);
  weather.late = chance.some(0.3);
  weather.corrupted = chance.some(0.3);
  weather.rejected = chance.some(0.3);
  weather.shortage = chance.some(0.3);
  weather.delay_max = 1ms * (1 + chance.below(1500));
  return weather;
}

peer_weather peers_weather(chances& chance) {
  peer_weather weather;
  weather.silent = chance.some(0.4);
  weather.refused = chance.some(0.4);
  weather.rejected = chance.some(0.3);
  weather.at_once = chance.some(0.2);
  weather.no_route = chance.some(0.1);
  weather.lost = chance.some(0.3);
  weather.reset = chance.some(0.3);
  weather.cut = chance.some(0.3);
  weather.stalled = chance.some(0.3);
  weather.dripped = chance.some(0.8);
  weather.short_sends = chance.some(0.5);
  weather.spurious = chance.some(0.3);
  weather.no_descriptor = chance.some(0.2);
  weather.no_port = chance.some(0.2);
  weather.no_watch = chance.some(0.2);
  weather.no_memory = chance.some(0.3);
  weather.delay_max = 1ms * (1 + chance.below(900));
  weather.lost_for = 1ms * (200 + chance.below(1000));
  return weather;
}

void add_tls_weather(peer_weather& weather, chances& chance) {
  weather.bad_certificate = chance.some(0.4);
  weather.no_tls = chance.some(0.3);
  weather.wants_certificate = chance.some(0.3);
  weather.older = chance.some(0.8);
  weather.new_keys = chance.some(0.5);
}

names_weather servers_weather(chances& chance) {
  names_weather weather;
  weather.known = chance.some(0.5);
  weather.queued = chance.some(0.5);
  weather.silent = chance.some(0.3);
  weather.denied = chance.some(0.3);
  weather.broken = chance.some(0.3);
  weather.unusable = chance.some(0.2);
  weather.delay_max = 1ms * (1 + chance.below(1200));
  return weather;
}

processes_weather machine_weather(chances& chance) {
  processes_weather weather;
  weather.waits = chance.some(0.3);
  weather.missing = chance.some(0.1);
  weather.endless = chance.some(0.2);
  weather.deaf = chance.some(0.5);
  weather.killed = chance.some(0.2);
  weather.silent = chance.some(0.3);
  weather.delay_max = 1ms * (1 + chance.below(1200));
  return weather;
}

namespace {

/// HTTP on the ports found open, and something more of hosts that were found.
void add_stages(probe_plan& plan, std::uint64_t seed) {
  plan.then.emplace_back().of<http_spec>().urls = {"http://{}/"};
  if (seed % 8 == 3) plan.then.back().of<udp_spec>().questions = {{53, "question"}};
  if (seed % 16 == 3) plan.then.emplace_back().of<icmp_spec>().is_asked = true;
}

}  // namespace

sweep_options seeded_options(chances& chance, std::uint64_t seed) {
  sweep_options options;
  options.rate = chance.one_in(8) ? 200 : 0;
  options.probe.timeout = seeded_timeout;
  options.probe.in_flight_max = 1 + chance.below(40);
  options.per_host_max = chance.below(4);
  options.ordered = chance.one_in(3);
  if (chance.one_in(4)) options.retries = 1 + static_cast<unsigned>(chance.below(3));
  if (chance.one_in(8)) options.host_timeout = 1700ms;
  if (chance.one_in(16)) options.min_up = 5;
  const auto kinds = 1 + chance.below(63);
  options.plan.of<icmp_spec>().is_asked = (kinds & 1) != 0;
  if ((kinds & 2) != 0) options.plan.of<tcp_spec>().ports = {22, 80};
  if ((kinds & 4) != 0) options.plan.of<http_spec>().urls = {"http://{}:8080/"};
  // What HTTP/2 is spoken to at once has to know.
  options.plan.of<http_spec>().versions.http1 = chance.one_in(2);
  if ((kinds & 32) != 0) options.plan.of<grpc_spec>().checks = {{50051, "a.Service"}};
  if ((kinds & 8) != 0) options.plan.of<udp_spec>().questions = {{53, "question"}};
  if ((kinds & 16) != 0) {
    options.plan.of<exec_spec>().commands = {{"true", "{}"}};
    options.processes_max = 1 + chance.below(8);
  }
  options.plan.of<ntp_spec>().is_asked = seed % 3 == 2;
  if (seed % 12 == 9) options.plan.of<websocket_spec>().urls = {"ws://{}:8081/"};
  if (seed % 12 == 3) {
    options.plan.of<websocket_spec>().urls = {"ws://{}:8081/talk"};
    options.plan.of<websocket_spec>().steps = *parse_talk_script(
        "send hello; expect ^hello$", step_end::semicolon, talk_medium::messages);
  }
  if (seed % 4 == 3) add_stages(options.plan, seed);
  if (seed % 5 == 4) options.probe.addresses = address_choice::any;
  // What a plugin came to is known by the name that it was given, not by its address.
  if (seed % 7 == 6 && (kinds & 16) == 0) options.probe.addresses = address_choice::all;
  return options;
}

void ask_over_tls(sweep_options& options, chances& chance) {
  probe_plan& plan = options.plan;
  if (!plan.of<http_spec>().urls.empty()) plan.of<http_spec>().urls = {"https://{}:8443/"};
  for (std::string& url : plan.of<websocket_spec>().urls)
    url.replace(0, url.find("8081") + 4, "wss://{}:8444");
  plan.of<grpc_spec>().over_tls = true;
  if (chance.one_in(3)) plan.of<tls_spec>().ports = {443};
  if (chance.one_in(3)) plan.of<talk_spec>().add("smtp+starttls");
  if (chance.one_in(3)) plan.of<talk_spec>().add("smtp+tls");
  if (chance.one_in(3)) {
    plan.of<dns_spec>().questions = {{.name = "a.test"}};
    const bool is_secure = chance.one_in(2);
    plan.of<dns_spec>().over = is_secure ? dns_transport::tls : dns_transport::tcp;
    // Datagrams are asked at the usual one.
    plan.of<dns_spec>().server_port = is_secure ? 853 : 5353;
  }
  for (tls_options* const one :
       {&plan.of<http_spec>().tls, &plan.of<websocket_spec>().tls, &plan.of<grpc_spec>().tls,
        &plan.of<tls_spec>().tls, &plan.of<talk_spec>().tls, &plan.of<dns_spec>().tls})
    one->ca_file = simulated_issuer_file();
}

}  // namespace muster::test
