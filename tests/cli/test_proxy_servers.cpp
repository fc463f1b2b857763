// HAProxy before servers that are well, dead, silent or no servers of HTTP at all.
#include "cli/talk_peers.hpp"
#include "support/certificates.hpp"
#include "support/hostile_server.hpp"

#include <array>
#include <sstream>
#include <string>
#include <vector>

using namespace muster::test;

namespace {

/// It listens in the clear, over TLS, for HTTP/2 in the clear, for those whom it turns away at
/// once, and for those with a certificate.
class haproxy_server {
 public:
  haproxy_server(const own_certificate& tls, const hostile_server& well,
                 const hostile_server& garbage, const hostile_server& silent,
                 const closed_port& dead) {
    const std::string own = directory_.file("own.pem");
    write_whole_file(own, read_whole_file(tls.key()) + read_whole_file(tls.certificate()));
    for (std::uint16_t& port : ports_)
      port = free_port();
    std::ostringstream text;
    text << R"(defaults
  mode http
  retries 0
  timeout connect 1s
  timeout client 20s
  timeout server 500ms
  timeout http-request 300ms
  timeout tarpit 100ms
frontend web
  http-request deny deny_status 429 if { path /limited }
  http-request deny deny_status 408 if { path /late }
  http-request reject if { path /rejected }
  http-request tarpit deny_status 500 if { path /tarpit }
  http-request return status 200 content-type "text/html" string "<title>Itself</title>" if { path /own }
  use_backend none if { path /none }
  use_backend garbage if { path /garbage }
  use_backend silent if { path /silent }
  default_backend well
)" << bind(0)
         << bind(1) << " ssl crt " << own << " alpn h2,http/1.1" << bind(2) << " proto h2"
         << backend("well", well.port()) << backend("garbage", garbage.port())
         << backend("silent", silent.port()) << backend("none", dead.number())
         << "\nfrontend turned_away\n  mode tcp\n  tcp-request connection reject" << bind(3)
         << "\nfrontend known" << bind(4) << " ssl crt " << own << " ca-file " << tls.certificate()
         << " verify required alpn h2,http/1.1\n  http-request return status 200\n";
    write_whole_file(directory_.file("haproxy.cfg"), text.str());
    server_.emplace(
        std::vector<std::string>{"haproxy", "-db", "-f", directory_.file("haproxy.cfg")});
    for (const std::uint16_t port : ports_) {
      if (!is_accepting(*server_, port))
        throw std::runtime_error{"haproxy didn't start: " + server_->wait().err};
    }
  }

  std::string plain() const { return "http://127.0.0.1:" + port(0); }
  std::string secure() const { return "https://127.0.0.1:" + port(1); }
  std::string prior() const { return "http://127.0.0.1:" + port(2); }
  std::string turned_away() const { return port(3); }
  std::string known() const { return "https://127.0.0.1:" + port(4); }
  /// A certificate that it takes.
  std::string own() const { return directory_.file("own.pem"); }
  std::string port(std::size_t which) const { return std::to_string(ports_[which]); }

 private:
  std::string bind(std::size_t which) const { return "\n  bind 127.0.0.1:" + port(which); }
  static std::string backend(const std::string& name, std::uint16_t port) {
    return "\nbackend " + name + "\n  server one 127.0.0.1:" + std::to_string(port);
  }

  temporary_directory directory_;
  std::array<std::uint16_t, 5> ports_{};
  std::optional<process> server_;
};

}  // namespace

TEST_CASE("what HAProxy says for servers behind it, or in their place, is told, in every version") {
  MUSTER_NEED_OPENSSL();
  if (!has_program("haproxy")) MUSTER_SKIP("haproxy is not installed");
  const own_certificate tls;
  const hostile_server well{
      hostile_script{.head = "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n<title>Well</title>"}};
  const hostile_server garbage{hostile_script::garbage()};
  const hostile_server silent{hostile_script::silent()};
  const closed_port dead;
  const haproxy_server proxy{tls, well, garbage, silent, dead};
  struct expected {
    const char* path;
    const char* said;
  };
  const std::array pages{
      expected{"/", R"("status_code":200,"title":"Well")"},
      expected{"/own", R"("status_code":200,"title":"Itself")"},
      expected{"/limited", R"("status_code":429)"},
      expected{"/late", R"("status_code":408)"},
      expected{"/tarpit", R"("status_code":500)"},
      expected{"/none", R"("status_code":503)"},
      expected{"/garbage", R"("status_code":502)"},
      expected{"/silent", R"("status_code":504)"},
  };
  struct way {
    std::string url;
    const char* versions;
    const char* version;
    const char* rejected;
  };
  const std::vector<way> ways{{proxy.plain(), "1.1", R"("version":"1.1")", "closed_early"},
                              {proxy.secure(), "1.1", R"("version":"1.1")", "closed_early"},
                              {proxy.secure(), "1.1,2", R"("version":"2")", "stream_reset"},
                              {proxy.prior(), "2", R"("version":"2")", "stream_reset"}};
  for (const way& each : ways) {
    const auto ask = [&](const std::string& path) {
      return sweep({each.url + path, "--http-versions", each.versions, "--ca-file",
                    tls.certificate(), "--json"})
          .out;
    };
    for (const auto& [path, said] : pages) {
      const std::string record = ask(path);
      CAPTURE(each.url, path, record);
      CHECK(contains(record, said));
      CHECK(contains(record, each.version));
      const bool is_up = contains(said, ":200");
      CHECK(contains(record, is_up ? R"("status":"up")" : R"("reason":"status_not_expected")"));
    }
    const std::string rejected = ask("/rejected");
    CAPTURE(each.url, rejected);
    CHECK(contains(rejected, R"("status":"reset","reason":")" + std::string{each.rejected}));
  }

  const auto slow = sweep({"127.0.0.1", "--json", "--talk",
                           proxy.port(0) + R"(=write GET / HTTP/1.1\r\n; expect ^HTTP/1.1 408)"});
  CAPTURE(slow.out);
  CHECK(contains(slow.out, R"("banner":"HTTP/1.1 408 Request Time-out")"));
  const auto away = sweep({"http://127.0.0.1:" + proxy.turned_away() + "/", "--json"});
  CAPTURE(away.out);
  CHECK(contains(away.out, R"("status":"reset")"));
  // Its port is open all the same, whether or not the reset is there before anybody looks.
  for (int i = 0; i < 10; ++i) {
    const auto open = sweep({"127.0.0.1", "--tcp", proxy.turned_away(), "--json"});
    CAPTURE(i, open.out);
    CHECK(contains(open.out, R"("status":"up","rtt_ms":)"));
  }
  const auto unknown = sweep({proxy.known(), "--insecure", "--json"});
  CAPTURE(unknown.out);
  CHECK(contains(unknown.out, R"("status":"tls_error","reason":"client_certificate_required")"));
  const auto known = sweep({proxy.known(), "--insecure", "--cert", proxy.own(), "--json"});
  CAPTURE(known.out);
  CHECK(contains(known.out, R"("version":"2","status_code":200)"));
}
