#include "support/unbound_server.hpp"

#include <chrono>
#include <fstream>

namespace muster::test {

using namespace std::chrono_literals;

bool unbound_server::started() {
  for (int tried = 0; tried < 20; ++tried) {
    port_ = free_port();
    do {
      tls_port_ = free_port();
    } while (tls_port_ == port_);
    process_.emplace(command());
    if (process_->wait_for_error_output("start of service", 20s)) return true;
    if (process_->wait(20s).err.find("Address already in use") == std::string::npos) break;
  }
  return false;
}

std::vector<std::string> unbound_server::command() const {
  const std::string path = directory_.file("unbound.conf");
  std::ofstream file{path};
  file << "server:\n interface: 127.0.0.1\n port: " << port_ << "\n directory: \""
       << directory_.path().string()
       << "\"\n username: \"\"\n chroot: \"\"\n pidfile: \"\"\n logfile: \"\"\n"
          " use-syslog: no\n do-daemonize: no\n verbosity: 1\n num-threads: 1\n"
          " module-config: \"iterator\"\n"
          " local-zone: \"lab.test.\" static\n"
          " local-data: \"lab.test. 120 IN SOA ns.lab.test. host.lab.test. 2026013107 1 2 3 4\"\n"
          " local-data: \"www.lab.test. 120 IN A 127.0.0.2\"\n"
          " local-data: \"www.lab.test. 120 IN AAAA ::1\"\n"
          " local-data: 'text.lab.test. 120 IN TXT \"no address\"'\n"
          " local-data: \"_sip._tcp.lab.test. 120 IN SRV 1 2 5060 www.lab.test.\"\n"
          " local-data: \"7.2.0.192.in-addr.arpa. 120 IN PTR www.lab.test.\"\n"
          " local-zone: \"bulk.test.\" redirect\n"
          " local-data: \"bulk.test. 120 IN A 127.0.0.2\"\n"
          " local-data: \"bulk.test. 120 IN AAAA ::1\"\n"
          " local-zone: \"refused.test.\" refuse\n"
          " local-zone: \"silent.test.\" deny\n";
  for (unsigned i = 1; i <= long_answer_addresses; ++i)
    file << " local-data: \"long.lab.test. 120 IN A 192.0.2." << i << "\"\n";
  for (unsigned i = 1; i <= longer_answer_addresses; ++i)
    file << " local-data: \"longer.lab.test. 120 IN A 192.0.2." << i << "\"\n";
  if (!certificate_pem_.empty()) {
    const std::string own = directory_.file("own.pem");
    write_whole_file(own, certificate_pem_);
    file << " interface: 127.0.0.1@" << tls_port_ << "\n tls-port: " << tls_port_
         << "\n tls-service-pem: \"" << own << "\"\n tls-service-key: \"" << own << "\"\n";
  }
  file << "remote-control:\n control-enable: no\n";
  return {"unbound", "-d", "-c", path};
}

}  // namespace muster::test
