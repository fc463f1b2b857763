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
  CHECK(contains(said({"--address", "any"}), "neither first nor each"));
}
