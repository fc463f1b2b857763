// Apache and lighttpd, as Debian has them, with pages of the test's own.
#include "cli/talk_peers.hpp"
#include "support/certificates.hpp"

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

using namespace muster::test;

namespace {

/// A directory with pages in it, and what both servers show of them, in the clear and over TLS.
class served_pages {
 public:
  /// `http://127.0.0.1:PORT` and the path.
  std::string plain(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::string secure(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(tls_port_) + path;
  }
  std::string file(const std::string& name) const { return directory_.file(name); }
  const own_certificate& tls() const { return tls_; }

 protected:
  served_pages() {
    std::filesystem::create_directories(directory_.path() / "pages");
    write_whole_file(file("pages/index.html"), "<!DOCTYPE html><title>Served</title>\n");
    write_whole_file(file("pages/state.json"), R"({"status":"ok","checks":[{"n":3}]})");
    write_whole_file(file("pages/big.txt"), std::string(100'000, 'b'));
    write_whole_file(file("own.pem"),
                     read_whole_file(tls_.key()) + read_whole_file(tls_.certificate()));
  }
  void start(std::vector<std::string> command) {
    give_to_nobody(directory_.path().string());
    server_.emplace(as_nobody(std::move(command)));
    if (!is_accepting(*server_, port_) || !is_accepting(*server_, tls_port_)) {
      throw std::runtime_error{"didn't start: " + server_->wait().err +
                               read_whole_file(file("error.log"))};
    }
  }
  std::string where() const { return directory_.path().string(); }
  std::uint16_t port() const { return port_; }
  std::uint16_t tls_port() const { return tls_port_; }

 private:
  const own_certificate tls_;
  const temporary_directory directory_;
  const std::uint16_t port_ = free_port();
  const std::uint16_t tls_port_ = free_port();
  std::optional<process> server_;
};

class apache_server : public served_pages {
 public:
  /// With further lines for the host that speaks TLS.
  explicit apache_server(const std::string& of_tls = {}) {
    std::ostringstream text;
    text << "ServerRoot " << where() << "\nDefaultRuntimeDir " << where()
         << "\nMutex file:" << where() << " default\nDocumentRoot " << where() << "/pages\n";
    for (const char* const name :
         {"mpm_event", "authz_core", "authz_user", "authn_core", "authn_file", "auth_basic",
          "alias", "mime", "dir", "filter", "deflate", "brotli", "setenvif", "http2", "ssl"}) {
      text << "LoadModule " << name << "_module /usr/lib/apache2/modules/mod_" << name << ".so\n";
    }
    for (const char* const path : {"packed", "pressed", "old", "private", "strict"})
      text << "Alias /" << path << ' ' << where() << "/pages\n";
    // The password is "secret".
    write_whole_file(file("users"), "me:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
    text << R"(ServerName localhost
PidFile apache.pid
ErrorLog error.log
TypesConfig /dev/null
AddType text/html .html
AddType text/plain .txt
AddType application/json .json
StartServers 1
Redirect 301 /moved /index.html
SetEnvIf Request_URI ^/old downgrade-1.0 force-response-1.0
<Location /packed>
  SetOutputFilter DEFLATE
</Location>
<Location /pressed>
  SetOutputFilter BROTLI_COMPRESS
</Location>
<Location /private>
  AuthType Basic
  AuthName muster
  AuthUserFile users
  Require valid-user
</Location>
Protocols h2c http/1.1
)"
         << "Listen 127.0.0.1:" << port() << "\nListen 127.0.0.1:" << tls_port()
         << "\n<VirtualHost 127.0.0.1:" << tls_port()
         << ">\nProtocols h2 http/1.1\nSSLEngine on\nSSLCertificateFile own.pem\n"
         << of_tls << "\n</VirtualHost>\n";
    write_whole_file(file("apache.conf"), text.str());
    start({"apache2", "-f", file("apache.conf"), "-D", "FOREGROUND"});
  }
};

class lighttpd_server : public served_pages {
 public:
  lighttpd_server() {
    std::ostringstream text;
    text << "server.document-root = \"" << where() << "/pages\"\nserver.errorlog = \""
         << file("error.log") << "\"\nserver.port = " << port() << R"(
server.bind = "127.0.0.1"
server.modules = ("mod_deflate", "mod_redirect", "mod_openssl")
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html", ".json" => "application/json", ".txt" => "text/plain")
url.redirect = ("^/moved$" => "/")
deflate.mimetypes = ("text/plain")
deflate.allowed-encodings = ("br", "deflate", "gzip")
)"
         << "$SERVER[\"socket\"] == \"127.0.0.1:" << tls_port()
         << "\" {\n  ssl.engine = \"enable\"\n  ssl.pemfile = \"" << file("own.pem") << "\"\n}\n";
    write_whole_file(file("lighttpd.conf"), text.str());
    start({"lighttpd", "-D", "-f", file("lighttpd.conf")});
  }
};

struct expected {
  std::string path;
  std::vector<std::string> options;
  std::string outcome;
  std::vector<const char*> said;
};

/// Over HTTP/1.1 and HTTP/2, in the clear and over TLS.
void check(const served_pages& server, const std::vector<expected>& all) {
  for (const expected& one : all) {
    for (const bool is_secure : {false, true}) {
      for (const std::string version : {"1.1", "2"}) {
        std::vector<std::string> words{is_secure ? server.secure(one.path) : server.plain(one.path),
                                       "--json",
                                       "--http-versions",
                                       version,
                                       "--ca-file",
                                       server.tls().certificate()};
        words.insert(words.end(), one.options.begin(), one.options.end());
        const auto result = sweep(words);
        CAPTURE(one.path, one.options, is_secure, version, result.out, result.err);
        CHECK(contains(result.out, R"("status":)" + one.outcome));
        for (const char* const part : one.said)
          CHECK(contains(result.out, part));
        CHECK(contains(result.out, R"("version":")" + version + '"'));
      }
    }
  }
}

std::vector<expected> what_both_do() {
  return {
      {"/", {}, R"("up")", {R"("status_code":200,"title":"Served")", R"("body_bytes":37)"}},
      {"/", {"--head"}, R"("up")", {R"("status_code":200)", R"("body_bytes":0)"}},
      {"/none", {}, R"("mismatch","reason":"status_not_expected")", {R"("status_code":404)"}},
      {"/", {"--header", "If-None-Match: *"}, R"("up")", {R"("status_code":304)"}},
      {"/", {"--header", "Range: bytes=0-9"}, R"("up")", {R"(:206)", R"("body_bytes":10)"}},
      {"/moved", {}, R"("up")", {R"("status_code":301)", R"("location":)"}},
      {"/moved", {"--max-redirects", "1"}, R"("up")", {R"("redirects":[301])", "Served"}},
      {"/", {"--expect-body", "<title>"}, R"("up")", {}},
      {"/", {"--expect-header", "content-type: ^text/html$"}, R"("up")", {}},
      {"/", {"--reject-header", "Server: ."}, R"("mismatch","reason":"header_not_expected")", {}},
      {"/state.json", {"--expect-json", "/checks/0/n=3"}, R"("up")", {}},
      {"/big.txt", {"--max-body", "10k"}, R"("up")", {R"(10240,"body_truncated":true)"}},
  };
}

}  // namespace

TEST_CASE("Apache's pages are up in every version, with what is checked of them") {
  MUSTER_NEED_OPENSSL();
  if (!has_program("apache2")) MUSTER_SKIP("apache2-bin is not installed");
  const apache_server server;
  auto all = what_both_do();
  all.insert(all.end(), {{"/packed/big.txt",
                          {"--compressed", "--expect-size", "100000-100000"},
                          R"("up")",
                          {R"("content_encoding":"gzip","decoded_bytes":100000)"}},
                         {"/pressed/big.txt",
                          {"--compressed"},
                          R"("up")",
                          {R"("content_encoding":"br","decoded_bytes":100000)"}},
                         {"/private/",
                          {},
                          R"("mismatch","reason":"status_not_expected")",
                          {R"("status_code":401,"title":"401 Unauthorized")"}}});
  check(server, all);
  write_whole_file(server.file("password"), "me:secret");
  const auto let_in =
      sweep({server.plain("/private/"), "--basic-auth", server.file("password"), "--json"});
  CHECK(contains(let_in.out, R"("status":"up")"));
  const auto old = sweep({server.plain("/old/"), "--json"});
  CAPTURE(old.out);
  CHECK(contains(old.out, R"("version":"1.0","status_code":200,"title":"Served")"));
  const auto trace = sweep({server.plain("/"), "--method", "TRACE", "--expect-body", "^TRACE / H"});
  CAPTURE(trace.out);
  CHECK(trace.exit_code == 0);
}

TEST_CASE("lighttpd's pages are up in every version, with what is checked of them") {
  MUSTER_NEED_OPENSSL();
  if (!has_program("lighttpd") || ::access("/usr/lib/lighttpd/mod_openssl.so", R_OK) != 0) {
    MUSTER_SKIP("lighttpd-mod-openssl is not installed");
  }
  const lighttpd_server server;
  auto all = what_both_do();
  for (const auto& [asked, coding] :
       {std::pair{"br", R"("br")"}, {"deflate", R"("deflate")"}, {"gzip", R"("gzip")"}}) {
    all.push_back({"/big.txt",
                   {"--header", std::string{"Accept-Encoding: "} + asked},
                   R"("up")",
                   {R"("decoded_bytes":100000)", coding}});
  }
  check(server, all);
}

TEST_CASE("Apache that wants a certificate from the first byte, or for some pages, is shown one") {
  MUSTER_NEED_OPENSSL();
  if (!has_program("apache2")) MUSTER_SKIP("apache2-bin is not installed");
  const temporary_directory directory;
  const certificate authority{{.common_name = "Clients", .is_authority = true}};
  const certificate client{{.common_name = "client"}, authority};
  const std::string ca = directory.file("clients.pem");
  const std::string shown = directory.file("client.pem");
  write_whole_file(ca, authority.pem());
  write_whole_file(shown, client.pem_with_key());
  REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
  const std::string relied_on = "SSLCACertificateFile " + ca + "\nSSLVerifyDepth 1\n";
  const auto ask = [&](const apache_server& server, const std::string& path,
                       std::vector<std::string> more) {
    more.insert(more.begin(), {server.secure(path), "--insecure", "--json"});
    return sweep(std::move(more)).out;
  };

  const apache_server strict{relied_on + "SSLVerifyClient require"};
  const std::string unknown = ask(strict, "/", {});
  CAPTURE(unknown);
  CHECK(contains(unknown, R"("status":"tls_error","reason":"client_certificate_required")"));
  CHECK(contains(ask(strict, "/", {"--cert", shown}), R"("title":"Served")"));
  const std::string stranger = ask(strict, "/", {"--cert", strict.file("own.pem")});
  CAPTURE(stranger);
  CHECK(contains(stranger, R"("status":"tls_error","reason":"client_certificate_refused")"));

  // What is asked for is known only after the handshake: HTTP/2 gives way (RFC 8740), and TLS 1.3
  // asks for it then. TLS 1.2 would have to begin anew.
  const std::string in_part =
      relied_on + "<Location /strict>\n  SSLVerifyClient require\n</Location>\n";
  const apache_server partly{in_part};
  CHECK(contains(ask(partly, "/", {}), R"("version":"2")"));
  const std::string later = ask(partly, "/strict/", {"--cert", shown});
  CAPTURE(later);
  CHECK(contains(later, R"("version":"1.1","status_code":200,"title":"Served")"));
  const std::string none = ask(partly, "/strict/", {});
  CAPTURE(none);
  CHECK(contains(none, R"("status_code":403)"));
  const apache_server anew{in_part + "SSLProtocol TLSv1.2\n"};
  const std::string refused = ask(anew, "/strict/", {"--cert", shown});
  CAPTURE(refused);
  CHECK_FALSE(contains(refused, R"("status":"up")"));
  CHECK(contains(refused, R"("version":"TLSv1.2")"));
}
