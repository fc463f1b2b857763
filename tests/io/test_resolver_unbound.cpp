// Against a real name server in a process of its own.
#include "io/resolver_world.hpp"
#include "support/process.hpp"
#include "support/unbound_server.hpp"

#include <string>
#include <vector>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t bulk_names = 10'000;

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
  CHECK(w.answer_of(names, "long.lab.test").addresses.size() ==
        unbound_server::long_answer_addresses);
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
