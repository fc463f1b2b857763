// Libraries that only some runs need: who loads them, and what is said where they are missing.
#include "cli/jobs.hpp"
#include "cli/talk_peers.hpp"
#include "lazy/brotli.hpp"
#include "lazy/idn2.hpp"
#include "lazy/libcrypto.hpp"
#include "lazy/libssl.hpp"
#include "lazy/nghttp2.hpp"
#include "lazy/sqlite.hpp"
#include "lazy/zlib.hpp"
#include "lazy/zstd.hpp"
#include "support/certificates.hpp"
#include "support/hostile_server.hpp"
#include "support/nginx_server.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

using namespace muster::test;
using muster::lazy_library;

namespace {

/// The names of those libraries that a run of the command loads.
texts loaded_by(texts arguments) {
  process_options options;
  options.environment = {"LD_DEBUG=files"};
  const auto result = run(muster_command(std::move(arguments)), options);
  texts found;
  for (const lazy_library* one :
       {&muster::lazy::libssl, &muster::lazy::libcrypto, &muster::lazy::nghttp2,
        &muster::lazy::zlib, &muster::lazy::brotli, &muster::lazy::zstd, &muster::lazy::idn2,
        &muster::lazy::sqlite}) {
    if (contains(result.err, std::string{"file="} + one->soname)) found.emplace_back(one->soname);
  }
  return found;
}

/// Where a library is not what its name says, as for someone who has not installed it.
class without {
 public:
  explicit without(const lazy_library& library) : library_{library} {
    std::ofstream{directory_.file(library.soname)};
  }
  process_result muster(texts arguments, std::string input = {}) const {
    process_options options;
    options.input = std::move(input);
    options.environment = {"LD_LIBRARY_PATH=" + directory_.path().string(),
                           "XDG_STATE_HOME=" + directory_.file("state")};
    return run(muster_command(std::move(arguments)), options);
  }
  /// What is said of it, once.
  bool is_told_in(const process_result& result) const {
    return lines_with(result.err, library_.soname) == 1 &&
           (*library_.package == '\0' || contains(result.err, "apt-get install"));
  }
  std::string file(const std::string& name) const { return directory_.file(name); }

 private:
  const lazy_library& library_;
  temporary_directory directory_;
};

hostile_script page(const std::string& coding) {
  return {.head = "HTTP/1.1 200 OK\r\nContent-Encoding: " + coding +
                  "\r\nContent-Length: 5\r\n\r\nhello"};
}

}  // namespace

TEST_CASE("what is neither spoken nor written is not loaded") {
  CHECK(loaded_by({"--version"}).empty());
  CHECK(loaded_by({"help"}).empty());
  CHECK(loaded_by({"help", "sweep"}).empty());
  CHECK(loaded_by({"sweep", "127.0.0.1"}).empty());
  CHECK(loaded_by({"sweep", "127.0.0.1", "--tcp", "9"}).empty());
  CHECK(loaded_by({"run", "--lines", "--", "true"}).empty());
  const hostile_server plain{{.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}};
  CHECK(loaded_by({"sweep", plain.url()}).empty());
}

TEST_CASE("what is spoken is loaded") {
  const hostile_server gzip{page("gzip")};
  CHECK(loaded_by({"sweep", gzip.url()}) == texts{muster::lazy::zlib.soname});
  const hostile_server plain{hostile_script::closes_at_once()};
  const std::string port = std::to_string(plain.port());
  CHECK(loaded_by({"sweep", "127.0.0.1", "--tls", port}) ==
        texts{muster::lazy::libssl.soname, muster::lazy::libcrypto.soname});
}

TEST_CASE("without OpenSSL, TLS is a local error with its reason, and other probes go on") {
  const without openssl{muster::lazy::libssl};
  const hostile_server server{hostile_script::silent()};
  const std::string port = std::to_string(server.port());
  const std::string at_port = "127.0.0.1:" + port;
  const auto result = openssl.muster(
      {"sweep", "127.0.0.1", "--tcp", port, "--tls", port, "--https=https://" + at_port + "/",
       "--grpc", port, "--grpc-tls", "--websocket=wss://" + at_port + "/", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(lines_with(result.out, R"("reason":"library_missing")") == 4);
  CHECK(lines_with(result.out, muster::lazy::libssl.soname) == 4);
  CHECK(openssl.is_told_in(result));
  CHECK(result.exit_code == 3);
}

TEST_CASE("options of TLS are taken without OpenSSL, too, and its probes say what is missing") {
  const without openssl{muster::lazy::libssl};
  const hostile_server server{hostile_script::silent()};
  const auto result = openssl.muster({"sweep", "127.0.0.1", "--tls", std::to_string(server.port()),
                                      "--ca-file", "/dev/null", "--json"});
  CHECK(contains(result.out, R"("reason":"library_missing")"));
  CHECK(openssl.is_told_in(result));
}

TEST_CASE("without nghttp2, what is spoken over HTTP/2 is a local error, and HTTP/1.1 is not") {
  const without nghttp2{muster::lazy::nghttp2};
  const hostile_server server{{.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}};
  CHECK(nghttp2.muster({"sweep", server.url()}).exit_code == 0);
  const auto get = nghttp2.muster({"sweep", server.url(), "--http-versions", "2"});
  CAPTURE(get.out, get.err);
  CHECK(contains(get.out, "library_missing"));
  CHECK(nghttp2.is_told_in(get));
  CHECK(get.exit_code == 3);
  const auto call =
      nghttp2.muster({"sweep", "127.0.0.1", "--grpc", std::to_string(server.port()), "--json"});
  CHECK(contains(call.out, R"("reason":"library_missing")"));
  CHECK(nghttp2.is_told_in(call));
}

TEST_CASE("a body whose coding can't be undone for want of a library matters to who looks at it") {
  for (const auto& [library, coding] :
       {std::pair{&muster::lazy::zlib, "gzip"}, std::pair{&muster::lazy::zlib, "deflate"},
        std::pair{&muster::lazy::brotli, "br"}, std::pair{&muster::lazy::zstd, "zstd"}}) {
    CAPTURE(coding);
    const without one{*library};
    const hostile_server server{page(coding)};
    CHECK(one.muster({"sweep", server.url()}).exit_code == 0);
    const auto looked = one.muster({"sweep", server.url(), "--expect-body", "hello"});
    CHECK(contains(looked.out, "library_missing"));
    CHECK(one.is_told_in(looked));
    CHECK(looked.exit_code == 3);
  }
}

TEST_CASE("without OpenSSL's library of ciphers, passwords and WebSockets say what is missing") {
  const without libcrypto{muster::lazy::libcrypto};
  const hostile_server server{hostile_script::silent()};
  std::ofstream{libcrypto.file("password")} << "user:word\n";
  const auto refused =
      libcrypto.muster({"sweep", server.url(), "--basic-auth", libcrypto.file("password")});
  CAPTURE(refused.err);
  CHECK(libcrypto.is_told_in(refused));
  CHECK(refused.exit_code == 2);
  const auto opened = libcrypto.muster(
      {"sweep", "127.0.0.1", "--websocket=ws://127.0.0.1:" + std::to_string(server.port()) + "/"});
  CHECK(contains(opened.out, "library_missing"));
  CHECK(libcrypto.is_told_in(opened));
}

TEST_CASE("without libidn2, an international name is no target, and others are") {
  const without idn2{muster::lazy::idn2};
  const auto result = idn2.muster({"sweep", "bücher.example", "127.0.0.1", "--tcp", "9"});
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out + result.err, "127.0.0.1"));
  CHECK(idn2.is_told_in(result));
}

TEST_CASE("without SQLite, a run is not detached, and leaves no file") {
  const without sqlite{muster::lazy::sqlite};
  const auto result =
      sqlite.muster({"run", "--detach", "--name", "x", "--lines", "--", "true"}, "1\n");
  CAPTURE(result.err);
  CHECK(sqlite.is_told_in(result));
  CHECK(result.exit_code == 3);
  CHECK(!std::filesystem::exists(sqlite.file("state/muster/jobs/x.db")));
  CHECK(sqlite.muster({"sweep", "127.0.0.1", "--tcp", "9"}).exit_code == 1);
}
