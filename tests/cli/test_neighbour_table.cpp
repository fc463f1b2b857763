// The kernel's table of neighbours when it is full.
#include "cli/sweep.hpp"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace muster::test;

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

/// The most neighbours that the kernel keeps. A lab has no such setting of its own: ask before.
int neighbours_max() {
  std::ifstream in{"/proc/sys/net/ipv4/neigh/default/gc_thresh3"};
  int most = 0;
  in >> most;
  return most;
}

#define NEED_SMALL_TABLE() \
  if (neighbours_max() > 1'024) MUSTER_SKIP("the kernel keeps more neighbours than are asked for")

}  // namespace

TEST_CASE("a full neighbour table makes the sweep wait, and no target pays for it") {
  NEED_SMALL_TABLE();
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
  NEED_SMALL_TABLE();
  MUSTER_NEED_LAB();
  const turn_at_neighbour_table alone;
  for (const char* kind : {"datagram", "raw"}) {
    // On a machine that stands still, the table may have room again before the sweep begins.
    bool waited = false;
    for (int attempt = 0; attempt < 5 && !waited; ++attempt) {
      MUSTER_NEED_LAB();
      lab::allow_ping_sockets(0, 0);
      const neighbour far{"10.9.0.1/21", "10.9.7.254/21"};
      fill_neighbour_table();
      const auto result = sweep({"10.9.7.254", "--timeout", "3s", "--json", "--icmp-socket", kind});
      CAPTURE(kind, result.err);
      CHECK(lines_with(result.out, R"("status":"up")") == 1);
      waited = contains(result.err, "sending had to wait");
    }
    CAPTURE(kind);
    CHECK(waited);
  }
}
