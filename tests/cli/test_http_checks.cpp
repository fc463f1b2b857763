// What an answer is held against, and what a request can be.
#include "cli/sweep.hpp"
#include "support/hostile_server.hpp"
#include "support/nginx_server.hpp"

#include <utility>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

hostile_script answering(const std::string& headers, const std::string& body) {
  return {.head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                  headers + "\r\n" + body};
}

std::string ask(const hostile_server& server, std::vector<std::string> more) {
  more.insert(more.begin(), {server.url(), "--timeout", "20s", "--json"});
  const auto result = sweep(std::move(more));
  return result.out + result.err;
}

/// Answers with the request that it got, to look at.
class echoing_server {
 public:
  echoing_server()
      : port_{free_port()},
        python_{{"python3", "-c",
                 "import http.server,sys\n"
                 "class H(http.server.BaseHTTPRequestHandler):\n"
                 " protocol_version='HTTP/1.1'\n"
                 " def any(self):\n"
                 "  n=int(self.headers.get('Content-Length',0)); b=self.rfile.read(n)\n"
                 "  if self.path.startswith('/to'):\n"
                 "   self.send_response(int(self.path[3:6]))\n"
                 "   self.send_header('Location',self.path[6:]); t=b''\n"
                 "  else:\n"
                 "   self.send_response(200)\n"
                 "   t=('<title>'+self.command+' '+b.decode()+'|'+'|'.join(k+'='+v for k,v in "
                 "self.headers.items())+'</title>').encode()\n"
                 "  self.send_header('Content-Length',str(len(t))); self.end_headers()\n"
                 "  self.wfile.write(t)\n"
                 " def __getattr__(self,n):\n"
                 "  if n.startswith('do_'): return self.any\n"
                 "  raise AttributeError(n)\n"
                 " def log_message(self,*a): pass\n"
                 "s=http.server.ThreadingHTTPServer(('127.0.0.1'," +
                     std::to_string(port_) +
                     "),H)\n"
                     "print('ready',flush=True)\n"
                     "s.serve_forever()\n"}} {
    python_.wait_for_output("ready", 10s);
  }
  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  std::uint16_t port_;
  process python_;
};

}  // namespace

#define MUSTER_NEED_PYTHON() \
  if (!has_program("python3")) MUSTER_SKIP("python3 is not installed")

TEST_CASE("a body is up when it is as expected, and a mismatch that names the check when not") {
  const hostile_server server{
      answering("X-State: green\r\nX-State: shared\r\n",
                R"({"status":"ok","n":3,"deep":[{"a/b":null}],"no":false})")};
  struct row {
    std::vector<std::string> checks;
    const char* reason;  // "" for up
  };
  for (const row& one : {
           row{{"--expect-body", "\"ok\""}, ""},
           row{{"--expect-body", "^\\{.*\\}$", "--expect-body", "nothing"}, "body_not_expected"},
           row{{"--reject-body", "error|fail"}, ""},
           row{{"--reject-body", "ok"}, "body_not_expected"},
           row{{"--expect-header", "x-state: ^green$"}, ""},
           row{{"--expect-header", "X-State: shared"}, ""},
           row{{"--expect-header", "X-State: ^red$"}, "header_not_expected"},
           row{{"--expect-header", "X-Other:"}, "header_not_expected"},
           row{{"--reject-header", "X-Other:"}, ""},
           row{{"--reject-header", "X-State: shar"}, "header_not_expected"},
           row{{"--expect-json", "/status=ok"}, ""},
           row{{"--expect-json", "/n=3", "--expect-json", "/n=3.0"}, ""},
           row{{"--expect-json", "/deep/0/a~1b=null", "--expect-json", "/no=false"}, ""},
           row{{"--expect-json", "/deep/0"}, ""},
           row{{"--expect-json", "/deep/1"}, "json_not_expected"},
           row{{"--expect-json", "/n=4"}, "json_not_expected"},
           row{{"--expect-json", "/status=\"ok\""}, ""},
           row{{"--expect-version", "1.1"}, ""},
           row{{"--expect-version", "1.0"}, "version_not_expected"},
           row{{"--expect-size", "10-100"}, ""},
           row{{"--expect-size", "-10"}, "size_not_expected"},
           row{{"--expect-size", "1k-"}, "size_not_expected"},
       }) {
    const std::string out = ask(server, one.checks);
    CAPTURE(one.checks, out);
    if (std::string_view{one.reason}.empty()) {
      CHECK(contains(out, R"("status":"up")"));
      CHECK_FALSE(contains(out, "failed_check"));
    } else {
      CHECK(contains(out, R"("status":"mismatch","reason":")" + std::string{one.reason} + '"'));
      CHECK(contains(out, R"("failed_check":")"));
    }
  }
  const auto text = sweep({server.url(), "--expect-body", "nothing"});
  CHECK(contains(text.out, "body_not_expected (--expect-body nothing) 200"));
}

TEST_CASE("a check that can't be meant is refused before anything is asked") {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--expect-body", "("},
                                                {"--expect-header", "no name"},
                                                {"--expect-header", ":x"},
                                                {"--expect-json", "status=ok"},
                                                {"--expect-version", "3"},
                                                {"--expect-size", "9-1"},
                                                {"--header", "a\r\nb: c"},
                                                {"--header", "Content-Length: 5"},
                                                {"--method", "GE T"},
                                                {"--basic-auth", "env:MUSTER_NO_SUCH_VARIABLE"},
                                                {"--basic-auth", "/nowhere"},
                                                {"--body", "@/nowhere"},
                                                {"--bearer", "/"}}) {
    std::vector<std::string> all{"http://127.0.0.1:1/"};
    all.insert(all.end(), wrong.begin(), wrong.end());
    const auto result = sweep(all);
    CAPTURE(wrong, result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
  }
}

TEST_CASE("JSON that is none, or nested without end, is a mismatch") {
  for (const std::string& body : {std::string{"not JSON"}, std::string(900'000, '['),
                                  std::string{"{\"a\":1"}, std::string{}}) {
    const hostile_server server{answering("", body)};
    const std::string out = ask(server, {"--expect-json", "/a=1"});
    CAPTURE(out);
    CHECK(contains(out, R"("reason":"json_not_expected")"));
  }
}

TEST_CASE("a request is sent as it was asked for") {
  MUSTER_NEED_PYTHON();
  const echoing_server server;
  temporary_directory directory;
  write_whole_file(directory.file("body"), "from a file");
  const auto result =
      sweep({server.url(), "--body", "@" + directory.file("body"), "--header", "X-One: 1",
             "--header", "Host: other.example", "--header", "Accept: text/x", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, "POST from a file|"));
  CHECK(contains(result.out, "|X-One=1"));
  CHECK(contains(result.out, "Host=other.example"));
  CHECK(contains(result.out, "Accept=text/x"));
  CHECK_FALSE(contains(result.out, "*/*"));
  CHECK(contains(sweep({server.url(), "--method", "PATCH", "--body", "x"}).out, "PATCH x|"));
  CHECK(contains(sweep({server.url(), "--method", "OPTIONS"}).out, "OPTIONS |"));
  CHECK(contains(sweep({server.url(), "--compressed", "--json"}).out,
                 "Accept-Encoding=gzip, deflate, br, zstd"));
}

TEST_CASE("redirects change a request as clients do it, and secrets stay with their host") {
  MUSTER_NEED_PYTHON();
  const echoing_server server;
  const echoing_server other;
  temporary_directory directory;
  write_whole_file(directory.file("secret"), "me:pass word\n");
  const auto asked = [&](const std::string& path) {
    return sweep({server.url(path), "--max-redirects", "3", "--body", "b", "--basic-auth",
                  directory.file("secret"), "--header", "Cookie: c=1", "--header", "X-Two: 2",
                  "--json"})
        .out;
  };
  CHECK(contains(asked("/"), "Authorization=Basic bWU6cGFzcyB3b3Jk"));
  CHECK(contains(asked("/to302/x"), "GET |"));
  CHECK(contains(asked("/to302/x"), "Authorization=Basic"));
  CHECK(contains(asked("/to303/x"), "GET |"));
  CHECK(contains(asked("/to307/x"), "POST b|"));
  const std::string elsewhere = asked("/to307" + other.url());
  CAPTURE(elsewhere);
  CHECK(contains(elsewhere, "POST b|"));
  CHECK(contains(elsewhere, "X-Two=2"));
  CHECK_FALSE(contains(elsewhere, "Authorization="));
  CHECK_FALSE(contains(elsewhere, "Cookie="));
}

TEST_CASE("no secret is shown where others could see it") {
  MUSTER_NEED_PYTHON();
  const hostile_server server{answering("", "ok")};
  process_options options;
  options.environment = {"MUSTER_TEST_TOKEN=tell-nobody"};
  temporary_directory directory;
  const auto result =
      sweep({server.url(), "--bearer", "env:MUSTER_TEST_TOKEN", "--json", "-o",
             directory.file("page.html"), "--summary", directory.file("summary.json")},
            options);
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK_FALSE(contains(result.out + result.err, "tell-nobody"));
  CHECK_FALSE(contains(read_whole_file(directory.file("page.html")), "tell-nobody"));
  CHECK_FALSE(contains(read_whole_file(directory.file("summary.json")), "tell-nobody"));
}

TEST_CASE("a body in a coding is looked at without it") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx{{}, "gzip on; gzip_min_length 1; gzip_types text/html text/plain;"};
  const auto result = sweep({nginx.url(), "--compressed", "--expect-body", "Present", "--json"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.out, R"("title":"A muster of nginx")"));
  CHECK(contains(result.out, R"("content_encoding":"gzip")"));
  const auto large = sweep({nginx.url("/big"), "--compressed", "--max-body", "10k", "--json"});
  CHECK(contains(large.out, R"("body_truncated":true)"));
  CHECK(contains(large.out, R"("decoded_bytes":10240)"));
  const hostile_server liar{answering("Content-Encoding: gzip\r\n", "plain text")};
  const char* const broken = R"("status":"protocol_error","reason":"malformed_body")";
  CHECK(contains(ask(liar, {"--compressed"}), broken));
  CHECK(contains(ask(liar, {"--expect-body", "text"}), broken));
  CHECK(contains(ask(liar, {}), R"("status":"up")"));
}
