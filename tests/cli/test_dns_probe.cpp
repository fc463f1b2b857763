// What name servers are asked, and what is made of their answers.
#include "cli/dns_answers.hpp"
#include "cli/talk_peers.hpp"
#include "support/certificates.hpp"
#include "support/unbound_server.hpp"

#include <string>
#include <vector>

using namespace muster::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST_CASE("unbound is asked over UDP, TCP and TLS, with names and types of all kinds") {
  if (!has_program("unbound")) MUSTER_SKIP("unbound is not installed");
  const certificate authority{{.common_name = "Test CA", .is_authority = true}};
  const certificate own{{.common_name = "ns", .names = {"IP:127.0.0.1"}}, authority};
  unbound_server server{own.pem_with_key()};
  REQUIRE(server.started());
  const temporary_directory directory;
  const std::string ca = directory.file("ca.pem");
  write_whole_file(ca, authority.pem());
  const std::string port = std::to_string(server.port());
  const std::string tls_port = std::to_string(server.tls_port());

  const std::array<std::vector<std::string>, 3> ways{
      {{"--dns-port", port},
       {"--dns-port", port, "--dns-over", "tcp"},
       {"--dns-port", tls_port, "--dns-over", "tls", "--ca-file", ca}}};
  const std::array<std::string, 3> words{"udp", "tcp", "tls"};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    std::vector<std::string> options{"--json", "--ordered"};
    for (const char* const question : {"www.lab.test", "www.lab.test/AAAA", "text.lab.test./TXT",
                                       "_sip._tcp.lab.test/srv", "lab.test/SOA", "192.0.2.7/PTR"}) {
      options.insert(options.end(), {"--dns", question});
    }
    options.insert(options.end(), ways[i].begin(), ways[i].end());
    const auto result = ask("127.0.0.1", options);
    CAPTURE(words[i], result.out, result.err);
    CHECK(result.exit_code == 0);
    CHECK(lines_with(result.out, R"("status":"up","rtt_ms":)") == 6);
    CHECK(lines_with(result.out, R"("over":")" + words[i] + '"') == 6);
    for (const char* const part :
         {R"("name":"www.lab.test","type":"A")", R"("rcode":"NOERROR")",
          R"("answers":[{"name":"www.lab.test.","type":"A","ttl":120,"data":"127.0.0.2"}])",
          R"("type":"AAAA","ttl":120,"data":"::1"})", R"("data":"\"no address\"")",
          R"("data":"1 2 5060 www.lab.test.")", R"("serial":2026013107)",
          R"("data":"ns.lab.test. host.lab.test. 2026013107 1 2 3 4")",
          R"("name":"7.2.0.192.in-addr.arpa","type":"PTR")", R"("data":"www.lab.test.")"}) {
      CAPTURE(part);
      CHECK(contains(result.out, part));
    }
    CHECK(contains(result.out, R"("tls":{"version":"TLSv1.3")") == (i == 2));
  }
  const auto distrusted =
      ask("127.0.0.1", {"--dns", "lab.test", "--dns-port", tls_port, "--dns-over", "tls", "--csv"});
  CHECK(lines_with(distrusted.out, ",tls_error,unknown_ca,") == 1);
  const auto soon = ask("127.0.0.1", {"--dns", "www.lab.test", "--dns-port", tls_port, "--dns-over",
                                      "tls", "--ca-file", ca, "--tls-expires-in", "365", "--csv"});
  CHECK(lines_with(soon.out, ",mismatch,certificate_expires_soon,") == 1);
}

TEST_CASE("response codes and records are held against what is expected of unbound") {
  if (!has_program("unbound")) MUSTER_SKIP("unbound is not installed");
  unbound_server server;
  REQUIRE(server.started());
  const auto asked = [&](std::vector<std::string> options) {
    options.emplace_back("--csv");
    return ask(server.address(), std::move(options));
  };
  struct expectation {
    std::vector<std::string> options;
    std::string cells;
  };
  const std::vector<expectation> all{
      {{"--dns", "missing.lab.test"}, ",mismatch,rcode_not_expected,"},
      {{"--dns", "missing.lab.test", "--dns-rcode", "NOERROR,NXDOMAIN"}, ",up,,"},
      {{"--dns", "a.refused.test"}, ",mismatch,rcode_not_expected,"},
      {{"--dns", "a.refused.test", "--dns-rcode", "5"}, ",up,,"},
      {{"--dns", "a.refused.test", "--dns-rcode", "any"}, ",up,,"},
      {{"--dns", "www.lab.test", "--dns-rcode", "nxdomain"}, ",mismatch,rcode_not_expected,"},
      {{"--dns", "www.lab.test", "--dns-answer", R"(^127\.0\.0\.\d$)"}, ",up,,"},
      {{"--dns", "www.lab.test", "--dns-answer", "^10"}, ",mismatch,answer_not_expected,"},
      {{"--dns", "text.lab.test", "--dns-answer", "."}, ",mismatch,answer_not_expected,"},
      {{"--dns", "www.lab.test", "--dns-no-answer", "^10"}, ",up,,"},
      {{"--dns", "www.lab.test", "--dns-no-answer", "^127"}, ",mismatch,answer_not_expected,"},
  };
  for (const expectation& one : all) {
    const auto result = asked(one.options);
    CAPTURE(one.options, result.out, result.err);
    CHECK(lines_with(result.out, one.cells) == 1);
    CHECK(result.exit_code == (one.cells == ",up,," ? 0 : 1));
  }
  const auto silent = asked({"--dns", "a.silent.test", "--timeout", "200ms"});
  CHECK(lines_with(silent.out, ",timeout,no_reply,") == 1);
  // The zone's serial is told where there is no such name, too.
  const auto missing = ask(server.address(), {"--dns", "missing.lab.test", "--json"});
  CHECK(contains(missing.out, R"("serial":2026013107,"answer_count":0,"authority_count":1)"));
}

TEST_CASE("unbound tells its version in the class of CHAOS") {
  if (!has_program("unbound")) MUSTER_SKIP("unbound is not installed");
  unbound_server server;
  REQUIRE(server.started());
  const auto result =
      ask(server.address(), {"--dns", "version.bind/TXT/CH", "--json", "--dns-answer", "unbound"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("name":"version.bind","type":"TXT","class":"CH")"));
  CHECK(contains(
      result.out,
      R"("answers":[{"name":"version.bind.","class":"CH","type":"TXT","ttl":0,"data":"\"unbound )"));
}

TEST_CASE("dnsmasq is asked over UDP and TCP, and says what it does not know") {
  if (!has_program("dnsmasq")) MUSTER_SKIP("dnsmasq-base is not installed");
  const std::uint16_t number = free_port();
  const std::string port = std::to_string(number);
  const std::vector<std::string> words{"dnsmasq",
                                       "-k",
                                       "-C",
                                       "/dev/null",
                                       "-p",
                                       port,
                                       "-a",
                                       "127.0.0.1",
                                       "--bind-interfaces",
                                       "--no-resolv",
                                       "--no-hosts",
                                       "--user=",
                                       "--group=",
                                       "--pid-file=",
                                       "--local=/lab.test/",
                                       "--host-record=www.lab.test,192.0.2.80",
                                       "--txt-record=text.lab.test,hello",
                                       "--mx-host=lab.test,a.test,7",
                                       "--srv-host=_sip._tcp.lab.test,www.lab.test,5060",
                                       "--cname=alias.lab.test,www.lab.test"};
  process server{as_nobody(words)};
  if (!is_accepting(server, number)) FAIL("dnsmasq didn't start: " << server.wait().err);
  for (const std::string over : {"udp", "tcp"}) {
    std::vector<std::string> options{"--json", "--dns-port", port, "--dns-over", over};
    for (const char* const question :
         {"www.lab.test", "text.lab.test/TXT", "lab.test/MX", "_sip._tcp.lab.test/SRV",
          "alias.lab.test", "192.0.2.80/PTR", "version.bind/TXT/CH"}) {
      options.insert(options.end(), {"--dns", question});
    }
    const auto known = ask("127.0.0.1", options);
    CAPTURE(over, known.out, known.err);
    CHECK(lines_with(known.out, R"("status":"up")") == 7);
    for (const char* const part :
         {R"("data":"192.0.2.80")", R"("data":"\"hello\"")", R"("data":"7 a.test.")",
          R"("data":"0 0 5060 www.lab.test.")", R"("type":"CNAME","ttl":0,"data":"www.lab.test.")",
          R"("data":"\"dnsmasq-)"}) {
      CHECK(contains(known.out, part));
    }
    const auto unknown =
        ask("127.0.0.1", {"--json", "--ordered", "--dns-port", port, "--dns-over", over, "--dns",
                          "none.lab.test", "--dns", "elsewhere.test"});
    CAPTURE(unknown.out);
    CHECK(lines_with(unknown.out, R"("reason":"rcode_not_expected")") == 2);
    CHECK(contains(unknown.out, R"("rcode":"NXDOMAIN")"));
    CHECK(contains(unknown.out, R"("rcode":"REFUSED")"));
  }
}

TEST_CASE("some, no, all or not all records of a section have to match") {
  const dns_peer peer{[](const std::string& question, bool) {
    std::string answer = answer_to(question, 0x8180, 2);
    answer[9] = '\1';
    answer[11] = '\2';
    return std::vector{answer + record(1, "\xc0\0\2\7"sv) + record(1, "\xc0\0\2\x08"sv) +
                       record(2, "\2ns\xc0\x0c"sv) + record(1, "\x0a\0\0\1"sv) +
                       "\0\0\x29\x04\xd0\0\0\0\0\0\0"s};
  }};
  struct expectation {
    std::string rule;
    bool holds;
  };
  const std::vector<expectation> all{{"some answer 7$", true},
                                     {"some answer 9$", false},
                                     {"no answer 9$", true},
                                     {"no answer 7$", false},
                                     {"all answer ^192", true},
                                     {"all answer 7$", false},
                                     {"not-all answer 7$", true},
                                     {"not-all answer ^192", false},
                                     {"some authority ^ns\\.a\\.test\\.$", true},
                                     {"no authority ns", false},
                                     {"all authority ns", true},
                                     {"all additional ^10\\.", true},
                                     {"no additional ^10", false},
                                     {"not-all additional ^10", false}};
  for (const expectation& one : all) {
    const auto result = ask_json(peer, {"--dns-expect", one.rule});
    CAPTURE(one.rule, result.out, result.err);
    CHECK(result.exit_code == (one.holds ? 0 : 1));
    CHECK(contains(result.out, R"("reason":"answer_not_expected")") != one.holds);
    CHECK(contains(result.out, R"("failed_check":"--dns-expect )" + one.rule.substr(0, 6)) !=
          one.holds);
  }
  const auto told = ask_json(
      peer, {"--dns-expect", "all answer ^192", "--dns-answer", "7$", "--dns-no-answer", "9$"});
  CHECK(told.exit_code == 0);
  CHECK(contains(told.out,
                 R"("authority":[{"name":"a.test.","type":"NS","ttl":60,"data":"ns.a.test."}])"));
  CHECK(contains(told.out,
                 R"("additional":[{"name":"a.test.","type":"A","ttl":60,"data":"10.0.0.1"}])"));
  const dns_peer empty{[](const std::string& question, bool) {
    return std::vector{answer_to(question, 0x8180, 0)};
  }};
  CHECK(ask_json(empty, {"--dns-expect", "all answer ."}).exit_code == 1);
  CHECK(ask_json(empty, {"--dns-expect", "not-all answer ."}).exit_code == 0);
}

TEST_CASE("recursion is asked for unless it is not to be") {
  const dns_peer peer{[](const std::string& question, bool) {
    // The flags as they came, as an answer.
    return std::vector{
        answer_to(question, 0x8000 | static_cast<unsigned char>(question[2]) << 8, 0)};
  }};
  CHECK(contains(ask_json(peer).out, R"("flags":"rd")"));
  CHECK_FALSE(contains(ask_json(peer, {"--no-recursion"}).out, "flags"));
}

TEST_CASE("a row says what its own name server is to answer") {
  const dns_peer peer{[](const std::string& question, bool) {
    return std::vector{answer_to(question, 0x8183, 0)};
  }};
  process_options list;
  list.input = "target,dns_rcode\n" + peer.target() + ",NXDOMAIN\n" + peer.target() + ",\n";
  const auto result =
      sweep({"--dns", "a.test", "--ordered", "--csv", "--input-format", "csv"}, list);
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, ",up,,") == 1);
  CHECK(lines_with(result.out, ",mismatch,rcode_not_expected,") == 1);
}

TEST_CASE("a question that no name server can be asked is refused with the way to write it") {
  const std::vector<std::vector<std::string>> wrong{{"--dns", ""},
                                                    {"--dns", "a..b"},
                                                    {"--dns", "a/B"},
                                                    {"--dns", "a/TYPE65536"},
                                                    {"--dns-over", "quic"},
                                                    {"--dns-port", "0"},
                                                    {"--dns-rcode", "NOPE"},
                                                    {"--dns-rcode", "4096"},
                                                    {"--dns-answer", "("},
                                                    {"--dns-no-answer", "["},
                                                    {"--dns", "a/IN"},
                                                    {"--dns", "a/TXT/XX"},
                                                    {"--dns-expect", "x"},
                                                    {"--dns-expect", "most answer x"},
                                                    {"--dns-expect", "all"},
                                                    {"--dns-expect", "all answer"},
                                                    {"--dns-expect", "all answer ("}};
  for (const auto& option : wrong) {
    std::vector<std::string> options{"127.0.0.1", "--dns", "a.test"};
    options.insert(options.end(), option.begin(), option.end());
    const auto result = sweep(options);
    CAPTURE(option, result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, option[0] + ": "));
  }
}

TEST_CASE("results of DNS probes are a list of targets, and an international name is asked for") {
  const temporary_directory directory;
  const dns_peer peer{
      [](const std::string& question, bool) { return std::vector{address_answer(question)}; }};
  for (const char* const name : {"first.jsonl", "first.csv"}) {
    const std::string first = directory.file(name);
    REQUIRE(ask(peer.target(), {"--dns", "bücher.test", "-o", first, "-q"}).exit_code == 0);
    const auto again = sweep({"-iL", first, "--dns", "bücher.test", "--strict", "--json"});
    CAPTURE(name, again.out, again.err);
    CHECK(again.exit_code == 0);
    CHECK(contains(again.out, R"("name":"xn--bcher-kva.test")"));
  }
}
