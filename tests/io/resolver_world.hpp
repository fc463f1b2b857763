#pragma once

#include "muster/resolver.hpp"
#include "support/catch.hpp"
#include "support/dns_server.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include <asio/io_context.hpp>

namespace muster::test {

using addresses = std::vector<ip_address>;

// The first of each family can be sent to on every machine that has the family at all.
inline const ip_address v4_a = ip_address::from_v4(0x7f000002);
inline const ip_address v4_b = ip_address::from_v4(0xc0000202);
inline const ip_address v6_a = ip_address::from_bits(0, 1);
inline const ip_address v6_b = ip_address::from_bits(0x20010db800000000, 2);

/// Asks for a name and keeps what comes.
struct asker : resolver::waiter {
  asker() = default;
  asker(resolver& names, std::string_view name) { ask(names, name); }
  void ask(resolver& names, std::string_view name) {
    if (const auto* known = names.resolve(name, *this)) {
      answer = *known;
      at_once = true;
    }
  }
  void resolved(const lookup_answer& found) override {
    ++calls;
    answer = found;
    if (then) then();
  }
  void abandoned() override { was_abandoned = true; }

  std::optional<lookup_answer> answer;
  std::function<void()> then;
  int calls = 0;
  bool at_once = false;
  bool was_abandoned = false;
};

/// A scripted name server and what asks it, on one io_context.
struct world {
  asio::io_context context;
  dns_server server{context};

  resolver_options options(address_preference preference = address_preference::v4_first) const {
    resolver_options result;
    result.servers = {server.address()};
    // Whatever this machine's files say.
    result.hosts_file = result.config_file = "/dev/null";
    result.preference = preference;
    result.query_timeout = std::chrono::seconds{10};
    result.tries = 1;
    return result;
  }
  /// Runs the loop until `done`, for as long as a loaded machine may need.
  void run_until(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{50};
    while (!done()) {
      REQUIRE(std::chrono::steady_clock::now() < limit);
      context.run_one_for(std::chrono::seconds{1});
    }
  }
  lookup_answer answer_of(resolver& names, std::string_view name) {
    asker one{names, name};
    run_until([&] { return one.answer.has_value(); });
    CHECK_FALSE(one.waiting());
    return *one.answer;
  }
};

}  // namespace muster::test
