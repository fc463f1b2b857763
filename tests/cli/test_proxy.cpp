// Requests that go through a proxy: a real one, and one that tells what it was asked.
#include "cli/proxies.hpp"
#include "support/certificates.hpp"
#include "support/hostile_server.hpp"
#include "support/nginx_server.hpp"

using namespace muster::test;

namespace {

certificate localhost() {
  return certificate{{.common_name = "localhost", .names = {"IP:127.0.0.1", "DNS:shop.example"}}};
}

std::string port_of(const nginx_server& nginx) { return std::to_string(nginx.port()); }

/// Through a proxy, to what it is to be asked for.
process_result ask(const recording_proxy& proxy, const std::string& target,
                   std::vector<std::string> more = {}, process_options options = {}) {
  more.insert(more.begin(), {target, "--proxy", proxy.url(), "--json", "--timeout", "20s"});
  return sweep(std::move(more), std::move(options));
}

}  // namespace

TEST_CASE("a real proxy is asked for http:// and for a way to https://, over HTTP/2, too") {
  MUSTER_NEED_NGINX();
  MUSTER_NEED_TINYPROXY();
  const tinyproxy_server proxy;
  const nginx_server plain;
  const nginx_server secure{localhost().pem_with_key(), "", "ssl http2"};
  const auto get = [&](const std::string& url, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {url, "--proxy", proxy.url(), "--insecure", "--json"});
    return sweep(std::move(more)).out;
  };
  const std::string page = get(plain.url());
  CAPTURE(page);
  for (const std::string& part :
       {std::string{R"("address":"127.0.0.1","port":)" + port_of(plain) + R"(,"status":"up")"},
        R"("url":")" + plain.url() + '"', std::string{R"("title":"A muster of nginx")"},
        R"("proxy":")" + proxy.url() + '"', std::string{R"("connect_ms":)"}}) {
    CHECK(contains(page, part));
  }
  CHECK_FALSE(contains(page, "proxy_ms"));
  const std::string host_and_port = proxy.url().substr(7);
  for (const std::string& same : {host_and_port, "HTTP://" + host_and_port + '/'}) {
    const auto result = sweep({plain.url(), "--proxy", same, "--json"});
    CHECK(contains(result.out, R"("proxy":")" + proxy.url() + '"'));
  }
  CHECK(plain.was_asked("GET / 200 \"muster/"));
  const std::string two = get(secure.url());
  CAPTURE(two);
  for (const std::string& part :
       {std::string{R"("status":"up")"}, std::string{R"("version":"2","status_code":200)"},
        std::string{R"("alpn":"h2")"}, std::string{R"("proxy_ms":)"}, std::string{R"("tls_ms":)"},
        R"("proxy":")" + proxy.url() + '"'}) {
    CHECK(contains(two, part));
  }
  CHECK(contains(get(secure.url(), {"--http-versions", "1.1"}), R"("version":"1.1")"));
  CHECK(contains(get(plain.url("/redirect-twice"), {"--max-redirects", "3"}),
                 R"("status_code":200,"redirects":[302,302])"));
  CHECK(contains(get(secure.url("/big")), R"("body_bytes":1048576,"body_truncated":true)"));
}

TEST_CASE("a proxy that wants a login is told one, and says no to another") {
  MUSTER_NEED_NGINX();
  MUSTER_NEED_TINYPROXY();
  const tinyproxy_server proxy{"BasicAuth me secret-word\n"};
  const nginx_server plain;
  const nginx_server secure{localhost().pem_with_key()};
  process_options login;
  login.environment = {"MUSTER_TEST_LOGIN=me:secret-word", "MUSTER_TEST_OTHER=me:other-word"};
  const auto get = [&](const nginx_server& nginx, const std::string& variable) {
    std::vector<std::string> words{nginx.url(), "--proxy",         proxy.url(), "--insecure",
                                   "--json",    "--expect-status", "any"};
    if (!variable.empty()) words.insert(words.end(), {"--proxy-auth", "env:" + variable});
    const auto result = sweep(words, login);
    return result.out + result.err;
  };
  for (const nginx_server* const one : {&plain, &secure}) {
    const std::string in = get(*one, "MUSTER_TEST_LOGIN");
    CAPTURE(one->url(), in);
    CHECK(contains(in, R"("status":"up")"));
    CHECK_FALSE(contains(in, "secret-word"));
    CHECK_FALSE(contains(in, "bWU6"));  // the same in Base64
    const std::string out = get(*one, "");
    CAPTURE(out);
    CHECK(contains(out, R"("status":"unreachable","reason":"proxy_refused")"));
    CHECK(contains(out, R"("status_code":407)"));
  }
  CHECK(contains(get(secure, "MUSTER_TEST_OTHER"), R"("reason":"proxy_refused")"));
  CHECK_FALSE(contains(plain.requests(), "bWU6"));
}

TEST_CASE("a proxy is asked in its own form, and looks names up itself") {
  MUSTER_NEED_NGINX();
  MUSTER_NEED_TALK_PEERS();
  const recording_proxy proxy;
  const nginx_server secure{localhost().pem_with_key()};
  temporary_directory directory;
  write_whole_file(directory.file("login"), "me:word\n");
  const auto plain =
      ask(proxy, "http://shop.example/a?b=c", {"--proxy-auth", directory.file("login")});
  CAPTURE(plain.out, plain.err);
  CHECK(contains(plain.out, R"("status":"up")"));
  CHECK(contains(plain.out,
                 R"("title":"GET http://shop.example/a?b=c HTTP/1.1|Host: shop.example|)"));
  CHECK(contains(plain.out, "Proxy-Authorization: Basic bWU6d29yZA=="));
  CHECK_FALSE(contains(plain.out, R"("address")"));
  CHECK_FALSE(contains(plain.out, "resolve_ms"));
  const auto way =
      ask(proxy, "https://shop.example:" + port_of(secure) + "/host",
          {"--insecure", "--proxy-auth", directory.file("login"), "--user-agent", "me"});
  CAPTURE(way.out, way.err);
  CHECK(contains(way.out, R"("status":"up")"));
  CHECK(contains(way.out, R"("server_name":"shop.example")"));
  const std::string asked = "CONNECT shop.example:" + port_of(secure) +
                            " HTTP/1.1|Host: shop.example:" + port_of(secure) +
                            "|User-Agent: me|Proxy-Authorization: Basic bWU6d29yZA==\n";
  CAPTURE(proxy.requests());
  CHECK(contains(proxy.requests(), asked));
  CHECK(secure.was_asked("GET /host 200 \"me\""));
}

TEST_CASE("the certificate behind a proxy is held against the host, not against the proxy") {
  MUSTER_NEED_NGINX();
  MUSTER_NEED_TALK_PEERS();
  const recording_proxy proxy;
  const certificate authority{{.common_name = "Test CA", .is_authority = true}};
  const certificate own{{.common_name = "x", .names = {"DNS:shop.example"}}, authority};
  const nginx_server secure{own.pem_with_key()};
  temporary_directory directory;
  write_whole_file(directory.file("ca.pem"), authority.pem());
  const auto get = [&](const std::string& host) {
    return ask(proxy, "https://" + host + ':' + port_of(secure) + '/',
               {"--ca-file", directory.file("ca.pem")})
        .out;
  };
  CHECK(contains(get("shop.example"), R"("status":"up")"));
  CHECK(contains(get("other.example"), R"("status":"tls_error","reason":"hostname_mismatch")"));
  CHECK(contains(get("127.0.0.1"), R"("status":"tls_error","reason":"hostname_mismatch")"));
}

TEST_CASE("HTTP/2 that is spoken at once, and a host that a row names, take a way of their own") {
  MUSTER_NEED_NGINX();
  MUSTER_NEED_TALK_PEERS();
  const recording_proxy proxy;
  const std::string two = std::to_string(free_port());
  const nginx_server nginx{"", "listen 127.0.0.1:" + two + " http2;"};
  const nginx_server plain;
  const auto spoken = ask(proxy, "http://127.0.0.1:" + two + "/", {"--http-versions", "2"});
  CAPTURE(spoken.out);
  CHECK(contains(spoken.out, R"("version":"2","status_code":200)"));
  process_options rows;
  rows.input = "ip,host,url\n127.0.0.1,shop.example,http://127.0.0.1:" + port_of(plain) + "/host\n";
  const auto named = sweep({"-iL", "-", "--proxy", proxy.url(), "--json", "--expect-body",
                            "^shop\\.example:" + port_of(plain) + '$'},
                           rows);
  CAPTURE(named.out, named.err, proxy.requests());
  CHECK(contains(named.out, R"("status":"up")"));
  CHECK(contains(proxy.requests(), "CONNECT 127.0.0.1:" + port_of(plain) + ' '));
}

TEST_CASE("what is excluded is not asked through a proxy either, nor is a proxy that is") {
  MUSTER_NEED_TALK_PEERS();
  const recording_proxy proxy;
  const std::string skipped = R"("status":"skipped","reason":"excluded")";
  const auto get = [&](const std::string& url, const std::string& excluded) {
    return ask(proxy, "10.9.9.9", {"--http=" + url, "--exclude", excluded}).out;
  };
  CHECK(contains(get("http://Shop.example./", "shop.example"), skipped));
  CHECK(contains(get("https://shop.example/", "shop.example"), skipped));
  CHECK(contains(get("https://10.1.2.3/", "10.1.0.0/16"), skipped));
  CHECK(contains(get("http://0.0.0.0/", "10.0.0.1"), R"("reason":"unspecified_address")"));
  CHECK(contains(get("http://shop.example/", "127.0.0.0/8"), skipped));
  CHECK(ask(proxy, "http://shop.example/", {"--exclude", "shop.example"}).out.empty());
  const auto named = sweep({"http://shop.example/", "--proxy", "http://localhost:9/", "--json",
                            "--exclude", "localhost"});
  CHECK(contains(named.out, skipped));
  const auto found = sweep({"http://shop.example/", "--proxy", "http://localhost:9", "--json",
                            "--exclude", "127.0.0.1", "-4"});
  CHECK(contains(found.out, skipped));
  CHECK(proxy.requests().empty());
}

TEST_CASE("a redirect behind a proxy leads nowhere that is excluded") {
  for (const char* location : {"http://10.1.2.3/", "https://Shop.Example./", "//10.1.2.3:81/x"}) {
    const hostile_server proxy{hostile_script::redirect_to(location)};
    const auto result =
        sweep({"http://start.example/", "--proxy", proxy.url(), "--json", "--max-redirects", "3",
               "--exclude", "10.0.0.0/8", "--exclude", "shop.example"});
    CAPTURE(location, result.out);
    CHECK(contains(result.out, R"("status":"skipped","reason":"excluded")"));
  }
}

TEST_CASE("a row may have a proxy of its own, or none") {
  MUSTER_NEED_NGINX();
  MUSTER_NEED_TALK_PEERS();
  const recording_proxy common;
  const recording_proxy own;
  const nginx_server nginx;
  process_options rows;
  rows.input = "url,proxy\n" + nginx.url("/none") + ",none\n" + nginx.url("/own") + "," +
               own.url() + "\n" + nginx.url("/common") + ",\n";
  const auto result =
      sweep({"-iL", "-", "--proxy", common.url(), "--json", "--expect-status", "any"}, rows);
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"up")") == 3);
  CHECK(nginx.was_asked("GET /none 404"));
  CHECK(contains(own.requests(), "/own HTTP/1.1"));
  CHECK(contains(common.requests(), "/common HTTP/1.1"));
  CHECK_FALSE(contains(common.requests(), "/none"));
}

TEST_CASE("nothing of the environment decides about a proxy") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx;
  process_options options;
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) {
    options.environment.push_back(std::string{name} + "=http://127.0.0.1:9/");
  }
  const auto result = sweep({nginx.url(), "--json"}, options);
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"up")"));
}

TEST_CASE("a proxy that can't be asked is refused before anything is, without a word of secrets") {
  struct row {
    std::vector<std::string> arguments;
    std::string said;
  };
  for (const row& one : {row{{"--proxy", "http://me:secret-word@127.0.0.1:1"}, "--proxy-auth"},
                         row{{"--proxy", "me:secret-word@127.0.0.1:1"}, "--proxy-auth"},
                         row{{"--proxy", "https://127.0.0.1:1"}, "write http://host:port"},
                         row{{"--proxy", "socks5://127.0.0.1:1"}, "write http://host:port"},
                         row{{"--proxy", "http://127.0.0.1:1/path"}, "has a path"},
                         row{{"--proxy", "127.0.0.1:99999"}, "out of range"},
                         row{{"--proxy", ""}, "host is missing"},
                         row{{"--proxy-auth", "env:MUSTER_NO_SUCH_VARIABLE"}, "no variable"},
                         row{{"--proxy", "a:1", "--unix-socket", "/a"}, "not both"},
                         row{{"--unix-socket", "/a", "--proxy", "a:1"}, "not both"}}) {
    std::vector<std::string> all{"http://127.0.0.1:1/"};
    all.insert(all.end(), one.arguments.begin(), one.arguments.end());
    const auto result = sweep(all);
    CAPTURE(one.arguments, result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(contains(result.err, one.said));
    CHECK_FALSE(contains(result.err, "secret-word"));
  }
}

TEST_CASE("a way that a proxy has opened is kept for the next request to the same server") {
  MUSTER_NEED_NGINX();
  MUSTER_NEED_TALK_PEERS();
  const recording_proxy proxy;
  const nginx_server secure{localhost().pem_with_key()};
  const std::string port = port_of(secure);
  std::vector<std::string> words{"shop.example", "--proxy",   proxy.url(),       "--insecure",
                                 "--json",       "--ordered", "--max-in-flight", "1"};
  for (const char* path : {"/", "/title", "/"})
    words.push_back("--http=https://{}:" + port + path);
  const auto result = sweep(words);
  CAPTURE(result.out, proxy.requests());
  CHECK(lines_with(result.out, R"("status_code":)") == 3);
  CHECK(lines_with(result.out, R"("connection_reused":true)") == 2);
  CHECK(lines_with(result.out, R"("proxy_ms":)") == 1);
  CHECK(lines_with(proxy.requests(), "CONNECT shop.example:" + port) == 1);
  // Not for another server, nor with another login.
  words.push_back("--proxy-auth=env:MUSTER_TEST_LOGIN");
  words.push_back("other.example");
  const auto both = sweep(words, {.environment = {"MUSTER_TEST_LOGIN=me:word"}});
  CAPTURE(both.out);
  CHECK(lines_with(both.out, R"("connection_reused":true)") == 4);
  CHECK(lines_with(proxy.requests(), "CONNECT other.example:" + port) == 1);
}
