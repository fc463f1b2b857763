// A sweep beside others, with many sockets, and without privileges.
#include "cli/sweep.hpp"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

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

TEST_CASE("a copy that runs as another than its user does nothing, and names the capability") {
  if (::geteuid() != 0) MUSTER_SKIP("needs root, to make a set-user-ID file");
#ifdef MUSTER_TEST_SANITIZED
  MUSTER_SKIP("the sanitizer's search for leaks can't look into a set-user-ID process");
#endif
  const temporary_directory directory;
  const std::string copy = directory.file("muster");
  struct statvfs about {};
  if (::statvfs(directory.path().c_str(), &about) != 0 || (about.f_flag & ST_NOSUID) != 0) {
    MUSTER_SKIP("files here can't make anybody another user");
  }
  REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
  std::filesystem::copy_file(MUSTER_BINARY, copy);
  const auto as_nobody = [&copy](std::vector<std::string> arguments) {
    std::vector<std::string> words{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                   copy};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run(words);
  };
  const std::string secret = directory.file("secret");
  write_whole_file(secret, "127.0.0.1:1\n");
  REQUIRE(::chmod(secret.c_str(), 0600) == 0);
  for (const mode_t mode : {04755U, 02755U}) {
    REQUIRE(::chmod(copy.c_str(), mode) == 0);
    for (const char* command : {"sweep", "run", "jobs"}) {
      const auto refused = as_nobody({command, "-iL", secret, "-o", directory.file("out.txt")});
      CAPTURE(mode, command, refused.err);
      CHECK(refused.exit_code == 3);
      CHECK(contains(refused.err, "setcap cap_net_raw+ep " + copy));
      CHECK(refused.out.empty());
    }
  }
  CHECK_FALSE(std::filesystem::exists(directory.file("out.txt")));
  REQUIRE(::chmod(copy.c_str(), 0755) == 0);
  const auto plain = as_nobody({"sweep", "127.0.0.1:1", "--json"});
  CHECK(contains(plain.out, R"("status":"refused")"));
  if (!has_program("setcap") || run({"setcap", "cap_net_raw+ep", copy}).exit_code != 0) return;
  const auto capable = as_nobody({"sweep", "127.0.0.1", "--icmp-socket", "raw", "--json"});
  CAPTURE(capable.err);
  CHECK(contains(capable.out, R"("status":"up")"));
}
