#include "cli/sweep.hpp"
#include "cli/talk_peers.hpp"
#include "support/certificates.hpp"
#include "support/nginx_server.hpp"

#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace muster::test;

namespace {

/// A socket at a path, where nobody accepts.
class socket_file {
 public:
  explicit socket_file(std::string path, int kind = SOCK_STREAM)
      : path_{std::move(path)}, socket_{::socket(AF_UNIX, kind | SOCK_CLOEXEC, 0)} {
    sockaddr_un own{};
    own.sun_family = AF_UNIX;
    path_.copy(own.sun_path, sizeof own.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
  }
  socket_file(const socket_file&) = delete;
  socket_file& operator=(const socket_file&) = delete;
  ~socket_file() { ::close(socket_); }
  int get() const { return socket_; }

 private:
  std::string path_;
  int socket_;
};

}  // namespace

TEST_CASE("a real server at a Unix socket is asked, whatever host the URL names") {
  MUSTER_NEED_NGINX();
  const temporary_directory directory;
  const std::string path = directory.file("www.sock");
  const nginx_server nginx{"", "listen unix:" + path + ";"};
  const auto result = sweep({"http://shop.example/host", "http://10.0.0.1/host", "--unix-socket",
                             path, "--json", "--expect-body", "^(shop\\.example|10\\.0\\.0\\.1)$"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status":"up")") == 2);
  CHECK(lines_with(result.out, R"("unix_socket":")" + path + '"') == 2);
  CHECK_FALSE(contains(result.out, R"("address")"));
  CHECK_FALSE(contains(result.out, "resolve_ms"));
  CHECK(lines_with(result.out, R"("connect_ms":)") == 2);
  CHECK(nginx.was_asked("GET /host 200"));
  const auto led = sweep({"http://shop.example/redirect-twice", "--unix-socket", path, "--json",
                          "--max-redirects", "3"});
  CHECK(contains(led.out, R"("status_code":200,"redirects":[302,302])"));
  const auto excluded = sweep({"10.9.9.9", "--http=http://shop.example/", "--unix-socket", path,
                               "--json", "--exclude", "shop.example"});
  CHECK(contains(excluded.out, R"("status":"skipped","reason":"excluded")"));
}

TEST_CASE("TLS and HTTP/2 are spoken over a Unix socket as over others") {
  MUSTER_NEED_NGINX();
  const temporary_directory directory;
  const std::string path = directory.file("tls.sock");
  const certificate own{{.common_name = "x", .names = {"DNS:shop.example"}}};
  const nginx_server nginx{own.pem_with_key(), "listen unix:" + path + " ssl http2;", "ssl http2"};
  const auto result =
      sweep({"https://shop.example/", "--unix-socket", path, "--insecure", "--json"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.out, R"("alpn":"h2")"));
  CHECK(contains(result.out, R"("server_name":"shop.example")"));
  const auto other = sweep({"https://other.example/", "--unix-socket", path, "--json"});
  CHECK(contains(other.out, "hostname_mismatch"));
}

TEST_CASE("each row may have a Unix socket of its own") {
  MUSTER_NEED_NGINX();
  const temporary_directory directory;
  const std::string one = directory.file("one.sock");
  const nginx_server nginx{"", "listen unix:" + one + ";"};
  process_options rows;
  rows.input =
      "url,unix_socket\nhttp://a/," + one + "\nhttp://b/," + directory.file("two.sock") + "\n";
  const auto result = sweep({"-iL", "-", "--json"}, rows);
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(lines_with(result.out, R"("reason":"no_such_socket")") == 1);
}

TEST_CASE("a Unix socket that nobody answers at says why") {
  const temporary_directory directory;
  const socket_file idle{directory.file("idle")};
  const socket_file datagrams{directory.file("datagrams"), SOCK_DGRAM};
  const socket_file silent{directory.file("silent")};
  REQUIRE(::listen(silent.get(), 1) == 0);
  write_whole_file(directory.file("file"), "text");
  struct row {
    const char* name;
    const char* expected;
  };
  for (const row& one : {row{"idle", R"("status":"refused","reason":"connection_refused")"},
                         row{"file", R"("status":"refused","reason":"connection_refused")"},
                         row{"datagrams", R"("status":"refused","reason":"connection_refused")"},
                         row{"none", R"("status":"refused","reason":"no_such_socket")"},
                         row{"file/below", R"("status":"refused","reason":"no_such_socket")"},
                         row{"silent", R"("status":"timeout","reason":"first_byte_timeout")"}}) {
    const auto result = sweep(
        {"http://a/", "--unix-socket", directory.file(one.name), "--json", "--timeout", "500ms"});
    CAPTURE(one.name, result.out, result.err);
    CHECK(result.exit_code == 1);
    CHECK(contains(result.out, one.expected));
  }
  const auto text = sweep({"http://a/", "--unix-socket", directory.file("none")});
  CHECK(contains(text.out, "no_such_socket at " + directory.file("none")));
}

TEST_CASE("a Unix socket that this user may not connect to is this machine's own fault") {
  const temporary_directory directory;
  const socket_file closed{directory.file("closed")};
  REQUIRE(::listen(closed.get(), 1) == 0);
  REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(directory.file("closed").c_str(), 0600) == 0);
  if (::geteuid() != 0) MUSTER_SKIP("needs another user to be refused");
  const auto result = run(as_nobody(
      muster_command({"sweep", "http://a/", "--unix-socket", directory.file("closed"), "--json"})));
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, R"("status":"local_error","reason":"permission_denied")"));
}

TEST_CASE("a Unix socket whose owner takes nobody out of its queue refuses once that is full") {
  const temporary_directory directory;
  const socket_file crowded{directory.file("crowded")};
  REQUIRE(::listen(crowded.get(), 0) == 0);
  const auto result =
      sweep({"http://a/", "http://b/", "http://c/", "--unix-socket", directory.file("crowded"),
             "--json", "--timeout", "2s", "--max-per-host", "0"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("reason":"first_byte_timeout")") == 1);
  CHECK(lines_with(result.out, R"("status":"refused","reason":"connection_refused")") == 2);
  CHECK(result.wall < std::chrono::seconds{30});
}

TEST_CASE("a path that no socket can have is refused before anything is asked") {
  for (const std::string& path : {std::string{}, std::string(108, 'p')}) {
    const auto result = sweep({"http://a/", "--unix-socket", path});
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "--unix-socket"));
  }
}
