#include "contenders.hpp"

#include "contender_commands.hpp"
#include "named_width.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace muster::bench {
namespace {

template <const char* Name>
maybe_words run_own(const toolbox& tools, const work& wanted, std::uint32_t width) {
  if (wanted.probe.tls || wanted.probe.kept) return std::nullopt;
  return own_runner(Name, tools, wanted, width);
}

template <const char* Name>
maybe_words run_probing(const toolbox& tools, const work& wanted, std::uint32_t width) {
  if (wanted.probe.kind == probe_kind::task || wanted.probe.kind == probe_kind::program ||
      wanted.probe.kept || wanted.arrival.count() > 0) {
    return std::nullopt;
  }
  return own_runner(Name, tools, wanted, width);
}

constexpr char thread_name[] = "thread";
constexpr char pool_name[] = "pool";
constexpr char polling_pool_name[] = "polling-pool";
constexpr char process_name[] = "process";
constexpr char serial_name[] = "serial";
constexpr char blackbox_name[] = "blackbox";

const std::vector<contender> contenders{
    {"coroutine", nullptr, nullptr,
     "muster sweep, muster run for programs, or muster::for_each for tasks", muster_sweep,
     read_json_lines, 1},
    {thread_name, nullptr, nullptr, "a thread for each task, all at once", run_own<thread_name>,
     read_own_lines},
    {pool_name, nullptr, "threads", "N threads and a queue", run_own<pool_name>, read_own_lines},
    {polling_pool_name, nullptr, "threads",
     "the same, with an owner who looks every 200 ms for what has ended",
     run_own<polling_pool_name>, read_own_lines},
    {process_name, nullptr, "processes", "a process for each task, N at once",
     run_own<process_name>, read_own_lines},
    {serial_name, nullptr, nullptr, "one after the other", run_own<serial_name>, read_own_lines},
    {"limit", nullptr, nullptr, "a plain loop of system calls; it waits for nobody who is silent",
     plain_loop, read_loop, 1},
    {"fping", "fping", nullptr, "fping -a -i 0 -r 0", fping, read_alive, 1},
    {"nmap", "nmap", nullptr,
     "nmap -sn -PE, or -sT; of its own machine's addresses it pings none, they count as up", nmap,
     read_grepable},
    {"xargs", "xargs", "processes", "xargs -P N ping, or curl", xargs, read_ping_or_curl, 123},
    {"parallel", "parallel", "jobs", "GNU parallel -j N ping, or curl", gnu_parallel,
     read_ping_or_curl, 101},
    {"curl", "curl", "transfers", "curl --parallel", curl_parallel, read_ping_or_curl, 98},
    {"wrk", "wrk", "connections",
     "wrk -t 1 for one second, one URL, a connection each unless they are kept", wrk, read_wrk, 0,
     true},
    {"hey", "hey", "workers", "hey, one URL, -disable-keepalive unless connections are kept", hey,
     read_hey, 0, true},
    {"s_time", "openssl", nullptr,
     "openssl s_time -new for two seconds, one handshake after the other and nothing else",
     openssl_handshakes, read_openssl_handshakes, 0, true},
    {blackbox_name, "prometheus-blackbox-exporter", "threads",
     "blackbox_exporter, asked by N threads whose cost is included", run_probing<blackbox_name>,
     read_own_lines},
};

}  // namespace

const std::vector<contender>& all_contenders() { return contenders; }

entrant entrant::parse(const std::string& text) {
  const auto name = named_width::name_of(text);
  std::string names;
  for (const auto& known : contenders) {
    if (name == known.name) {
      return {&known, named_width::parse(text, known.width).width, text};
    }
    names += names.empty() ? "" : ", ";
    names += known.name;
    if (known.width) names += ":N";
  }
  throw std::invalid_argument{
      fmt::format("'{}' is neither a runner nor a peer; there are {}", text, names)};
}

}  // namespace muster::bench
