#include "network.hpp"

#include "late_answer.hpp"
#include "muster/address.hpp"
#include "support/certificates.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace muster::bench {
namespace {

using test::lab;

constexpr auto start_time_max = std::chrono::seconds{10};

// One process, as a server beside its client has one of the two cores. The page is as large as
// nginx' own welcome page.
constexpr std::size_t page_bytes = 612;
constexpr const char* nginx_configuration = R"(
daemon off;
master_process off;
pid nginx.pid;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path temporary;
  proxy_temp_path temporary;
  fastcgi_temp_path temporary;
  uwsgi_temp_path temporary;
  scgi_temp_path temporary;
  server {{ listen {} backlog=4096{}; root pages; }}
}}
)";

void must_run(std::vector<std::string> command) {
  const auto ended = test::run(command);
  if (ended.exit_code != 0) {
    throw std::runtime_error{fmt::format("'{}' failed: {}", command[0], ended.err)};
  }
}

/// No hook at all where nothing is to be dropped: even an empty one costs every packet some time.
void without_filter() { must_run({"nft", "delete", "table", "inet", "lab"}); }

std::string range(const work& wanted, std::uint32_t first, std::uint32_t last) {
  return wanted.targets.text(first) + "-" + wanted.targets.text(last);
}

}  // namespace

std::string why_no_name_server() {
  struct statx root {};
  if (statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS, &root) == 0 &&
      (root.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 &&
      (root.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0) {
    return "the root directory is no mount point, so that mounts can't be kept from others";
  }
  return {};
}

void replace_system_file(const std::string& name, const std::string& file) {
  const std::string place = "/etc/" + name;
  if (const auto why_not = why_no_name_server(); !why_not.empty()) {
    throw std::runtime_error{fmt::format("{} of its own: {}", place, why_not)};
  }
  const bool apart =
      unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  // The file of an earlier network is gone, and nothing can be mounted on what is gone.
  if (apart) umount2(place.c_str(), MNT_DETACH);
  if (!apart || mount(file.c_str(), place.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    throw std::runtime_error{fmt::format("{} of its own: {}", place, std::strerror(errno))};
  }
}

network::network(surroundings around, work& wanted, const std::string& directory) {
  std::string why_not;
  if (!lab::enter(why_not)) throw std::runtime_error{why_not};
  // Who runs as this group may open datagram sockets for ICMP, as on a desktop: without, each
  // thread would need a raw socket, and would see the replies of all the others.
  lab::allow_ping_sockets(0, 0);
  switch (around) {
    case surroundings::nothing:
      without_filter();
      break;
    case surroundings::home_subnet:
      without_filter();
      put_behind_cable("192.168.0.0/24");
      silence_behind_cable("192.168.0.17-192.168.0.255");
      break;
    case surroundings::silence:
      without_filter();
      put_behind_cable("10.0.0.0/8");
      silence_behind_cable("10.0.0.0/8");
      far_->run("nft add rule inet far in ip daddr 10.0.0.0/8 tcp flags & (syn | ack) == syn drop");
      break;
    case surroundings::acceptor:
      without_filter();
      start_acceptor(wanted, directory);
      break;
    case surroundings::half_acceptor:
      start_acceptor(wanted, directory);
      lab::reset(range(wanted, wanted.live, wanted.targets.size() - 1));
      break;
    case surroundings::web_server:
      without_filter();
      start_web_server(wanted);
      break;
    case surroundings::cable:
      without_filter();
      put_behind_cable("10.0.0.0/8");
      start_server(wanted, directory);
      break;
    case surroundings::late:
      without_filter();
      make_room_for_late_hosts(wanted);
      break;
    case surroundings::name_server:
      without_filter();
      start_name_server(wanted);
      break;
  }
  const bool takes_port = wanted.probe.kind == probe_kind::tcp;
  if (takes_port && wanted.probe.port == 0) wanted.probe.port = test::free_port();
}

// Not on loopback: nmap takes every address of its own machine as up, and asks none.
void network::put_behind_cable(const std::string& block) {
  lay_cable(block);
  far_->run("ip route add local " + block + " dev lo");
}

void network::lay_cable(const std::string& block) {
  far_.emplace("192.0.2.1/30", "192.0.2.2/30");
  test::neighbour::route_via(block, "192.0.2.2");
}

void network::silence_behind_cable(const std::string& block) {
  far_->run("nft add table inet far");
  far_->run("nft add chain inet far in { type filter hook input priority 0; }");
  far_->run("nft add rule inet far in ip daddr " + block + " icmp type echo-request drop");
}

void network::start_server(work& wanted, const std::string& directory) {
  if (wanted.probe.kind == probe_kind::http) return start_web_server(wanted);
  if (wanted.probe.kind == probe_kind::tcp && wanted.live > 0) start_acceptor(wanted, directory);
}

void network::make_room_for_late_hosts(work& wanted) {
  lay_cable("10.0.0.0/8");
  far_->run("ip route add blackhole 10.0.0.0/8");
  if (wanted.live > 0) wanted.probe.port = late_port;
  if (wanted.targets.what() == targets::kind::names) {
    use_name_server(ip_address::from_v4(late_names_address).to_string());
  }
}

void network::start_acceptor(work& wanted, const std::string& directory) {
  server_ = std::make_unique<test::process>(on_their_side({directory + "/limit_tcp", "--listen"}));
  if (!server_->wait_for_output("\n", start_time_max)) {
    throw std::runtime_error{"limit_tcp --listen doesn't start"};
  }
  const auto& said = server_->output_so_far();
  wanted.probe.port = probe::parse("tcp:" + said.substr(0, said.find('\n'))).port;
}

void network::start_web_server(work& wanted) {
  std::filesystem::create_directory(files_.path() / "pages");
  test::write_whole_file(files_.file("pages/index.html"), std::string(page_bytes, 'x'));
  // The namespace is this program's own, so any port is free; one below those that the kernel gives
  // out, as servers have it.
  constexpr std::uint16_t http_port = 8080;
  wanted.probe.port = http_port;
  std::string over_tls;
  if (wanted.probe.tls) {
    const test::certificate own{{.common_name = "bench.test"}};
    test::write_whole_file(files_.file("server.pem"), own.pem_with_key());
    over_tls =
        " ssl; ssl_certificate server.pem; ssl_certificate_key server.pem; "
        "ssl_session_cache off; ssl_session_tickets off";
  }
  test::write_whole_file(files_.file("nginx.conf"),
                         fmt::format(nginx_configuration, wanted.probe.port, over_tls));
  const auto prefix = files_.path().string();
  const auto errors = files_.file("error.log");
  server_ = std::make_unique<test::process>(
      on_their_side({"nginx", "-p", prefix, "-e", errors, "-c", files_.file("nginx.conf")}));
  const auto until = std::chrono::steady_clock::now() + start_time_max;
  // It listens before it writes this.
  while (!std::filesystem::exists(files_.path() / "nginx.pid")) {
    if (!server_->running() || std::chrono::steady_clock::now() > until) {
      throw std::runtime_error{"nginx doesn't start: " + test::read_whole_file(errors)};
    }
    server_->wait_for_output("\n", std::chrono::milliseconds{10});
  }
}

void network::use_name_server(const std::string& address) {
  const auto file = files_.file("resolv.conf");
  test::write_whole_file(file, "nameserver " + address + "\n");
  replace_system_file("resolv.conf", file);
}

void network::start_name_server(const work& wanted) {
  use_name_server("127.0.0.1");
  server_ = std::make_unique<test::process>(std::vector<std::string>{
      "/proc/self/exe", "--serve-names", fmt::format("{}", wanted.targets.size())});
  if (!server_->wait_for_output("\n", start_time_max)) {
    throw std::runtime_error{"the name server doesn't start: " + server_->wait().err};
  }
}

}  // namespace muster::bench
