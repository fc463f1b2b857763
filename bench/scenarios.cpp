#include "scenarios.hpp"

#include <algorithm>

namespace muster::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t home = 0xc0a80001;           // 192.168.0.1
constexpr std::uint32_t silent = 0x0a000001;         // 10.0.0.1
constexpr std::uint32_t loopback = 0x7f000001;       // 127.0.0.1
constexpr std::uint32_t many_loopback = 0x7f010001;  // 127.1.0.1

constexpr std::uint32_t slash_16 = 65'534;
constexpr std::uint32_t slash_18 = 16'382;

work echoes(std::uint32_t first, std::uint32_t count, std::uint32_t live, std::uint32_t in_flight) {
  return {.probe = {probe_kind::icmp},
          .targets = targets::addresses(first, count),
          .in_flight = in_flight,
          .live = live};
}

work connections(std::uint32_t live) {
  return {.probe = {probe_kind::tcp},
          .targets = targets::addresses(many_loopback, slash_18),
          .live = live,
          .rest = "refused"};
}

work requests() {
  return {.probe = {probe_kind::http},
          .targets = targets::addresses(many_loopback, slash_18),
          .in_flight = 64,
          .live = slash_18};
}

work secure_requests() {
  work out = requests();
  out.probe.tls = true;
  return out;
}

work kept_requests() {
  work out = requests();
  out.probe.kept = true;
  return out;
}

work names(std::uint32_t count) {
  return {.probe = {probe_kind::icmp}, .targets = targets::named(count), .live = count};
}

work arriving(std::uint32_t count, std::chrono::microseconds each) {
  work out = echoes(loopback, count, count, 0);
  out.arrival = each;
  return out;
}

work tasks(std::uint32_t count) {
  return {.probe = {probe_kind::task}, .targets = targets::numbered(count), .live = count};
}

work programs(std::uint32_t count) {
  return {.probe = {probe_kind::program},
          .targets = targets::numbered(count),
          .in_flight = 64,
          .live = count};
}

const std::vector<scenario> scenarios{
    {"article",
     "255 addresses of a home subnet, 16 live and 239 silent, timeout 3 s",
     surroundings::home_subnet,
     echoes(home, 255, 16, 0),
     {{"coroutine"},
      {"thread"},
      {"pool:50"},
      {"polling-pool:50"},
      {"process:255"},
      {"serial", 18},
      {"limit"},
      {"fping"},
      {"nmap"},
      {"xargs:255"},
      {"parallel:255"},
      {"blackbox:255"}}},
    {"timeouts",
     "10,000 silent hosts, timeout 3 s",
     surroundings::silence,
     echoes(silent, 10'000, 0, 0),
     {{"coroutine"},
      {"thread"},
      {"pool:2500"},
      {"polling-pool:2500"},
      {"process:5000", 5'000},
      {"serial", 2},
      {"limit"},
      {"fping"},
      {"nmap", 30},
      {"xargs:1000", 1'000},
      {"parallel:250", 250},
      {"blackbox:1000", 1'000}}},
    {"timeouts-100k",
     "100,000 silent hosts, timeout 3 s",
     surroundings::silence,
     echoes(silent, 100'000, 0, 100'000),
     {{"coroutine"}, {"thread"}, {"limit"}, {"fping"}}},
    {"timeouts-1m",
     "1,000,000 silent hosts, timeout 3 s",
     surroundings::silence,
     echoes(silent, 1'000'000, 0, 1'000'000),
     {{"coroutine"}, {"limit"}}},
    {"live-icmp",
     "65,534 hosts that answer",
     surroundings::nothing,
     echoes(loopback, slash_16, slash_16, 0),
     {{"coroutine"},
      {"thread"},
      {"pool:64"},
      {"polling-pool:64"},
      {"process:64", 2'000},
      {"serial", 20'000},
      {"limit"},
      {"fping"},
      {"nmap"},
      {"xargs:64", 1'000},
      {"parallel:64", 250},
      {"blackbox:64", 2'000}}},
    {"tcp-accepted",
     "16,382 connections, all accepted",
     surroundings::acceptor,
     connections(slash_18),
     {{"coroutine"},
      {"thread"},
      {"pool:64"},
      {"polling-pool:64"},
      {"process:64", 2'000},
      {"serial", 8'000},
      {"limit"},
      {"nmap"},
      {"blackbox:64", 4'000}}},
    {"tcp-refused",
     "16,382 connections, all refused",
     surroundings::nothing,
     connections(0),
     {{"coroutine"},
      {"thread"},
      {"pool:64"},
      {"polling-pool:64"},
      {"process:64", 2'000},
      {"serial", 8'000},
      {"limit"},
      {"nmap"},
      {"blackbox:64", 4'000}}},
    {"tcp-mixed",
     "16,382 connections, half of them accepted, half refused",
     surroundings::half_acceptor,
     connections(slash_18 / 2),
     {{"coroutine"},
      {"thread"},
      {"pool:64"},
      {"polling-pool:64"},
      {"serial"},
      {"limit"},
      {"nmap"},
      {"blackbox:64", 4'000}}},
    {"http",
     "16,382 requests of a page of 612 bytes, a connection each, 64 in flight",
     surroundings::web_server,
     requests(),
     {{"coroutine"},
      {"thread"},
      {"pool:64"},
      {"polling-pool:64"},
      {"process:64", 2'000},
      {"serial", 4'000},
      {"limit"},
      {"wrk:64"},
      {"hey:64"},
      {"curl:64", 8'000},
      {"xargs:64", 500},
      {"parallel:64", 250},
      {"blackbox:64", 2'000}}},
    {"http-kept",
     "16,382 requests to one server, on 64 connections that are kept",
     surroundings::web_server,
     kept_requests(),
     {{"coroutine"}, {"wrk:64"}, {"hey:64"}, {"curl:64", 8'000}}},
    {"https",
     "16,382 requests over TLS of a page of 612 bytes, a connection each, 64 in flight",
     surroundings::web_server,
     secure_requests(),
     {{"coroutine"},
      {"wrk:64"},
      {"hey:64"},
      {"curl:64", 4'000},
      {"s_time"},
      {"xargs:64", 250},
      {"parallel:64", 250},
      {"blackbox:64", 2'000}}},
    {"names",
     "5,000 names, looked up and sent an echo request",
     surroundings::name_server,
     names(5'000),
     {{"coroutine"},
      {"thread"},
      {"pool:64"},
      {"polling-pool:64"},
      {"process:64", 1'000},
      {"serial", 2'000},
      {"fping"},
      {"xargs:64", 500},
      {"parallel:64", 250},
      {"blackbox:64", 1'000}}},
    {"slow-producer",
     "100 hosts that answer and arrive on standard input over 2.5 s, one each 25 ms",
     surroundings::nothing,
     arriving(100, 25ms),
     {{"coroutine"},
      {"thread"},
      {"pool:8"},
      {"polling-pool:8"},
      {"process:8"},
      {"serial"},
      {"fping"},
      {"nmap"},
      {"xargs:8"},
      {"parallel:8"}}},
    {"tiny-tasks",
     "1,000,000 tasks that do nothing",
     surroundings::nothing,
     tasks(1'000'000),
     {{"coroutine"},
      {"thread", 20'000},
      {"pool:2"},
      {"polling-pool:2"},
      {"process:2", 2'000},
      {"limit"},
      {"xargs:2", 2'000},
      {"parallel:2", 250}}},
    {"tiny-processes",
     "4,000 runs of /bin/true, 64 at once",
     surroundings::nothing,
     programs(4'000),
     {{"coroutine"},
      {"thread", 1'000},
      {"pool:64"},
      {"polling-pool:64"},
      {"process:64", 1'000},
      {"serial", 1'000},
      {"limit"},
      {"xargs:64"},
      {"parallel:64", 1'000}}},
};

}  // namespace

const std::vector<scenario>& all_scenarios() { return scenarios; }

scenario made_small(scenario whole) {
  constexpr std::uint32_t targets_max = 60;
  constexpr std::uint32_t scaled_max = 20;
  const auto all = whole.work.targets.size();
  const bool half = whole.work.live == all / 2;
  whole.work.targets = whole.work.targets.first(targets_max);
  const auto count = whole.work.targets.size();
  if (whole.work.live > count) whole.work.live = count;
  if (half) whole.work.live = count / 2;
  whole.work.timeout = 400ms;
  whole.work.arrival = std::min<std::chrono::microseconds>(whole.work.arrival, 2ms);
  whole.rounds = 1;
  for (auto& one : whole.entries)
    one.targets = std::min(one.targets, scaled_max);
  return whole;
}

}  // namespace muster::bench
