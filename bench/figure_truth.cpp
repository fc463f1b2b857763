// Whether the times that are reported are the network's, however many probes are in flight.
#include "figure_parts.hpp"
#include "network.hpp"
#include "numbers_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace muster::bench {
namespace {

/// The round trips of a file with JSON lines, in ms, sorted.
std::vector<double> rtts_in(const std::string& file) {
  constexpr std::string_view key = R"("rtt_ms":)";
  const std::string text = test::read_whole_file(file);
  std::vector<double> all;
  for (std::size_t at = 0; (at = text.find(key, at)) != text.npos;) {
    at += key.size();
    double value = 0;
    std::from_chars(&text[at], text.data() + text.size(), value);
    all.push_back(value);
  }
  std::ranges::sort(all);
  return all;
}

double quantile(const std::vector<double>& sorted, double part) {
  return sorted.at(static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1)));
}

/// What is said of the same targets with so many in flight.
struct said_times {
  double p50;
  double p95;
};

void add_truth(const bench_place& at, const char* what, probe_kind kind, bool live) {
  const std::uint32_t count = at.small ? 100 : 10'000;
  work hosts{.probe = {kind}, .targets = targets::addresses(0x0a000001, count)};
  hosts.live = live ? count : 0;
  const network net{surroundings::cable, hosts, at.tools.directory};
  const std::string range = hosts.targets.describe();
  const std::string port = fmt::format("{}", hosts.probe.port);
  std::vector<said_times> said;
  for (const char* in_flight : {"1", "100", "10000"}) {
    std::vector<std::string> command{range, "--rate", "0", "--max-in-flight", in_flight};
    if (kind == probe_kind::tcp) command.insert(command.end(), {"--tcp", port});
    if (kind == probe_kind::http) command.push_back("--http=http://{}:" + port + "/");
    take_turns(at.tools, 1, {at.recorded(std::move(command), live ? "up" : "refused", count)});
    const auto rtts = rtts_in(at.results());
    said.push_back({quantile(rtts, 0.50), quantile(rtts, 0.95)});
  }
  const said_times& one = said.front();
  const said_times& many = said.back();
  constexpr double ms_allowed = 0.05;
  const bool holds = std::abs(many.p50 - one.p50) <= std::max(one.p50 / 10, ms_allowed);
  at.add(fmt::format("{}, {} hosts behind a cable: reported p50 with 10,000 in flight against 1",
                     what, grouped(count)),
         "within 10 % or 50 µs",
         fmt::format("{:.3f} to {:.3f} ms (100: {:.3f}); p95 {:.3f} to {:.3f} ms (100: {:.3f})",
                     many.p50, one.p50, said[1].p50, many.p95, one.p95, said[1].p95),
         holds || at.small);
}

}  // namespace

void truth(const bench_place& at) {
  add_truth(at, "ICMP echo", probe_kind::icmp, true);
  add_truth(at, "TCP connect, accepted", probe_kind::tcp, true);
  add_truth(at, "TCP connect, refused", probe_kind::tcp, false);
  add_truth(at, "HTTP GET", probe_kind::http, true);
}

}  // namespace muster::bench
