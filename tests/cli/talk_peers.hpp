#pragma once

#include "cli/sweep.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

namespace muster::test {

/// A certificate of one's own for localhost, and its key, made by openssl.
class own_certificate {
 public:
  /// False, with the reason, where there is no openssl.
  static bool available(std::string& why_not) {
    if (has_program("openssl")) return true;
    why_not = "openssl is not installed";
    return false;
  }

  explicit own_certificate(unsigned days = 90) {
    const auto made =
        run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", std::to_string(days), "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key(), "-out", certificate()});
    if (made.exit_code != 0) throw std::runtime_error{"openssl made no certificate: " + made.err};
  }

  std::string certificate() const { return directory_.file("certificate.pem"); }
  std::string key() const { return directory_.file("key.pem"); }

 private:
  temporary_directory directory_;
};

/// A server of tests/support, which says at which port it listens.
class scripted_server {
 public:
  /// With its arguments, and with TLS where it has a certificate.
  scripted_server(const std::string& interpreter, const std::string& program,
                  std::vector<std::string> arguments, const own_certificate* tls)
      : server_{command(interpreter, program, std::move(arguments), tls)} {
    if (!server_.wait_for_output(" .\n", std::chrono::seconds{20})) {
      throw std::runtime_error{program + " didn't start: " + server_.wait().err};
    }
    std::istringstream said{server_.output_so_far()};
    said >> port_ >> port_;
  }

  std::string port() const { return port_; }
  /// `NAME:PORT`.
  std::string asked_as(const std::string& name) const { return name + ':' + port_; }

 private:
  static std::vector<std::string> command(const std::string& interpreter,
                                          const std::string& program,
                                          std::vector<std::string> arguments,
                                          const own_certificate* tls) {
    std::vector<std::string> words{interpreter, MUSTER_SOURCE_DIR "/tests/support/" + program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    if (tls) words.insert(words.end(), {tls->certificate(), tls->key()});
    return words;
  }

  process server_;
  std::string port_;
};

/// One in Debian's Python.
class python_server : public scripted_server {
 public:
  explicit python_server(const std::string& program, std::vector<std::string> arguments = {},
                         const own_certificate* tls = nullptr)
      : scripted_server{"/usr/bin/python3", program, std::move(arguments), tls} {}
};

/// A server that plays one scenario of tests/support/talk_peer.py.
class talk_peer : public python_server {
 public:
  explicit talk_peer(const std::string& scenario, const own_certificate* tls = nullptr)
      : python_server{"talk_peer.py", {scenario}, tls} {}
};

/// A server that plays one of tests/support/http2_peer.py.
class http2_peer : public python_server {
 public:
  explicit http2_peer(const std::string& scenario, const own_certificate* tls = nullptr)
      : python_server{"http2_peer.py", {scenario}, tls} {}
};

/// Waits until somebody accepts connections at the port; false when nobody does in time.
inline bool is_accepting(process& server, std::uint16_t port) {
  for (int i = 0; i < 1500 && server.running(); ++i) {
    if (exchange(port, {}, std::chrono::milliseconds{0}).connected) return true;
    ::usleep(10'000);
  }
  return false;
}

/// The command as a user without any rights, for servers that take none from root.
inline std::vector<std::string> as_nobody(std::vector<std::string> command) {
  if (::geteuid() != 0) return command;
  command.insert(command.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
  return command;
}
/// Gives it a file, or a directory with all that is in it.
inline void give_to_nobody(const std::string& path) {
  if (::geteuid() == 0) run({"chown", "-R", "65534:65534", path});
}

}  // namespace muster::test

#define MUSTER_NEED_TALK_PEERS()                                                        \
  do {                                                                                  \
    if (!muster::test::has_program("python3")) MUSTER_SKIP("python3 is not installed"); \
  } while (false)
#define MUSTER_NEED_OPENSSL()                                                     \
  do {                                                                            \
    std::string why_not;                                                          \
    if (!muster::test::own_certificate::available(why_not)) MUSTER_SKIP(why_not); \
  } while (false)
