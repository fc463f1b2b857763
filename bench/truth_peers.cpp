// How other tools are made to tell the time that each host took, and how they tell it.
#include "truth_peers.hpp"

#include "measured_run.hpp"
#include "support/loopback.hpp"

#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

namespace muster::bench {
namespace {

constexpr const char* nmap_file = "/nmap.xml";

/// What makes it tell times, at the end of its command.
std::vector<std::string> more_words(const bench_place& at, std::string_view who) {
  if (who == "fping") return {"-e"};
  if (who == "nmap") return {"-oX", at.tools.files + nmap_file};
  return {};
}

/// `10.0.0.1 (0.068 ms)`
void read_fping(std::string_view text, reported_times& out) {
  for_each_line(text, [&out](std::string_view line) {
    out.add(line.substr(0, line.find(' ')), number_after(line, "("));
  });
}

/// `<address addr="10.0.0.1" addrtype="ipv4"/>` and, some lines below, `<times srtt="23" …/>` in
/// µs.
void read_nmap(std::string_view text, reported_times& out) {
  constexpr std::string_view address = "<address addr=\"";
  constexpr double us_in_ms = 1000;
  for (auto at = text.find(address); at != text.npos;) {
    const auto next = text.find(address, at + 1);
    const auto host = text.substr(at + address.size(), next - at - address.size());
    const double us = number_after(host, "<times srtt=\"");
    out.add(host.substr(0, host.find('"')), us < 0 ? us : us / us_in_ms);
    at = next;
  }
}

/// `10.0.0.1 up 0.068000 0.000100`: the status, the round trip and the lookup.
void read_own(std::string_view text, const work& hosts, reported_times& out) {
  const bool names = hosts.targets.what() == targets::kind::names;
  for_each_line(text, [&](std::string_view line) {
    const auto target = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(target.size() + 1, line.size()));
    const auto times = line.substr(std::min(line.find(' '), line.size()));
    const auto last = times.rfind(' ');
    if (last == times.npos) return;
    out.add(target, number_after(names ? times.substr(last) : times, " "));
  });
}

}  // namespace

void read_peer(std::string_view name, std::string_view text, const work& hosts,
               reported_times& out) {
  if (name == "fping") return read_fping(text, out);
  if (name == "nmap") return read_nmap(text, out);
  read_own(text, hosts, out);
}

const std::vector<std::string>& truth_peers() {
  static const std::vector<std::string> all{"thread", "fping", "nmap", "blackbox:100"};
  return all;
}

bool takes_part(const bench_place& at, const std::string& peer, const work& hosts) {
  const auto one = entrant::parse(peer);
  return one.who->command(at.tools, hosts, one.width).has_value();
}

reported_times times_of_peer(const bench_place& at, const std::string& peer, const work& hosts) {
  const auto one = entrant::parse(peer);
  const std::string_view name = one.who->name;
  auto command = one.who->command(at.tools, hosts, one.width).value();
  const auto more = more_words(at, name);
  command.insert(command.end(), more.begin(), more.end());
  std::string text;
  const auto cost = measured_run(at.tools.directory + "/measure", {std::move(command)},
                                 [&text](std::string_view line) { (text += line) += '\n'; });
  reported_times out{hosts};
  if (name == "nmap") text = test::read_whole_file(at.tools.files + nmap_file);
  read_peer(name, text, hosts, out);
  if (cost.exit_code > one.who->fine_exit_code_max || out.empty()) {
    throw std::runtime_error{
        fmt::format("it ended with code {} {}", cost.exit_code, cost.complaint)};
  }
  return out;
}

}  // namespace muster::bench
