#include "cli/talk_peers.hpp"
#include "support/certificates.hpp"
#include "support/nginx_server.hpp"

#include <array>

using namespace muster::test;

namespace {

constexpr const char* counting =
    R"(location /n { default_type text/html; return 200 "<title>no. $connection_requests</title>"; })";

std::string title(const std::string& text) { return R"("title":")" + text + "\""; }

/// Three URLs of one server, one after the other.
process_result ask_thrice(const std::string& server, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"127.0.0.1", "--json", "--max-in-flight", "1"};
  for (const char* path : {"/n/1", "/n/2", "/n/3"}) {
    words.push_back("--http=" + server + path);
  }
  words.insert(words.end(), more.begin(), more.end());
  return sweep(std::move(words));
}

process_result ask_thrice(const python_server& server, std::vector<std::string> more = {}) {
  return ask_thrice("http://{}:" + server.port(), std::move(more));
}

std::string without_path(std::string url) { return url.substr(0, url.rfind('/')); }

/// As tests/support/http_peer.py has them.
class http_peer : public python_server {
 public:
  explicit http_peer(const std::string& scenario) : python_server{"http_peer.py", {scenario}} {}
};

}  // namespace

TEST_CASE("a target that is asked several URLs of nginx is asked them on one connection") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx{"", counting};
  const auto kept = ask_thrice(without_path(nginx.url()));
  CAPTURE(kept.out, kept.err);
  for (const char* number : {"no. 1", "no. 2", "no. 3"}) {
    CHECK(lines_with(kept.out, title(number)) == 1);
  }
  // Where there was no connecting, it took no time.
  CHECK(lines_with(kept.out, R"("connection_reused":true)") == 2);
  CHECK(lines_with(kept.out, R"("connect_ms")") == 1);
  CHECK(lines_with(kept.out, R"("rtt_ms")") == 3);
  const auto one_each = ask_thrice(without_path(nginx.url()), {"--keep-alive=no"});
  CHECK(lines_with(one_each.out, title("no. 1")) == 3);
  CHECK(lines_with(one_each.out, R"("connect_ms")") == 3);
}

TEST_CASE("a target that is asked one URL has a connection of its own, unless it is told not to") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx{"", counting};
  const std::vector<std::string> words{nginx.url("/n/a"), nginx.url("/n/b"), "--json",
                                       "--max-in-flight", "1"};
  CHECK(lines_with(sweep(words).out, title("no. 1")) == 2);
  auto more = words;
  more.emplace_back("--keep-alive");
  CHECK(lines_with(sweep(more).out, title("no. 2")) == 1);
}

TEST_CASE("connections over TLS are kept, with HTTP/1.1 and with HTTP/2") {
  MUSTER_NEED_NGINX();
  const certificate localhost{{.common_name = "localhost", .names = {"IP:127.0.0.1"}}};
  const nginx_server nginx{localhost.pem_with_key(), counting, "ssl http2"};
  for (const char* version : {"1.1", "2"}) {
    const auto kept =
        ask_thrice(without_path(nginx.url()), {"--insecure", "--http-versions", version});
    CAPTURE(version, kept.out, kept.err);
    CHECK(lines_with(kept.out, title("no. 3")) == 1);
    CHECK(lines_with(kept.out, R"("tls_ms")") == 1);
    CHECK(lines_with(kept.out, R"("subject":"CN=localhost")") == 3);
    CHECK(lines_with(kept.out, R"("version":")" + std::string{version}) == 3);
  }
}

TEST_CASE("a redirect to the same server is followed on the same connection") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx{"", "location = /r { return 302 /n; }" + std::string{counting}};
  const auto result = sweep({nginx.url("/r"), "--max-redirects", "1", "--keep-alive", "--json"});
  CAPTURE(result.out);
  CHECK(contains(result.out, title("no. 2")));
  CHECK(contains(result.out, R"("connection_reused":true)"));
}

TEST_CASE("a request that must not be made twice has a connection of its own") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx{"", counting};
  const auto posted = ask_thrice(without_path(nginx.url()), {"--method", "POST"});
  CHECK(lines_with(posted.out, title("no. 1")) == 3);
}

TEST_CASE("a connection is used again only where its server leaves no doubt about it") {
  MUSTER_NEED_TALK_PEERS();
  struct expected {
    const char* scenario;
    std::array<const char*, 3> titles;
    std::size_t reused;
  };
  const std::array all{
      expected{"keeps", {"1.1", "1.2", "1.3"}, 2},
      expected{"closes_at_the_second", {"1.1", "2.1", "3.1"}, 0},
      expected{"closes_in_silence", {"1.1", "2.1", "3.1"}, 0},
      expected{"says_close", {"1.1", "2.1", "3.1"}, 0},
      expected{"old", {"1.1", "2.1", "3.1"}, 0},
      expected{"old_and_keeps", {"1.1", "1.2", "1.3"}, 2},
      expected{"says_too_much", {"1.1", "2.1", "3.1"}, 0},
      expected{"ends_by_closing", {"1.1", "2.1", "3.1"}, 0},
  };
  for (const expected& one : all) {
    const http_peer peer{one.scenario};
    const auto result = ask_thrice(peer);
    CAPTURE(one.scenario, result.out, result.err);
    CHECK(result.exit_code == 0);
    for (const char* wanted : one.titles)
      CHECK(lines_with(result.out, title(wanted)) == 1);
    CHECK(lines_with(result.out, R"("connection_reused":true)") == one.reused);
  }
}

TEST_CASE("an answer that breaks off on a kept connection is a failure, and not asked for again") {
  MUSTER_NEED_TALK_PEERS();
  const http_peer peer{"answers_half_of_the_second"};
  const auto result = ask_thrice(peer);
  CAPTURE(result.out);
  CHECK(lines_with(result.out, R"("status":"reset","reason":"closed_early")") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 2);
}

TEST_CASE("what is kept gives way to who needs a descriptor") {
  MUSTER_NEED_NGINX();
  const std::uint16_t port = free_port();
  const nginx_server nginx{"", "listen 0.0.0.0:" + std::to_string(port) + ";"};
  std::string targets;
  for (int i = 1; i <= 60; ++i)
    targets += "127.0.0." + std::to_string(i) + "\n";
  const std::string url = "http://{}:" + std::to_string(port);
  // A connection to each of sixty servers would be kept, and there is room for about half of them.
  const auto result = run(muster_command_by({"sh", "-c", "ulimit -n 40; exec \"$0\" \"$@\""},
                                            {"sweep", "-", "--http=" + url, "--keep-alive",
                                             "--json", "--max-in-flight", "8"}),
                          {.input = targets});
  CAPTURE(result.err);
  CHECK(lines_with(result.out, R"("status":"up")") == 60);
}
