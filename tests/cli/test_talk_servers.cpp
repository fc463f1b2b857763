#include "cli/talk_peers.hpp"

#include <csignal>

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
