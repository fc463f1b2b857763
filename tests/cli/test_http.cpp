#include "cli/sweep.hpp"
#include "support/hostile_server.hpp"
#include "support/nginx_server.hpp"

#include <utility>

using namespace muster::test;

namespace {

process_result ask(const hostile_server& server, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{server.url(), "--timeout", "20s", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return sweep(arguments);
}

}  // namespace

#define MUSTER_NEED_NGINX()                                      \
  do {                                                           \
    std::string why_not;                                         \
    if (!nginx_server::available(why_not)) MUSTER_SKIP(why_not); \
  } while (false)

TEST_CASE("a page of a real nginx is reported as it is") {
  MUSTER_NEED_NGINX();
  nginx_server nginx;
  const auto result = sweep({nginx.url(), "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.out, R"("url":")" + nginx.url() + "\""));
  CHECK(contains(result.out, R"("version":"1.1","status_code":200)"));
  CHECK(contains(result.out, R"("title":"A muster of nginx")"));
  CHECK(contains(result.out, R"("server":"nginx)"));
  for (const char* phase : {"connect_ms", "first_byte_ms", "transfer_ms"}) {
    CHECK(contains(result.out, phase));
  }
}

TEST_CASE("nothing of one answer is told of the next") {
  const std::string start = "HTTP/1.1 302 Found\r\nConnection: close\r\n";
  const hostile_server first{hostile_script{
      .head = start + "Server: first\r\nLocation: /elsewhere\r\nContent-Type: text/html\r\n"
                      "Content-Length: 20\r\n\r\n<title>first</title>"}};
  const hostile_server second{hostile_script{.head = start + "Content-Length: 0\r\n\r\n"}};
  const hostile_server third{hostile_script::closes_at_once()};
  const auto result = sweep({first.url(), second.url(), third.url(), first.url(), "--json",
                             "--max-in-flight", "1", "--rate", "0"});
  CAPTURE(result.out);
  for (const char* part : {R"("server":"first")", R"("location":"/elsewhere")",
                           R"("title":"first")", R"("content_type":"text/html")"}) {
    CHECK(lines_with(result.out, part) == 2);
  }
  CHECK(lines_with(result.out, R"("body_bytes":0)") == 1);
  CHECK(lines_with(result.out, R"("status":"reset")") == 1);
  CHECK(lines_with(result.out, R"("status_code":302)") == 3);
}

TEST_CASE("with any status code expected, what a server answers is up") {
  MUSTER_NEED_NGINX();
  nginx_server nginx;
  const auto result =
      sweep({nginx.url("/missing"), nginx.url("/unavailable"), "--json", "--expect-status", "any"});
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status":"up")") == 2);
  CHECK(lines_with(result.out, R"("status_code":404)") == 1);
  CHECK(lines_with(result.out, R"("status_code":503)") == 1);
}

TEST_CASE("a redirect is reported, or followed when asked, or given up at the cap") {
  MUSTER_NEED_NGINX();
  nginx_server nginx;
  const auto reported = sweep({nginx.url("/redirect"), "--json"});
  CHECK(contains(reported.out, R"("status_code":302)"));
  CHECK(contains(reported.out, R"("location":)"));
  const auto followed = sweep({nginx.url("/redirect-twice"), "--max-redirects", "5", "--json"});
  CAPTURE(followed.out);
  CHECK(contains(followed.out, R"("status_code":200,"redirects":[302,302])"));
  CHECK(contains(followed.out, R"("url":")" + nginx.url("/") + "\""));
  const auto looping = sweep({nginx.url("/redirect-loop"), "--max-redirects", "5", "--json"});
  CHECK(contains(looping.out, R"("status":"protocol_error","reason":"too_many_redirects")"));
}

TEST_CASE("HEAD asks for no body") {
  MUSTER_NEED_NGINX();
  nginx_server nginx;
  const auto result = sweep({nginx.url("/big"), "--head", "--json"});
  CHECK(contains(result.out, R"("content_length":3145728)"));
  CHECK(contains(result.out, R"("body_bytes":0)"));
  CHECK(nginx.was_asked("HEAD /big 200"));
}

TEST_CASE("a body is read up to the cap") {
  MUSTER_NEED_NGINX();
  nginx_server nginx;
  const auto cut = sweep({nginx.url("/big"), "--json"});
  CHECK(contains(cut.out, R"("body_bytes":1048576,"body_truncated":true)"));
  const auto whole = sweep({nginx.url("/big"), "--max-body", "10MB", "--json"});
  CHECK(contains(whole.out, R"("body_bytes":3145728)"));
  CHECK_FALSE(contains(whole.out, "body_truncated"));
}

TEST_CASE("a path or a template makes URLs of hosts, with the right Host header") {
  MUSTER_NEED_NGINX();
  nginx_server nginx;
  const std::string port = std::to_string(nginx.port());
  const auto path = sweep({"127.0.0.1:" + port, "--http=/missing", "--json"});
  CHECK(contains(path.out, R"("status_code":404)"));
  const auto form = sweep({"localhost", "-4", "--http=http://{}:" + port + "/host", "--json"});
  CAPTURE(form.out);
  CHECK(contains(form.out, R"("status_code":200)"));
  CHECK(contains(form.out, R"("url":"http://localhost:)" + port + "/host\""));
  CHECK(nginx.was_asked("GET /host 200 \"muster/"));
}

TEST_CASE("a byte of urgent data in an answer is left out, and what follows it is read") {
  const hostile_server server{hostile_script::urgent_in_body()};
  const auto result = ask(server, {"--timeout", "5s"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.out, R"("title":"Now and then")"));
}

TEST_CASE("titles are told in UTF-8, whatever encoding they came in") {
  const std::string page =
      "<head><title>Caf\xe9 &raquo; &#8364;</title><meta charset=latin1></head>";
  const hostile_server server{
      hostile_script{.head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + page}};
  const auto result = ask(server);
  CAPTURE(result.out);
  CHECK(contains(result.out, "\"title\":\"Caf\xc3\xa9 \xc2\xbb \xe2\x82\xac\""));
}

TEST_CASE("a URL is asked for with what it may not hold encoded") {
  MUSTER_NEED_NGINX();
  nginx_server nginx;
  const auto result = sweep({nginx.url("/host?filter[name]={\xc3\xa4}|100%"), "--json"});
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, R"("status_code":200)"));
  CHECK(nginx.was_asked("GET /host?filter%5Bname%5D=%7B%C3%A4%7D%7C100%25 200"));
}

TEST_CASE("lines that are no headers are counted, and the answer stands") {
  const hostile_server server{hostile_script{
      .head = "HTTP/1.1 200 OK\nHTTP/1.1 200 OK\nServer : odd\nContent-Length: 2\n\nab"}};
  const auto result = ask(server);
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.out, R"("bad_header_lines":2})"));
}

TEST_CASE("every stalling point ends in a timeout that says which one it was") {
  struct row {
    hostile_script script;
    const char* reason;
  };
  for (const auto& [script, reason] : {row{hostile_script::silent(), "first_byte_timeout"},
                                       row{hostile_script::head_then_silence(), "transfer_timeout"},
                                       row{hostile_script::slow_bytes(), "transfer_timeout"},
                                       row{hostile_script::huge_length(), "transfer_timeout"}}) {
    hostile_server server{script};
    const auto result = ask(server, {"--timeout", "1500ms"});
    CAPTURE(reason, result.out, result.err);
    CHECK(contains(result.out, R"("status":"timeout","reason":")" + std::string{reason}));
    CHECK(result.wall < std::chrono::seconds{20});
  }
}

TEST_CASE("what is not HTTP, or breaks off, ends in a status word") {
  struct row {
    hostile_script script;
    const char* expected;
  };
  for (const auto& [script, expected] :
       {row{hostile_script::closes_at_once(), R"("status":"reset")"},
        row{hostile_script::resets_at_once(), R"("status":"reset","reason":"connection_reset")"},
        row{hostile_script::resets_in_body(), R"("status":"reset")"},
        row{hostile_script::truncated_body(), R"("status":"reset","reason":"closed_early")"},
        row{hostile_script::garbage(),
            R"("status":"protocol_error","reason":"malformed_response")"},
        row{hostile_script::endless_headers(),
            R"("status":"protocol_error","reason":"headers_too_large")"}}) {
    hostile_server server{script};
    const auto result = ask(server);
    CAPTURE(expected, result.out, result.err);
    CHECK(contains(result.out, expected));
    CHECK(result.exit_code == 1);
  }
}

TEST_CASE("an endless body stops at the cap, in bounded memory") {
  for (const auto& script : {hostile_script::endless_body(), hostile_script::endless_chunks()}) {
    hostile_server server{script};
    const auto result = ask(server);
    CAPTURE(result.out, result.err);
    CHECK(contains(result.out, R"("status":"up")"));
    CHECK(contains(result.out, R"("body_bytes":1048576,"body_truncated":true)"));
  }
}

TEST_CASE("control characters in a title never reach the terminal raw") {
  hostile_server server{hostile_script::control_title()};
  for (const char* format : {"--json", "--csv", "--no-progress"}) {
    const auto result = sweep({server.url(), format});
    CAPTURE(format, result.out);
    CHECK(contains(result.out, "200"));
    for (const char c : result.out) {
      const bool safe = static_cast<unsigned char>(c) >= 0x20 || c == '\n';
      CHECK(safe);
    }
  }
}

TEST_CASE("what the redirecting server said is not told of the URL that it led to") {
  const closed_port port;
  const std::string closed = port.text();
  hostile_server server{hostile_script::redirect_to("http://127.0.0.1:" + closed + "/next")};
  const auto result = ask(server, {"--max-redirects", "3"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"refused")"));
  CHECK(contains(result.out, ":" + closed + "/next\""));
  CHECK(contains(result.out, R"("redirects":[302])"));
  CHECK_FALSE(contains(result.out, "\"status_code\""));
  CHECK_FALSE(contains(result.out, "\"location\""));
}

TEST_CASE("a redirect to an excluded name is not followed, however it is written") {
  const std::pair<const char*, const char*> redirects[] = {
      {"http://localhost/", "LocalHost"},
      {"//LOCALHOST.:81/x", "LocalHost"},
      {"http://lOcalhost.?q", "LocalHost"},
      {"http://b\xc3\xbc"
       "cher.example/",
       "xn--bcher-kva.example"},
      {"//B%C3%9Ccher.example", "xn--bcher-kva.example"},
  };
  for (const auto& [location, excluded] : redirects) {
    CAPTURE(location);
    hostile_server server{hostile_script::redirect_to(location)};
    const auto result = ask(server, {"--max-redirects", "3", "--exclude", excluded});
    CAPTURE(result.out);
    CHECK(contains(result.out, R"("status":"skipped","reason":"excluded")"));
  }
}

TEST_CASE("a URL template of an excluded name is not asked") {
  const auto result =
      sweep({"127.0.0.1", "--http=http://localhost:1/{}", "--exclude", "localhost", "--json"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"skipped","reason":"excluded")"));
}

TEST_CASE("a redirect to the unspecified address does not lead to this machine") {
  for (const char* location :
       {"http://0.0.0.0/", "http://[::]/", "http://[::ffff:0.0.0.0]/", "//0.0.0.0:81/"}) {
    CAPTURE(location);
    hostile_server server{hostile_script::redirect_to(location)};
    const auto result = ask(server, {"--max-redirects", "3"});
    CAPTURE(result.out);
    CHECK(contains(result.out, R"("status":"skipped","reason":"unspecified_address")"));
  }
}

TEST_CASE("a redirect into an excluded range is not followed") {
  hostile_server server{hostile_script::redirect_to("http://127.9.9.9/")};
  const auto result = ask(server, {"--max-redirects", "3", "--exclude", "127.9.0.0/16"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"skipped","reason":"excluded")"));
  CHECK(contains(result.out, "\"url\":\"" + server.url() + "\""));
  CHECK(contains(result.out, R"("status_code":302)"));
  CHECK(contains(result.out, R"("location":"http://127.9.9.9/")"));
  CHECK_FALSE(contains(result.out, "\"redirects\""));
}

TEST_CASE("only redirects that were followed are listed") {
  struct row {
    const char* location;
    const char* expected;
  };
  for (const auto& [location, expected] :
       {row{"http://bad..name/", R"("reason":"bad_redirect")"},
        row{"http://127.0.0.1:99999/", R"("reason":"bad_redirect")"},
        row{"gopher://127.0.0.1/", R"("reason":"bad_redirect")"}}) {
    const hostile_server last{hostile_script::redirect_to(location)};
    const hostile_server first{hostile_script::redirect_to(last.url())};
    const auto result = sweep({last.url(), first.url(), "--max-redirects", "3", "--json"});
    CAPTURE(location, result.out);
    CHECK(lines_with(result.out, expected) == 2);
    CHECK(lines_with(result.out, "\"url\":\"" + last.url() + "\"") == 2);
    CHECK(lines_with(result.out, R"("status_code":302)") == 2);
    CHECK(lines_with(result.out, R"("redirects":[302])") == 1);
    CHECK(lines_with(result.out, R"("redirects")") == 1);
  }
}
