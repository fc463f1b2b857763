#include "cli/talk_peers.hpp"

#include <array>

using namespace muster::test;

namespace {

process_result ask(const std::string& what, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"127.0.0.1", "--grpc", what, "--json"});
  return sweep(std::move(more));
}

bool has_grpc_server(std::string& why_not) {
  if (run({"/usr/bin/python3", "-c", "import grpc"}).exit_code == 0) return true;
  why_not = "python3-grpcio is not installed";
  return false;
}

}  // namespace

TEST_CASE("a gRPC server is asked for its health as a whole, and for that of its services") {
  std::string why_not;
  if (!has_grpc_server(why_not)) MUSTER_SKIP(why_not);
  const python_server server{"grpc_server.py"};
  const auto whole = ask(server.port());
  CAPTURE(whole.out, whole.err);
  CHECK(whole.exit_code == 0);
  CHECK(contains(whole.out, R"("probe":"grpc","address":"127.0.0.1","port":)" + server.port() +
                                R"(,"status":"up","rtt_ms":)"));
  CHECK(contains(whole.out, R"("grpc":{"status":"OK","serving":"SERVING"})"));
  const auto idle = ask(server.port() + "/idle");
  CAPTURE(idle.out);
  CHECK(idle.exit_code == 1);
  CHECK(contains(idle.out, R"("status":"mismatch","reason":"not_serving")"));
  CHECK(contains(idle.out, R"("grpc":{"service":"idle","status":"OK","serving":"NOT_SERVING"})"));
  CHECK(contains(ask(server.port() + "/odd").out, R"("serving":"UNKNOWN")"));
  const auto missing = ask(server.port() + "/none");
  CAPTURE(missing.out);
  CHECK(contains(missing.out, R"("status":"mismatch","reason":"rpc_failed")"));
  CHECK(contains(missing.out, R"("status":"NOT_FOUND","message":"unknown service")"));
  const auto text = sweep({"127.0.0.1", "--grpc", server.port() + "/idle"});
  CAPTURE(text.out);
  CHECK(contains(text.out, "idle NOT_SERVING"));
}

TEST_CASE("a gRPC server is asked over TLS, and its certificate judged") {
  MUSTER_NEED_OPENSSL();
  std::string why_not;
  if (!has_grpc_server(why_not)) MUSTER_SKIP(why_not);
  const own_certificate tls;
  const python_server server{"grpc_server.py", {}, &tls};
  const auto whole = ask(server.port(), {"--grpc-tls", "--ca-file", tls.certificate()});
  CAPTURE(whole.out, whole.err);
  CHECK(whole.exit_code == 0);
  CHECK(contains(whole.out, R"("alpn":"h2")"));
  CHECK(contains(whole.out, R"("tls_ms":)"));
  CHECK(contains(ask(server.port(), {"--grpc-tls"}).out, R"("status":"tls_error")"));
  CHECK(contains(ask(server.port(), {"--grpc-tls", "--insecure", "--tls-expires-in", "100"}).out,
                 R"("reason":"certificate_expires_soon")"));
  CHECK_FALSE(contains(ask(server.port()).out, R"("status":"up")"));
}

TEST_CASE("answers of gRPC that are none, or not whole, are told apart") {
  MUSTER_NEED_TALK_PEERS();
  struct expected {
    const char* scenario;
    const char* outcome;
    const char* details;
  };
  const std::array all{
      expected{"grpc_serving", R"("status":"up")", R"("serving":"SERVING")"},
      expected{"grpc_new_number", R"("reason":"not_serving")", R"("serving":"7")"},
      expected{"grpc_empty", R"("status":"protocol_error","reason":"malformed_response")", ""},
      expected{"grpc_garbage", R"("status":"protocol_error","reason":"malformed_response")", ""},
      expected{"grpc_endless", R"("status":"protocol_error","reason":"malformed_response")", ""},
      expected{"grpc_no_status", R"("status":"protocol_error","reason":"malformed_response")", ""},
      expected{"grpc_message", R"("reason":"rpc_failed")",
               R"("status":"UNAVAILABLE","message":"no \u001B[31mbackend")"},
      expected{"grpc_proxy", R"("status":"mismatch","reason":"status_not_expected")",
               R"("status_code":503)"},
      expected{"http1", R"("status":"protocol_error","reason":"http2_error")", "http2_error"},
      expected{"refuses", R"("status":"reset","reason":"stream_refused")", "REFUSED_STREAM"},
      expected{"closes", R"("status":"reset","reason":"closed_early")", ""},
      expected{"ping_flood", R"("reason":"http2_error")", ""},
      expected{"settles_only", R"("status":"timeout","reason":"first_byte_timeout")", ""},
      expected{"half", R"("status":"timeout","reason":"transfer_timeout")", ""}};
  for (const auto& [scenario, outcome, details] : all) {
    const http2_peer peer{scenario};
    const auto result = ask(peer.port(), {"--timeout", "2s"});
    CAPTURE(scenario, result.out, result.err);
    CHECK(contains(result.out, outcome));
    CHECK(contains(result.out, details));
  }
}

TEST_CASE("what can't be asked of gRPC is refused") {
  for (const std::string wrong : {"", "x", "0", "65536", "/service", "50051 /x"}) {
    const auto result = ask(wrong);
    CAPTURE(wrong, result.err);
    CHECK(result.exit_code == 2);
  }
  CHECK(ask("50051/" + std::string(257, 's')).exit_code == 2);
  CHECK(ask("50051/\xff").exit_code == 2);
}
