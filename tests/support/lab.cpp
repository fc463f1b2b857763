#include "support/lab.hpp"

#include "support/process.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster::test {
namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string{line}};
  std::vector<std::string> out;
  for (std::string word; in >> word;)
    out.push_back(word);
  return out;
}

void must_run(std::vector<std::string> command) {
  std::string line;
  for (const auto& word : command)
    line += word + " ";
  auto result = run(std::move(command));
  if (result.exit_code != 0) throw std::runtime_error{"lab: " + line + "failed: " + result.err};
}

void must_run(std::string_view line) { must_run(words_of(line)); }

bool write_file(const std::string& path, std::string_view text) {
  std::ofstream out{path};
  out << text << std::flush;
  return out.good();
}

std::string_view family_of(std::string_view range) {
  return range.find(':') == std::string_view::npos ? "ip" : "ip6";
}

void add_rule(std::string_view chain, std::string_view range, std::string_view rest) {
  std::string rule = "nft add rule inet lab " + std::string{chain} + " ";
  rule += family_of(range);
  rule += " daddr ";
  rule += range;
  rule += " ";
  rule += rest;
  must_run(rule);
}

std::string path_of_control(std::string_view name) {
  std::string path = "/proc/sys/" + std::string{name};
  std::replace(path.begin(), path.end(), '.', '/');
  return path;
}

constexpr auto* near_hardware_address = "02:00:00:00:00:01";

/// Root of a user namespace of its own, where this user may do what root does.
bool become_root_of_own_namespace() {
  const auto user = std::to_string(geteuid());
  const auto group = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  return write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", "0 " + user + " 1") &&
         write_file("/proc/self/gid_map", "0 " + group + " 1");
}

}  // namespace

bool lab::enter(std::string& why_not) {
  for (const auto* program : {"ip", "nft"}) {
    if (has_program(program)) continue;
    why_not = "a network lab needs the program " + std::string{program};
    return false;
  }
  if (unshare(CLONE_NEWNET) != 0 && !become_root_of_own_namespace()) {
    why_not = std::string{"no network namespace: "} + std::strerror(errno);
    return false;
  }
  try {
    must_run("ip link set lo up");
    must_run("nft add table inet lab");
    must_run("nft add chain inet lab in { type filter hook input priority 0; }");
    must_run("nft add chain inet lab out { type filter hook output priority 0; }");
  } catch (const std::exception& error) {
    why_not = error.what();
    return false;
  }
  return true;
}

void lab::route_local(std::string_view block) {
  must_run("ip route add local " + std::string{block} + " dev lo");
}

void lab::route_refused(std::string_view kind, std::string_view block) {
  must_run("ip route add " + std::string{kind} + " " + std::string{block});
}

void lab::drop_echo_requests(std::string_view range) {
  bool four = family_of(range) == "ip";
  add_rule("in", range, four ? "icmp type echo-request drop" : "icmpv6 type echo-request drop");
}

void lab::drop_syns(std::string_view range) {
  add_rule("in", range, "tcp flags & (syn | ack) == syn drop");
}

void lab::reject(std::string_view range, std::string_view type) {
  bool four = family_of(range) == "ip";
  // Echo replies must pass, or the error about a request would itself be rejected.
  std::string rest = four ? "icmp type echo-request reject with icmp type "
                          : "icmpv6 type echo-request reject with icmpv6 type ";
  add_rule("in", range, rest + std::string{type});
  rest = four ? "meta l4proto { tcp, udp } reject with icmp type "
              : "meta l4proto { tcp, udp } reject with icmpv6 type ";
  add_rule("in", range, rest + std::string{type});
}

void lab::reset(std::string_view range) {
  add_rule("in", range, "tcp flags & (syn | ack) == syn reject with tcp reset");
}

void lab::forbid_sending(std::string_view range) { add_rule("out", range, "drop"); }

void lab::reject_sending(std::string_view range) { add_rule("out", range, "reject"); }

void lab::spoil_echo_replies(std::string_view range) {
  must_run("nft add rule inet lab out ip6 saddr " + std::string{range} +
           " icmpv6 type echo-reply icmpv6 checksum set 1");
}

void lab::set_system_control(std::string_view name, std::string_view value) {
  const std::string path = path_of_control(name);
  if (!write_file(path, value)) throw std::runtime_error{"lab: can't write " + path};
}

void lab::allow_ping_sockets(int first_group, int last_group) {
  set_system_control("net.ipv4.ping_group_range",
                     std::to_string(first_group) + " " + std::to_string(last_group));
}

void neighbour::hold_namespace() {
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) != 0) throw std::runtime_error{"lab: no pipe"};
  holder_ = fork();
  if (holder_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char answer = unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
    if (write(ready[1], &answer, 1) != 1) _exit(1);
    for (;;)
      pause();
  }
  close(ready[1]);
  char answer = 'n';
  const ssize_t n = read(ready[0], &answer, 1);
  close(ready[0]);
  if (n != 1 || answer != 'y') throw std::runtime_error{"lab: no second network namespace"};
}

neighbour::neighbour(std::string_view near, std::string_view far) {
  hold_namespace();
  must_run("ip link add near address " + std::string{near_hardware_address} +
           " type veth peer name far netns " + std::to_string(holder_));
  must_run("ip address add " + std::string{near} + " dev near nodad");
  must_run("ip link set near up");
  connect_to(near, far);
}

neighbour::neighbour(const neighbour& router, std::string_view near, std::string_view far,
                     int mtu) {
  hold_namespace();
  const std::string end = "far" + std::to_string(holder_);
  const auto at_router = [&](const std::string& words) { router.run("ip " + words); };
  at_router("link add " + end + " mtu " + std::to_string(mtu) + " address " +
            near_hardware_address + " type veth peer name far mtu " + std::to_string(mtu) +
            " netns " + std::to_string(holder_));
  at_router("address add " + std::string{near} + " dev " + end + " nodad");
  at_router("link set " + end + " up");
  connect_to(near, far);
  run("ip route add default via " + std::string{near.substr(0, near.find('/'))});
}

void neighbour::connect_to(std::string_view near, std::string_view far) const {
  run("ip address add " + std::string{far} + " dev far nodad");
  run("ip link set lo up");
  run("ip link set far up");
  set_system_control("net.ipv4.ip_forward", "1");
  set_system_control("net.ipv6.conf.all.forwarding", "1");
  const auto near_address = near.substr(0, near.find('/'));
  run("ip neighbour replace " + std::string{near_address} + " lladdr " + near_hardware_address +
      " dev far nud permanent");
}

neighbour::~neighbour() {
  kill(holder_, SIGKILL);
  waitpid(holder_, nullptr, 0);
}

std::vector<std::string> neighbour::words_there(std::vector<std::string> command) const {
  command.insert(command.begin(),
                 {"nsenter", "--net=/proc/" + std::to_string(holder_) + "/ns/net"});
  return command;
}

void neighbour::run_words(std::vector<std::string> command) const {
  must_run(words_there(std::move(command)));
}

void neighbour::set_system_control(std::string_view name, std::string_view value) const {
  run_words({"sh", "-c", "echo \"$1\" > \"$0\"", path_of_control(name), std::string{value}});
}

void neighbour::run(std::string_view command_line) const { run_words(words_of(command_line)); }

void neighbour::route_via(std::string_view block, std::string_view via) {
  must_run("ip route add " + std::string{block} + " via " + std::string{via});
}

}  // namespace muster::test
