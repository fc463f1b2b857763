// blackbox_exporter under load: threads ask it for probes as Prometheus does. What they cost counts
// with it, as somebody has to ask.
#include "blocking_probe.hpp"
#include "result_printer.hpp"
#include "runners.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <thread>

#include <fmt/format.h>

#include <signal.h>

namespace muster::bench {
namespace {

constexpr std::uint32_t exporter_address = 0x7f000001;
constexpr auto start_time_max = std::chrono::seconds{10};
constexpr auto answer_time_more = std::chrono::seconds{2};

const char* module_for(probe_kind kind) {
  if (kind == probe_kind::icmp) return "icmp";
  return kind == probe_kind::tcp ? "tcp_connect" : "http_2xx";
}

std::string configuration(const work& wanted) {
  const double timeout_s = std::chrono::duration<double>(wanted.timeout).count();
  return fmt::format(
      "modules:\n"
      "  icmp: {{prober: icmp, timeout: {0:.3f}s, icmp: {{preferred_ip_protocol: ip4}}}}\n"
      "  tcp_connect: {{prober: tcp, timeout: {0:.3f}s, tcp: {{preferred_ip_protocol: ip4}}}}\n"
      "  http_2xx: {{prober: http, timeout: {0:.3f}s, http: {{preferred_ip_protocol: ip4, "
      "tls_config: {{insecure_skip_verify: true}}}}}}\n",
      timeout_s);
}

std::string path_for(const work& wanted, std::uint32_t index) {
  auto target = wanted.targets.text(index);
  if (wanted.probe.kind == probe_kind::tcp) target += fmt::format(":{}", wanted.probe.port);
  if (wanted.probe.kind == probe_kind::http) {
    target =
        fmt::format("{}://{}:{}/", wanted.probe.tls ? "https" : "http", target, wanted.probe.port);
  }
  return fmt::format("/probe?module={}&target={}", module_for(wanted.probe.kind), target);
}

std::chrono::nanoseconds seconds_in(std::string_view metrics, std::string_view name) {
  const auto begin = metrics.find(fmt::format("\n{} ", name));
  double seconds = -1;
  if (begin != metrics.npos) {
    const auto digits = metrics.substr(begin + name.size() + 2);
    std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  }
  if (seconds < 0) return std::chrono::nanoseconds{-1};
  return std::chrono::nanoseconds{std::llround(seconds * 1e9)};
}

/// What its metrics say; of an echo request the round trip alone, as its duration is that of
/// opening a socket, too.
probe_outcome outcome_in(const work& wanted, std::string_view metrics) {
  const auto* duration = wanted.probe.kind == probe_kind::icmp
                             ? "probe_icmp_duration_seconds{phase=\"rtt\"}"
                             : "probe_duration_seconds";
  return {metrics.find("\nprobe_success 1\n") != metrics.npos ? "up" : "down",
          {.rtt = seconds_in(metrics, duration),
           .lookup = seconds_in(metrics, "probe_dns_lookup_time_seconds")}};
}

bool wait_for_start(test::process& exporter, std::uint16_t port) {
  const auto until = std::chrono::steady_clock::now() + start_time_max;
  while (exporter.running() && std::chrono::steady_clock::now() < until) {
    const auto answer = http_answer(exporter_address, port, "/-/healthy", answer_time_more);
    if (answer && answer->find("Healthy") != answer->npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return false;
}

}  // namespace

int run_blackbox(const work& wanted, std::uint32_t width) {
  const test::temporary_directory directory;
  const auto file = directory.file("blackbox.yml");
  test::write_whole_file(file, configuration(wanted));
  const auto port = test::free_port();
  test::process exporter{{"prometheus-blackbox-exporter", "--config.file=" + file,
                          fmt::format("--web.listen-address=127.0.0.1:{}", port),
                          "--timeout-offset=0", "--log.level=error"}};
  if (!wait_for_start(exporter, port)) {
    std::fputs("muster-bench: prometheus-blackbox-exporter didn't start\n", stderr);
    return 3;
  }
  result_printer out;
  std::atomic<std::uint32_t> given{0};
  const auto ask = [&] {
    for (std::uint32_t at = given++; at < wanted.targets.size(); at = given++) {
      const auto answer = http_answer(exporter_address, port, path_for(wanted, at),
                                      wanted.timeout + answer_time_more);
      out.print(wanted.targets.text(at), outcome_in(wanted, answer.value_or("")));
    }
  };
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < std::min(width, wanted.targets.size()); ++i)
    threads.emplace_back(ask);
  for (auto& one : threads)
    one.join();
  exporter.send_signal(SIGTERM);
  exporter.wait();
  return 0;
}

}  // namespace muster::bench
