// What Node's HTTP, HTTPS and HTTP/2 do that others don't.
#include "cli/talk_peers.hpp"

#include <array>
#include <string>
#include <vector>

using namespace muster::test;

namespace {

class node_server : public scripted_server {
 public:
  explicit node_server(const own_certificate* tls = nullptr)
      : scripted_server{"node", "node_server.js", {}, tls}, tls_{tls} {}
  /// What comes of a path, over TLS where the server has that.
  std::string get(const std::string& path, std::vector<std::string> more = {}) const {
    more.insert(more.begin(),
                {(tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + port() + path, "--json"});
    if (tls_) more.insert(more.end(), {"--ca-file", tls_->certificate()});
    return sweep(std::move(more)).out;
  }

 private:
  const own_certificate* tls_;
};

struct expected {
  const char* path;
  std::vector<std::string> options;
  const char* outcome;
  const char* said;
};

}  // namespace

#define MUSTER_NEED_NODE()                                                          \
  do {                                                                              \
    if (!muster::test::has_program("node")) MUSTER_SKIP("nodejs is not installed"); \
  } while (false)

TEST_CASE("what Node says before its answer, in pieces and behind it is read, in every version") {
  MUSTER_NEED_NODE();
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const node_server plain;
  const node_server secure{&tls};
  const std::vector<expected> all{
      {"/", {}, R"("up")", R"("title":"Node")"},
      {"/hints", {}, R"("up")", R"("status_code":200,"title":"Node")"},
      {"/trailers", {}, R"("up")", R"("body_bytes":45)"},
      {"/empty", {}, R"("up")", R"("status_code":204)"},
      {"/unchanged", {}, R"("up")", R"("status_code":304)"},
      {"/", {"--head"}, R"("up")", R"("body_bytes":0)"},
      {"/none", {}, R"("mismatch","reason":"status_not_expected")", R"("status_code":404)"},
      {"/json", {"--expect-json", "/checks/0/free=17"}, R"("up")", ""},
      {"/json",
       {"--expect-json", "/status=bad"},
       R"("mismatch","reason":"json_not_expected")",
       R"("failed_check":"--expect-json /status=bad")"},
      {"/echo", {"--body", "hello", "--expect-body", "^hello$"}, R"("up")", R"("body_bytes":5)"},
      {"/gzip", {}, R"("up")", R"("title":"Node")"},
      {"/gzip", {}, R"("up")", R"("content_encoding":"gzip","decoded_bytes":100019)"},
      {"/deflate", {}, R"("up")", R"("content_encoding":"deflate","decoded_bytes":100019)"},
      {"/br", {}, R"("up")", R"("content_encoding":"br","decoded_bytes":100019)"},
      {"/bomb", {}, R"("up")", R"("body_truncated":true)"},
  };
  for (const expected& one : all) {
    for (const std::string version : {"http://", "1.1", "2"}) {
      std::vector<std::string> options = one.options;
      const bool is_plain = version == "http://";
      if (!is_plain) options.insert(options.end(), {"--http-versions", version});
      const std::string record = (is_plain ? plain : secure).get(one.path, options);
      CAPTURE(one.path, version, record);
      CHECK(contains(record, std::string{R"("status":)"} + one.outcome));
      CHECK(contains(record, one.said));
      CHECK(contains(record, std::string{R"("version":")"} + (version == "2" ? "2" : "1.1")));
    }
  }
}

TEST_CASE("Node's 100 Continue is no answer, whether or not it was asked for") {
  MUSTER_NEED_NODE();
  const node_server plain;
  const std::string record =
      plain.get("/echo", {"--body", "hello", "--header", "Expect: 100-continue"});
  CAPTURE(record);
  CHECK(contains(record, R"("status":"up")"));
  CHECK(contains(record, R"("status_code":200)"));
  CHECK(contains(record, R"("body_bytes":5)"));
}

TEST_CASE("Node that never answers, stops or breaks off is told apart, in every version") {
  MUSTER_NEED_NODE();
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const node_server plain;
  const node_server secure{&tls};
  const std::vector<expected> all{
      {"/never", {"--timeout", "1s"}, R"("timeout","reason":"first_byte_timeout")", ""},
      {"/stops", {"--timeout", "1s"}, R"("timeout","reason":"transfer_timeout")", R"(:200)"},
      {"/broken", {}, R"("reset","reason":")", R"("status_code":200)"},
      {"/large-header", {}, R"("protocol_error","reason":"headers_too_large")", ""},
  };
  for (const expected& one : all) {
    for (const std::string version : {"http://", "1.1", "2"}) {
      std::vector<std::string> options = one.options;
      const bool is_plain = version == "http://";
      if (!is_plain) options.insert(options.end(), {"--http-versions", version});
      const std::string record = (is_plain ? plain : secure).get(one.path, options);
      CAPTURE(one.path, version, record);
      CHECK(contains(record, std::string{R"("status":)"} + one.outcome));
      CHECK(contains(record, one.said));
    }
  }
  for (const auto& [path, reason] :
       {std::pair{"/refuses", "stream_refused"}, {"/resets", "stream_reset"}}) {
    const std::string record = secure.get(path);
    CAPTURE(record);
    CHECK(contains(record, std::string{R"("status":"reset","reason":")"} + reason));
  }
  const std::string gone = secure.get("/goes-away");
  CAPTURE(gone);
  CHECK(contains(gone, R"("status":"reset")"));
}
