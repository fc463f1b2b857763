#include "support/catch.hpp"
#include "support/hostile_server.hpp"
#include "sweep_world.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace muster;
using muster::test::world;
using namespace std::chrono_literals;

namespace {

bool no_descriptor_left = false;

/// Leaves this process without a file descriptor for connections for as long as it lives. Others
/// are left: the sanitizers need some.
struct no_descriptors {
  no_descriptors() { no_descriptor_left = true; }
  no_descriptors(const no_descriptors&) = delete;
  ~no_descriptors() { no_descriptor_left = false; }
};

}  // namespace

// Stands in for the C library's.
extern "C" int socket(int domain, int type, int protocol) noexcept {
  if (no_descriptor_left && (type & 0xf) == SOCK_STREAM) {
    errno = EMFILE;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_socket, domain, type, protocol));
}

namespace {

std::vector<std::string> connections_to(const test::hostile_server& server) {
  return {"127.0.0.1:" + std::to_string(server.port()), server.url(), "127.0.0.2:1"};
}

}  // namespace

TEST_CASE("probes wait for file descriptors longer than their timeout, and then answer") {
  test::hostile_server server{test::hostile_script::control_title()};
  sweep_options options;
  options.probe.timeout = 600ms;
  world here{connections_to(server), options};
  {
    const no_descriptors meanwhile;
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < 800ms)
      here.context.run_one_for(10ms);
    CHECK(here.reported() == 0);
  }
  here.run();
  REQUIRE(here.summary);
  CHECK(here.statuses[status::up] == 2);
  CHECK(here.statuses[status::refused] == 1);
  CHECK(here.summary->waits.descriptors == 3);
  CHECK(here.summary->waits.total() == 3);
}

TEST_CASE("the time that a probe waited for this machine is not part of its round trip") {
  test::hostile_server server{test::hostile_script::control_title()};
  world here{{server.url()}};
  {
    const no_descriptors meanwhile;
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < 1s)
      here.context.run_one_for(10ms);
  }
  here.run();
  REQUIRE(here.summary);
  CHECK(here.statuses[status::up] == 1);
  CHECK(here.summary->totals.rtt().max() < 1s);
}

TEST_CASE("a sweep that waits for file descriptors may be stopped after any step") {
  test::hostile_server server{test::hostile_script::control_title()};
  for (int steps = 0; steps < 12; ++steps) {
    world here{connections_to(server)};
    const no_descriptors meanwhile;
    here.step(steps);
    here.subject->stop(reason::interrupted);
    here.run();
    REQUIRE(here.summary);
    CHECK(here.summary->asked == here.summary->totals.total());
    CHECK(here.statuses[status::timeout] == 0);
    CHECK(here.statuses[status::local_error] == 0);
  }
}

TEST_CASE("a sweep that waits for file descriptors may be abandoned after any step") {
  test::hostile_server server{test::hostile_script::control_title()};
  for (int steps = 0; steps < 12; ++steps) {
    world here{connections_to(server)};
    {
      const no_descriptors meanwhile;
      here.step(steps);
    }
    here.step(steps % 3);
    SUCCEED();  // the sweep is destroyed here with those who wait, then the loop
  }
}
