#include "cli/talk_peers.hpp"

#include <csignal>
#include <sstream>
#include <string>
#include <vector>

using namespace muster::test;

namespace {

process_result talk(const std::string& dialogue, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"127.0.0.1", "--talk", dialogue, "--json"});
  return sweep(std::move(more));
}

/// `NAME:PORT`
std::string at(const std::string& name, std::uint16_t port) {
  return name + ':' + std::to_string(port);
}

}  // namespace

TEST_CASE("a real sshd tells its version") {
  if (!has_program("sshd") || !has_program("setpriv"))
    MUSTER_SKIP("openssh-server is not installed");
  const temporary_directory directory;
  const std::string key = directory.file("key");
  const std::uint16_t port = free_port();
  REQUIRE(run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key}).exit_code == 0);
  const std::string configuration = directory.file("sshd_config");
  write_whole_file(configuration, "ListenAddress 127.0.0.1\nHostKey " + key +
                                      "\nPidFile none\nUsePAM no\nPort " + std::to_string(port) +
                                      "\n");
  give_to_nobody(directory.path().string());
  process server{as_nobody({"/usr/sbin/sshd", "-D", "-e", "-f", configuration})};
  if (!is_accepting(server, port)) FAIL("sshd didn't start: " << server.wait().err);
  const auto result = talk(at("ssh", port));
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("banner":"SSH-2.0-OpenSSH_)"));
}

TEST_CASE("a real Redis answers, with and without a password and TLS") {
  MUSTER_NEED_OPENSSL();
  if (!has_program("redis-server")) MUSTER_SKIP("redis-server is not installed");
  const own_certificate tls;
  const temporary_directory directory;
  const std::uint16_t port = free_port();
  const std::uint16_t tls_port = free_port();
  for (const char* password : {"", "secret"}) {
    process server{{"redis-server",
                    "--bind",
                    "127.0.0.1",
                    "--port",
                    std::to_string(port),
                    "--tls-port",
                    std::to_string(tls_port),
                    "--tls-cert-file",
                    tls.certificate(),
                    "--tls-key-file",
                    tls.key(),
                    "--tls-ca-cert-file",
                    tls.certificate(),
                    "--tls-auth-clients",
                    "no",
                    "--save",
                    "",
                    "--dir",
                    directory.path().string(),
                    "--requirepass",
                    password}};
    if (!is_accepting(server, port)) FAIL("redis-server didn't start: " << server.wait().out);
    const auto plain = talk(at("redis", port));
    CAPTURE(password, plain.out, plain.err);
    CHECK(plain.exit_code == 0);
    CHECK(contains(plain.out, *password == '\0' ? R"("banner":"+PONG")" : R"("banner":"-NOAUTH )"));
    const auto secure = talk(at("redis+tls", tls_port), {"--ca-file", tls.certificate()});
    CAPTURE(secure.out, secure.err);
    CHECK(secure.exit_code == 0);
    CHECK(contains(secure.out, R"("tls":{"version":"TLSv1.3")"));
  }
}

TEST_CASE("a real PostgreSQL says whether it speaks TLS, and does") {
  MUSTER_NEED_OPENSSL();
  const auto found = run({"sh", "-c", "ls -d /usr/lib/postgresql/*/bin | tail -1"});
  if (found.out.empty() || !has_program("setpriv")) MUSTER_SKIP("postgresql is not installed");
  const std::string programs = found.out.substr(0, found.out.find('\n')) + '/';
  const own_certificate tls;
  const temporary_directory directory;
  const std::string data = directory.file("data");
  give_to_nobody(directory.path().string());
  const auto made =
      run(as_nobody({programs + "initdb", "-D", data, "-N", "-A", "trust", "-U", "muster"}), {},
          std::chrono::seconds{100});
  CAPTURE(made.out, made.err);
  REQUIRE(made.exit_code == 0);
  write_whole_file(data + "/server.crt", read_whole_file(tls.certificate()));
  write_whole_file(data + "/server.key", read_whole_file(tls.key()));
  REQUIRE(run({"chmod", "600", data + "/server.key"}).exit_code == 0);
  give_to_nobody(data);
  for (const char* ssl : {"off", "on"}) {
    const std::uint16_t port = free_port();
    process server{
        as_nobody({programs + "postgres", "-D", data, "-h", "127.0.0.1", "-p", std::to_string(port),
                   "-k", "", "-F", "-c", std::string{"ssl="} + ssl})};
    if (!is_accepting(server, port)) FAIL("postgres didn't start: " << server.wait().err);
    const bool has_tls = ssl == std::string{"on"};
    const auto plain = talk(at("postgres", port));
    CAPTURE(ssl, plain.out, plain.err);
    CHECK(plain.exit_code == 0);
    CHECK(contains(plain.out, has_tls ? R"("banner":"S")" : R"("banner":"N")"));
    const auto secure = talk(at("postgres+starttls", port), {"--ca-file", tls.certificate()});
    CAPTURE(secure.out);
    CHECK(secure.exit_code == (has_tls ? 0 : 1));
    CHECK(contains(secure.out, has_tls ? R"("tls":{"version":"TLSv1.3")"
                                       : R"("reason":"answer_not_expected")"));
    server.send_signal(SIGINT);
    server.wait();
  }
}

TEST_CASE("a real Dovecot is logged out of, in the clear and in TLS of both kinds") {
  MUSTER_NEED_OPENSSL();
  if (!has_program("dovecot")) MUSTER_SKIP("dovecot-imapd is not installed");
  if (::geteuid() != 0) MUSTER_SKIP("dovecot changes to users of its own, which takes root");
  const own_certificate tls;
  const temporary_directory directory;
  const std::string base = directory.path().string();
  const std::uint16_t port = free_port();
  const std::uint16_t tls_port = free_port();
  const std::string configuration = directory.file("dovecot.conf");
  write_whole_file(
      configuration,
      "base_dir = " + base + "/run\nstate_dir = " + base + "/state\nlog_path = " + base +
          "/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = yes\nssl_cert = <" +
          tls.certificate() + "\nssl_key = <" + tls.key() +
          "\npassdb {\n  driver = static\n  args = password=x\n}\n"
          "service imap-login {\n  inet_listener imap {\n    port = " +
          std::to_string(port) +
          "\n  }\n  inet_listener imaps {\n    port = " + std::to_string(tls_port) + "\n  }\n}\n");
  // Its processes of no rights go through the directory.
  REQUIRE(run({"mkdir", base + "/run", base + "/state"}).exit_code == 0);
  REQUIRE(run({"chmod", "755", base}).exit_code == 0);
  process server{{"dovecot", "-F", "-c", configuration}};
  if (!is_accepting(server, port)) FAIL("dovecot didn't start: " << server.wait().err);
  const auto plain = talk(at("imap", port));
  CAPTURE(plain.out, plain.err);
  CHECK(plain.exit_code == 0);
  CHECK(contains(plain.out, R"("banner":"* OK )"));
  for (const std::string& asked : {at("imap+starttls", port), at("imap+tls", tls_port)}) {
    const auto secure = talk(asked, {"--ca-file", tls.certificate()});
    CAPTURE(asked, secure.out, secure.err);
    CHECK(secure.exit_code == 0);
    CHECK(contains(secure.out, R"("subject":"CN=localhost")"));
  }
  server.send_signal(SIGTERM);
  server.wait();
}

TEST_CASE("a real Exim is mail in the clear and in TLS of both kinds, and may turn one away") {
  MUSTER_NEED_OPENSSL();
  if (!has_program("exim4")) MUSTER_SKIP("exim4-daemon-light is not installed");
  if (::geteuid() != 0) MUSTER_SKIP("exim changes to a user of its own, which takes root");
  const own_certificate tls;
  const temporary_directory directory;
  const std::string base = directory.path().string();
  const std::uint16_t port = free_port();
  const std::uint16_t tls_port = free_port();
  const std::uint16_t strict_port = free_port();
  std::ostringstream text;
  text << "primary_hostname = mail.test\nlocal_interfaces = 127.0.0.1\ndisable_ipv6\n"
       << "daemon_smtp_ports = " << port << " : " << tls_port << " : " << strict_port
       << "\ntls_on_connect_ports = " << tls_port << "\ntls_advertise_hosts = *\n"
       << "tls_certificate = " << base << "/certificate.pem\ntls_privatekey = " << base
       << "/key.pem\nspool_directory = " << base << "/spool\nlog_file_path = " << base
       << "/spool/%slog\npid_file_path = " << base << "/spool/pid\nhost_lookup =\n"
       << "keep_environment =\nacl_smtp_connect = connect\nbegin acl\nconnect:\n"
       << "  drop condition = ${if eq{$received_port}{" << strict_port
       << "}}\n       message = nobody for you\n  accept\n";
  const std::string configuration = directory.file("exim.conf");
  write_whole_file(configuration, text.str());
  write_whole_file(directory.file("certificate.pem"), read_whole_file(tls.certificate()));
  write_whole_file(directory.file("key.pem"), read_whole_file(tls.key()));
  // Its processes of no rights go through the directory, and write into the spool.
  REQUIRE(run({"mkdir", "-m", "777", base + "/spool"}).exit_code == 0);
  REQUIRE(run({"chmod", "755", base}).exit_code == 0);
  process server{{"exim4", "-bdf", "-C", configuration}};
  if (!is_accepting(server, port)) FAIL("exim didn't start: " << server.wait().err);
  const auto plain = talk(at("smtp", port));
  CAPTURE(plain.out, plain.err);
  CHECK(plain.exit_code == 0);
  CHECK(contains(plain.out, R"("banner":"220 mail.test ESMTP Exim )"));
  for (const std::string& asked : {at("smtp+starttls", port), at("smtp+tls", tls_port)}) {
    const auto secure = talk(asked, {"--ca-file", tls.certificate()});
    CAPTURE(asked, secure.out, secure.err);
    CHECK(secure.exit_code == 0);
    CHECK(contains(secure.out, R"("subject":"CN=localhost")"));
  }
  const auto away = talk(at("smtp", strict_port));
  CAPTURE(away.out);
  CHECK(contains(away.out, R"("status":"mismatch","reason":"answer_not_expected")"));
  CHECK(contains(away.out, R"("answer":"550 nobody for you")"));
}

TEST_CASE("a real MariaDB tells its version, and goes over to TLS where it has a certificate") {
  MUSTER_NEED_OPENSSL();
  if (!has_program("mariadbd") || !has_program("setpriv"))
    MUSTER_SKIP("mariadb-server-core is not installed");
  const own_certificate tls;
  for (const bool has_tls : {false, true}) {
    const temporary_directory directory;
    const std::string base = directory.path().string();
    const std::uint16_t port = free_port();
    std::vector<std::string> words{"mariadbd",
                                   "--no-defaults",
                                   "--skip-grant-tables",
                                   "--skip-innodb",
                                   "--default-storage-engine=Aria",
                                   "--datadir=" + base,
                                   "--bind-address=127.0.0.1",
                                   "--port=" + std::to_string(port),
                                   "--socket=" + base + "/socket",
                                   "--pid-file=" + base + "/pid"};
    if (has_tls) {
      write_whole_file(directory.file("certificate.pem"), read_whole_file(tls.certificate()));
      write_whole_file(directory.file("key.pem"), read_whole_file(tls.key()));
      words.push_back("--ssl-cert=" + base + "/certificate.pem");
      words.push_back("--ssl-key=" + base + "/key.pem");
    }
    give_to_nobody(base);
    process server{as_nobody(words)};
    if (!is_accepting(server, port)) FAIL("mariadbd didn't start: " << server.wait().err);
    const auto plain = talk(at("mysql", port));
    CAPTURE(has_tls, plain.out, plain.err);
    CHECK(plain.exit_code == 0);
    CHECK(contains(plain.out, "-MariaDB"));
    const auto secure = talk(at("mysql+starttls", port), {"--ca-file", tls.certificate()});
    CAPTURE(secure.out);
    CHECK(secure.exit_code == (has_tls ? 0 : 1));
    CHECK(contains(secure.out, has_tls ? R"("tls":{"version":"TLSv1.3")"
                                       : R"("reason":"answer_not_expected")"));
  }
}

TEST_CASE("a real OpenLDAP lets anybody bind, in the clear and in TLS of both kinds, or nobody") {
  MUSTER_NEED_OPENSSL();
  if (!has_program("slapd") || !has_program("setpriv")) MUSTER_SKIP("slapd is not installed");
  const own_certificate tls;
  for (const bool is_strict : {false, true}) {
    const temporary_directory directory;
    const std::string base = directory.path().string();
    const std::uint16_t port = free_port();
    const std::uint16_t tls_port = free_port();
    const std::string configuration = directory.file("slapd.conf");
    write_whole_file(directory.file("certificate.pem"), read_whole_file(tls.certificate()));
    write_whole_file(directory.file("key.pem"), read_whole_file(tls.key()));
    write_whole_file(configuration, "include /etc/ldap/schema/core.schema\npidfile " + base +
                                        "/pid\nTLSCertificateFile " + base +
                                        "/certificate.pem\nTLSCertificateKeyFile " + base +
                                        "/key.pem\n" + (is_strict ? "security tls=1\n" : ""));
    give_to_nobody(base);
    process server{as_nobody({"slapd", "-d", "0", "-f", configuration, "-h",
                              "ldap://127.0.0.1:" + std::to_string(port) +
                                  " ldaps://127.0.0.1:" + std::to_string(tls_port)})};
    if (!is_accepting(server, port)) FAIL("slapd didn't start: " << server.wait().err);
    const auto plain = talk(at("ldap", port));
    CAPTURE(is_strict, plain.out, plain.err);
    // Who asks for TLS says so as a result of the bind.
    CHECK(plain.exit_code == (is_strict ? 1 : 0));
    CHECK(contains(plain.out, is_strict ? "TLS confidentiality required" : R"("status":"up")"));
    for (const std::string& asked : {at("ldap+starttls", port), at("ldap+tls", tls_port)}) {
      const auto secure = talk(asked, {"--ca-file", tls.certificate()});
      CAPTURE(asked, secure.out, secure.err);
      CHECK(secure.exit_code == 0);
      CHECK(contains(secure.out, R"("subject":"CN=localhost")"));
    }
  }
}
