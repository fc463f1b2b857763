// `--then`: what follows is asked of those that were found, and of the ports that were found open.
#include "cli/sweep.hpp"
#include "support/lab.hpp"
#include "support/nginx_server.hpp"

#include <csignal>
#include <string>
#include <utility>
#include <vector>

using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("echo requests, then ports, then HTTP on those that are open") {
  MUSTER_NEED_NGINX();
  const nginx_server web;
  const std::string open = std::to_string(web.port());
  const std::string closed = std::to_string(free_port());
  const auto result = sweep({"127.0.0.1", "--icmp", "--then", "--tcp", open + "," + closed,
                             "--then", "--http", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("probe":"icmp")") == 1);
  CHECK(lines_with(result.out, R"("probe":"tcp")") == 2);
  CHECK(lines_with(result.out, R"("probe":"http")") == 1);
  CHECK(contains(result.out, "\"url\":\"http://127.0.0.1:" + open + "/\""));
  CHECK(contains(result.out, nginx_server::title));
  CHECK(contains(result.err, "4 probes in"));
}

TEST_CASE("TLS is tried on the ports found open, and a kind may be asked in several stages") {
  MUSTER_NEED_NGINX();
  const nginx_server web;
  const std::string open = std::to_string(web.port());
  const std::string other = std::to_string(free_port());
  const auto result = sweep({"127.0.0.1", "--tcp", open, "--then", "--tcp", other, "--tls", "open",
                             "--timeout", "10s", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("probe":"tcp")") == 2);
  CHECK(lines_with(result.out, R"("status":"tls_error","reason":"not_tls")") == 1);
}

TEST_CASE("an option of a later stage is not called idle where nothing was found to ask") {
  const std::string closed = std::to_string(free_port());
  const auto result = sweep({"127.0.0.1", "--tcp", closed, "--then", "--http", "--max-body", "1k"});
  CAPTURE(result.err);
  CHECK(contains(result.err, "1 probe in"));
  CHECK_FALSE(contains(result.err, "--max-body"));
}

TEST_CASE("of hosts that are silent nothing further is asked, and every probe is accounted for") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.17-192.168.0.255");
  const auto result = sweep({"192.168.0.15-192.168.0.18", "--icmp", "--then", "--tcp", "1,2",
                             "--then", "--http", "--timeout", "200ms", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"refused")") == 4);
  CHECK(lines_with(result.out, R"("status":"skipped","reason":"host_silent")") == 4);
  CHECK(lines_with(result.out, R"("probe":"http")") == 0);
  CHECK(contains(result.err, "12 probes in"));
}

TEST_CASE("a stage that asks for nothing, or for open ports that nobody looks for, is a mistake") {
  const auto said = [](std::vector<std::string> words) {
    words.insert(words.begin(), "127.0.0.1");
    const auto result = sweep(std::move(words));
    CHECK(result.exit_code == 2);
    return result.err;
  };
  CHECK(contains(said({"--icmp", "--then"}), "--then: no probe follows it"));
  CHECK(contains(said({"--icmp", "--then", "--then", "--http"}), "--then: no probe follows it"));
  CHECK(contains(said({"--tls", "open"}), "nothing before looks for any"));
  CHECK(contains(said({"--icmp", "--then", "--tls", "open"}), "nothing before looks for any"));
  CHECK(contains(said({"--icmp", "--then", "--tcp", "99999"}), "--tcp: '99999'"));
}

TEST_CASE("stages are gone on with where an ended sweep left them, and are a part of the command") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.17-192.168.0.255");
  temporary_directory directory;
  const std::string file = directory.file("out.jsonl");
  const std::string checkpoint = directory.file("checkpoint");
  const std::vector<std::string> command{"192.168.0.1-192.168.0.50",
                                         "--icmp",
                                         "--then",
                                         "--tcp",
                                         "1-3",
                                         "--then",
                                         "--http",
                                         "-o",
                                         file,
                                         "--json"};
  std::vector<std::string> first{"sweep"};
  first.insert(first.end(), command.begin(), command.end());
  first.insert(first.end(), {"--timeout", "60s", "--checkpoint", checkpoint});
  process child{muster_command(first)};
  REQUIRE(child.wait_for_output(R"(192.168.0.16","probe":"tcp")", 20s));
  child.send_signal(SIGINT);
  CHECK(child.wait().exit_code == 130);
  auto rest = command;
  rest.insert(rest.end(), {"--timeout", "100ms", "--resume", checkpoint});
  const auto result = sweep(rest);
  CAPTURE(result.err);
  const std::string out = read_whole_file(file);
  CHECK(lines_with(out, R"("status":"refused")") == 48);
  CHECK(lines_with(out, R"("reason":"host_silent")") == 102);
  rest[4] = "1-4";
  CHECK(contains(sweep(rest).err, "another command"));
}
