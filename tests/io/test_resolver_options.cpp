#include "muster/resolver.hpp"
#include "support/catch.hpp"

#include <functional>
#include <stdexcept>
#include <string>

#include <asio/io_context.hpp>

using namespace muster;
using namespace std::chrono_literals;

TEST_CASE("a name server that makes no sense is named") {
  asio::io_context context;
  const auto make = [&](const std::string& server) {
    resolver_options options;
    options.servers = {server};
    resolver{context, options};
  };
  for (const char* good :
       {"10.0.0.1", "10.0.0.1:5353", "::1", "2001:db8::53", "[::1]", "[::1]:53"}) {
    CAPTURE(good);
    CHECK_NOTHROW(make(good));
  }
  for (const char* bad : {"", "dns.test", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:x",
                          "[::1", "[::1]:", "[::1]53", "[10.0.0.1]:53", ":53", "[]", "[", "]",
                          "10.0.0.1:53:53", "fe80::1%lo"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(make(bad), std::invalid_argument);
  }
  CHECK_THROWS_WITH(make("dns.test"), Catch::Matchers::ContainsSubstring("'dns.test'"));
}

TEST_CASE("options out of range are refused") {
  asio::io_context context;
  const auto make = [&](const std::function<void(resolver_options&)>& change) {
    resolver_options options;
    change(options);
    resolver{context, options};
  };
  CHECK_THROWS_AS(make([](auto& o) { o.query_timeout = 0ms; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](auto& o) { o.query_timeout = 2min; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](auto& o) { o.tries = 0; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](auto& o) { o.ttl_max = 0s; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](auto& o) { o.servers.assign(17, "10.0.0.1"); }), std::invalid_argument);
}
