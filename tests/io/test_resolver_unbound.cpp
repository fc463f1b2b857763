// Against a real name server in a process of its own.
#include "io/resolver_world.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"

#include <fstream>
#include <optional>
#include <string>
#include <vector>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t bulk_names = 10'000;
constexpr unsigned long_answer_addresses = 60;

/// unbound on a free port of 127.0.0.1, with a zone of its own and nobody to forward to.
class unbound_server {
 public:
  /// False when it does not run. Another program may take a port between its choice and its use.
  bool started() {
    for (int tried = 0; tried < 20; ++tried) {
      port_ = free_port();
      process_.emplace(command());
      if (process_->wait_for_error_output("start of service", 20s)) return true;
      if (process_->wait(20s).err.find("Address already in use") == std::string::npos) break;
    }
    return false;
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  std::vector<std::string> command() const {
    const std::string path = directory_.file("unbound.conf");
    std::ofstream file{path};
    file << "server:\n interface: 127.0.0.1\n port: " << port_ << "\n directory: \""
         << directory_.path().string()
         << "\"\n username: \"\"\n chroot: \"\"\n pidfile: \"\"\n logfile: \"\"\n"
            " use-syslog: no\n do-daemonize: no\n verbosity: 1\n num-threads: 1\n"
            " module-config: \"iterator\"\n"
            " local-zone: \"lab.test.\" static\n"
            " local-data: \"www.lab.test. 120 IN A 127.0.0.2\"\n"
            " local-data: \"www.lab.test. 120 IN AAAA ::1\"\n"
            " local-data: \"text.lab.test. 120 IN TXT 'no address'\"\n"
            " local-zone: \"bulk.test.\" redirect\n"
            " local-data: \"bulk.test. 120 IN A 127.0.0.2\"\n"
            " local-data: \"bulk.test. 120 IN AAAA ::1\"\n"
            " local-zone: \"refused.test.\" refuse\n"
            " local-zone: \"silent.test.\" deny\n";
    for (unsigned i = 1; i <= long_answer_addresses; ++i) {
      file << " local-data: \"long.lab.test. 120 IN A 192.0.2." << i << "\"\n";
    }
    file << "remote-control:\n control-enable: no\n";
    return {"unbound", "-d", "-c", path};
  }

  temporary_directory directory_;
  std::uint16_t port_ = 0;
  std::optional<process> process_;
};

}  // namespace

TEST_CASE("unbound's answers, refusals and silence are understood") {
  if (!has_program("unbound")) MUSTER_SKIP("unbound is not installed");
  unbound_server server;
  REQUIRE(server.started());
  world w;
  auto options = w.options();
  options.servers = {server.address()};
  options.query_timeout = 5s;
  resolver names{w.context, options};
  CHECK(w.answer_of(names, "www.lab.test").addresses == addresses{v4_a});
  CHECK(w.answer_of(names, "missing.lab.test.").failure == reason::name_not_found);
  CHECK(w.answer_of(names, "text.lab.test.").failure == reason::no_address);
  CHECK(w.answer_of(names, "www.refused.test.").failure == reason::name_server_refused);
  // More than fits in a datagram of 512 bytes: truncated, then TCP.
  CHECK(w.answer_of(names, "long.lab.test").addresses.size() == long_answer_addresses);
  options.query_timeout = 50ms;
  resolver hasty{w.context, options};
  CHECK(w.answer_of(hasty, "www.silent.test.").failure == reason::resolve_timeout);
}

TEST_CASE("unbound resolves ten thousand names at once") {
  if (!has_program("unbound")) MUSTER_SKIP("unbound is not installed");
  unbound_server server;
  REQUIRE(server.started());
  world w;
  resolver_options options;
  options.servers = {server.address()};
  resolver names{w.context, options};
  std::vector<asker> askers(bulk_names);
  std::size_t told = 0, found = 0;
  for (std::size_t i = 0; i < bulk_names; ++i) {
    askers[i].ask(names, "host" + std::to_string(i) + ".bulk.test");
    askers[i].then = [&, i] {
      ++told;
      found += askers[i].answer->addresses.size();
    };
  }
  w.run_until([&] { return told == bulk_names; });
  CHECK(found == bulk_names);
}
