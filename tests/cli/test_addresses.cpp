// Names with several addresses, and names whose addresses the command line says.
#include "cli/sweep.hpp"
#include "support/nginx_server.hpp"

#include <string>

using namespace muster::test;

TEST_CASE("each address of a name is probed, and told of with the name") {
  const auto result = sweep({"db.example", "--resolve", "db.example=127.0.0.7", "--resolve",
                             "DB.example=127.0.0.8", "--address", "each", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("target":"db.example")") == 2);
  CHECK(contains(result.out, R"("address":"127.0.0.7")"));
  CHECK(contains(result.out, R"("address":"127.0.0.8")"));
  CHECK(contains(result.err, "2 probes in"));
}

TEST_CASE("without being asked for each, the first address of a name is probed") {
  const auto result = sweep({"db.example", "--resolve", "db.example=127.0.0.7", "--resolve",
                             "db.example=127.0.0.8", "--json"});
  CHECK(lines_with(result.out, R"("address":"127.0.0.7")") == 1);
  CHECK(contains(result.err, "1 probe in"));
}

TEST_CASE("an HTTP server is asked for the name at each address, and excludes hold for them") {
  MUSTER_NEED_NGINX();
  const nginx_server web;
  const std::string url = "http://web.example:" + std::to_string(web.port()) + "/host";
  const auto result = sweep({url, "--resolve", "web.example=127.0.0.1", "--resolve",
                             "web.example=127.0.0.2", "--exclude", "127.0.0.2", "--address", "each",
                             "--json", "--expect-body", "web.example"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("address":"127.0.0.1")") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(lines_with(result.out, R"("status":"skipped","reason":"excluded")") == 1);
}

TEST_CASE("of any of a name's addresses a server is used that takes the connection") {
  MUSTER_NEED_NGINX();
  const nginx_server web;
  const std::string url = "http://web.example:" + std::to_string(web.port()) + "/host";
  const auto result =
      sweep({url, "--resolve", "web.example=127.0.0.9", "--resolve", "web.example=127.0.0.1",
             "--address", "any", "--json", "--expect-body", "web.example"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("address":"127.0.0.1")") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK_FALSE(contains(result.out, "resolve_ms"));
}

TEST_CASE("a family that is dead costs any of a name's addresses a quarter of a second") {
  MUSTER_NEED_LAB();
  lab::route_local("10.7.0.0/24");
  lab::route_local("fd00:7::/64");
  lab::drop_syns("10.7.0.1");
  lab::drop_syns("fd00:7::1");
  std::uint16_t port = 0;
  listen_everywhere(port);
  for (const std::vector<std::string>& preferred :
       {std::vector<std::string>{}, std::vector<std::string>{"--prefer-ipv6"}}) {
    const std::string alive = preferred.empty() ? "fd00:7::2" : "10.7.0.2";
    const std::string dead = preferred.empty() ? "10.7.0.1" : "fd00:7::1";
    std::vector<std::string> words{"db.example:" + std::to_string(port),
                                   "--resolve",
                                   "db.example=" + alive,
                                   "--resolve",
                                   "db.example=" + dead,
                                   "--address",
                                   "any",
                                   "--json"};
    words.insert(words.end(), preferred.begin(), preferred.end());
    const auto result = sweep(words);
    CAPTURE(result.out, result.err);
    CHECK(lines_with(result.out, "\"address\":\"" + alive + '"') == 1);
    CHECK(lines_with(result.out, R"("status":"up")") == 1);
    CHECK(result.wall >= std::chrono::milliseconds{250});
    CHECK(contains(result.out, R"("rtt_ms":0.)"));
  }
}

TEST_CASE("an address that does not answer an echo gives way to the next, and fails all of them") {
  MUSTER_NEED_LAB();
  lab::route_local("10.7.0.0/24");
  lab::drop_echo_requests("10.7.0.1");
  const auto asked = [](const char* choice) {
    return sweep({"db.example", "--resolve", "db.example=10.7.0.1", "--resolve",
                  "db.example=10.7.0.2", "--address", choice, "--timeout", "200ms", "--json"});
  };
  const auto any = asked("any");
  CAPTURE(any.out, any.err);
  CHECK(any.exit_code == 0);
  CHECK(contains(any.out, R"("address":"10.7.0.2","status":"up")"));
  CHECK(contains(any.out, R"("addresses":[{"address":"10.7.0.1","status":"timeout")"));
  const auto all = asked("all");
  CAPTURE(all.out, all.err);
  CHECK(all.exit_code == 1);
  CHECK(lines_with(all.out, R"("target":"db.example")") == 1);
  CHECK(contains(all.out, R"("address":"10.7.0.1","status":"timeout")"));
  CHECK(contains(all.out, R"({"address":"10.7.0.2","status":"up","rtt_ms":)"));
  CHECK(contains(all.err, "1 probe in"));
}

TEST_CASE("the text says how many of all addresses are up") {
  const auto result = sweep({"db.example", "--resolve", "db.example=127.0.0.7", "--resolve",
                             "db.example=127.0.0.8", "--address", "all"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "addresses_up=2/2"));
}

TEST_CASE("what --resolve and --address can't make sense of is refused with what they want") {
  const auto said = [](std::vector<std::string> words) {
    words.insert(words.begin(), "127.0.0.1");
    const auto result = sweep(std::move(words));
    CHECK(result.exit_code == 2);
    return result.err;
  };
  CHECK(contains(said({"--resolve", "db.example:80:192.0.2.7"}), "NAME=ADDRESS"));
  CHECK(contains(said({"--resolve", "192.0.2.1=192.0.2.7"}), "NAME=ADDRESS"));
  CHECK(contains(said({"--resolve", "db.example=nowhere"}), "NAME=ADDRESS"));
  CHECK(contains(said({"--address", "some"}), "first, each, any and all"));
}
