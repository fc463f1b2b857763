// Networks that lie, and a machine that is short of everything.
#include "cli/sweep.hpp"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// The kernel has one table of neighbours for all namespaces: of the tests that fill it, those of
/// other runs on this machine included, one at a time goes on.
class turn_at_neighbour_table {
 public:
  turn_at_neighbour_table()
      : file_{::open(std::filesystem::temp_directory_path().c_str(),
                     O_RDONLY | O_DIRECTORY | O_CLOEXEC)} {
    REQUIRE(file_ >= 0);
    REQUIRE(::flock(file_, LOCK_EX) == 0);
  }
  turn_at_neighbour_table(const turn_at_neighbour_table&) = delete;
  turn_at_neighbour_table& operator=(const turn_at_neighbour_table&) = delete;
  ~turn_at_neighbour_table() { ::close(file_); }

 private:
  int file_;
};

/// Asks for more silent neighbours at once than the kernel's table has room for; they keep their
/// places for seconds.
void fill_neighbour_table() {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);
  for (std::uint32_t host = 0x0a09'0100; host < 0x0a09'0700; ++host) {
    // What waits for a neighbour fills its socket's buffer: each has one of its own.
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(socket >= 0);
    to.sin_addr.s_addr = htonl(host);
    ::sendto(socket, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    ::close(socket);
  }
}

}  // namespace

TEST_CASE("a full neighbour table makes the sweep wait, and no target pays for it") {
  MUSTER_NEED_LAB();
  const turn_at_neighbour_table alone;
  // 2,046 hosts on the wire, of which two are there: twice what the kernel's table has room for.
  const neighbour far{"10.9.0.1/21", "10.9.0.2/21"};
  const auto result = sweep({"10.9.0.0/21", "--rate", "0", "--timeout", "500ms", "--json"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, "\"target\"") == 2'046);
  CHECK(lines_with(result.out, R"("status":"up")") == 2);
  CHECK(lines_with(result.out, R"("status":"local_error")") == 0);
  CHECK(contains(result.err, "sending had to wait"));
}

TEST_CASE("a host is there for either kind of socket, even if the neighbour table was full") {
  const turn_at_neighbour_table alone;
  for (const char* kind : {"datagram", "raw"}) {
    MUSTER_NEED_LAB();
    lab::allow_ping_sockets(0, 0);
    const neighbour far{"10.9.0.1/21", "10.9.7.254/21"};
    fill_neighbour_table();
    const auto result =
        sweep({"10.9.7.254", "--timeout", "500ms", "--json", "--icmp-socket", kind});
    CAPTURE(kind, result.err);
    CHECK(lines_with(result.out, R"("status":"up")") == 1);
    CHECK(contains(result.err, "sending had to wait"));
  }
}

TEST_CASE("two sweeps of the same hosts at once don't hear each other") {
  MUSTER_NEED_LAB();
  lab::route_local("10.0.0.0/16");
  const std::vector<std::string> words{"sweep", "10.0.0.0/19", "--rate", "0", "-q"};
  process one{muster_command(words)};
  process other{muster_command(words)};
  for (process* each : {&one, &other}) {
    const auto result = each->wait();
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
    CHECK(contains(result.err, "8,190 up"));
    CHECK_FALSE(contains(result.err, "stray"));
  }
}

TEST_CASE("datagram sockets are as many as the probes in flight need") {
  MUSTER_NEED_LAB();
  lab::route_local("10.0.0.0/15");
  lab::drop_echo_requests("10.1.0.0/16");
  lab::allow_ping_sockets(0, 0);
  const auto result = sweep({"10.1.0.0/16", "10.0.0.0/18", "--rate", "0", "--timeout", "2s",
                             "--max-in-flight", "100000", "--icmp-socket", "datagram", "-q"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.err, "16,382 up, 65,534 timeout"));
  CHECK(contains(result.err, "datagram"));
}

TEST_CASE("once its sockets are open, a sweep has no privilege but to read and write files") {
  if (::geteuid() != 0) MUSTER_SKIP("needs root, to have something to give up");
  process_options options;
  options.keep_stdin = true;
  process child{muster_command({"sweep", "--json"}), options};
  child.write("127.0.0.1\n");
  REQUIRE(child.wait_for_output("\"up\"", 20s));
  std::ifstream status{"/proc/" + std::to_string(child.pid()) + "/status"};
  std::uint64_t effective = ~std::uint64_t{0}, permitted = ~std::uint64_t{0};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("CapEff:")) effective = std::stoull(line.substr(7), nullptr, 16);
    if (line.starts_with("CapPrm:")) permitted = std::stoull(line.substr(7), nullptr, 16);
  }
  constexpr std::uint64_t files = 1U << 1 | 1U << 2;  // CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
  CHECK((effective & ~files) == 0);
  CHECK((permitted & ~files) == 0);
  // It still works: another address, and an output of another user.
  child.write("::1\n");
  child.close_stdin();
  const auto result = child.wait();
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, "\"up\"") == 2);
}
