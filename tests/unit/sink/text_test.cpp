#include "samples.hpp"
#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;
using test::list;

namespace {

std::string text_line(probe_result result, const text_options& options = {}) {
  return test::output_of(output_format::text, list(std::move(result)), options);
}

probe_result silent_member() {
  probe_result result = test::icmp_up();
  result.status = status::timeout;
  result.reason = reason::no_reply;
  result.rtt = -1ns;
  result.details.emplace<icmp_details>();
  test::icmp_of(result).sent = 1;
  return result;
}

}  // namespace

TEST_CASE("a text line shows target, status, time and details in columns") {
  CHECK(text_line(test::icmp_up()) ==
        "192.168.0.1                up           0.045 ms  icmp ttl=64\n");
  CHECK(text_line(test::tcp_refused()) ==
        "db.example:5432            refused      0.310 ms  tcp 10.0.0.7\n");
  CHECK(text_line(test::icmp_unreachable()) ==
        "10.0.0.9                   unreachable            icmp_host_unreachable from 10.0.0.1\n");
  CHECK(text_line(test::http_up()) ==
        "http://127.0.0.1:8080/     up           1.204 ms  "
        "200 \"Welcome to nginx!\" nginx/1.22.1 612 B text/html\n");
  CHECK(text_line(test::icmp_with_loss()) ==
        "10.0.0.8                   up           0.200 ms  icmp 3/5 received, 40% loss, "
        "min/avg/max 0.100/0.200/0.300 ms, jitter 0.050 ms\n");
  CHECK(text_line(test::icmp_retried()) ==
        "10.0.0.8                   up           0.045 ms  icmp ttl=64 attempts=2\n");
  CHECK(text_line(test::icmp_of_all()) ==
        "db.example                 timeout                icmp 10.0.0.8 addresses_up=1/2\n");
}

TEST_CASE("an address with a port of its own shows the port, in brackets for IPv6") {
  probe_result result = test::tcp_refused();
  result.subject = target{test::ip("10.0.0.7"), true};
  result.port = 22;
  CHECK(text_line(std::move(result)) == "10.0.0.7:22                refused      0.310 ms  tcp\n");
  result = test::tcp_refused();
  result.subject = target{test::ip("2001:db8::7"), true};
  result.port = 22;
  CHECK(text_line(std::move(result)) == "[2001:db8::7]:22           refused      0.310 ms  tcp\n");
}

TEST_CASE("a host:port that was probed on another port shows that one") {
  probe_result result = test::tcp_refused();
  result.port = 80;
  CHECK(text_line(std::move(result)) ==
        "db.example:80              refused      0.310 ms  tcp 10.0.0.7\n");
}

TEST_CASE("a port of the host of a URL shows that port") {
  probe_result result = test::tcp_refused();
  target_text url;
  url.text = "http://127.0.0.1:8080/";
  result.subject = target{target_form::url, test::ip("127.0.0.1"), 8080, std::move(url)};
  result.port = 81;
  CHECK_THAT(text_line(std::move(result)), Catch::Matchers::StartsWith("127.0.0.1:81 "));
}

TEST_CASE("where a redirect led stands beside whom it led there") {
  probe_result result = test::http_up();
  result.subject = target{test::ip("10.0.0.7"), true};
  test::http_of(result).redirects = {302};
  test::http_of(result).url = "http://login.example/";
  const std::string line = text_line(std::move(result));
  CHECK_THAT(line, Catch::Matchers::StartsWith("10.0.0.7 "));
  CHECK_THAT(line, Catch::Matchers::ContainsSubstring("after 1 redirect: http://login.example/"));
}

TEST_CASE("an HTTP probe of an address shows the URL that was asked") {
  probe_result result = test::http_up();
  result.subject = target{test::ip("127.0.0.1")};
  test::http_of(result).url = "http://127.0.0.1:8080/health";
  test::http_of(result).title.clear();
  CHECK(text_line(std::move(result)) ==
        "http://127.0.0.1:8080/health up           1.204 ms  200 nginx/1.22.1 612 B text/html\n");
}

TEST_CASE("redirects and cut bodies are told") {
  probe_result result = test::http_up();
  test::http_of(result).redirects = {301};
  test::http_of(result).url = "http://127.0.0.1:8080/new";
  test::http_of(result).body_truncated = true;
  CHECK(text_line(std::move(result)) ==
        "http://127.0.0.1:8080/     up           1.204 ms  200 \"Welcome to nginx!\" nginx/1.22.1 "
        "612+ B text/html after 1 redirect: http://127.0.0.1:8080/new\n");
  result = test::http_up();
  result.details.emplace<http_details>();
  test::http_of(result).status_code = 301;
  test::http_of(result).location = "/new";
  CHECK(text_line(std::move(result)) ==
        "http://127.0.0.1:8080/     up           1.204 ms  301 to /new 0 B\n");
}

TEST_CASE("an HTTP probe that fails says why and where") {
  probe_result result = test::http_up();
  result.subject = test::named_target(target_form::url, "http://web.example/", "web.example", 80);
  result.status = status::timeout;
  result.reason = reason::first_byte_timeout;
  result.rtt = -1ns;
  result.details.emplace<http_details>();
  CHECK(text_line(std::move(result)) ==
        "http://web.example/        timeout                127.0.0.1 first_byte_timeout\n");
}

TEST_CASE("the longest status word still leaves a space before the time") {
  probe_result result = test::http_up();
  result.status = status::protocol_error;
  result.reason = reason::malformed_response;
  result.details.reset();
  CHECK(text_line(std::move(result)) ==
        "http://127.0.0.1:8080/     protocol_error 1.204 ms  malformed_response\n");
}

TEST_CASE("silent members of ranges are counted, not shown") {
  const test::memory_file memory;
  const auto sink = make_sink(output_format::text, output_file{memory.descriptor(), false}, "", {});
  sink->write(silent_member());
  sink->write(silent_member());
  sink->write(test::icmp_unreachable());
  sink->flush();
  CHECK(sink->hidden()->of(status::timeout) == 2);
  CHECK(sink->hidden()->total() == 2);
  CHECK(test::lines_of(memory.content()).size() == 1);
}

TEST_CASE(
    "members of ranges whose address nobody has are counted, not shown; rejected ones are shown") {
  const test::memory_file memory;
  const auto sink = make_sink(output_format::text, output_file{memory.descriptor(), false}, "", {});
  probe_result absent = silent_member();
  absent.status = status::unreachable;
  for (const reason why : {reason::icmp_host_unreachable, reason::icmp_address_unreachable,
                           reason::host_unreachable, reason::icmp_admin_prohibited}) {
    absent.reason = why;
    sink->write(absent);
  }
  sink->flush();
  CHECK(sink->hidden()->of(status::unreachable) == 3);
  CHECK(memory.content().find("icmp_admin_prohibited") != std::string::npos);
}

TEST_CASE("a silent target that was written down itself is shown") {
  probe_result result = silent_member();
  result.subject = target{test::ip("192.168.0.1")};
  CHECK(text_line(std::move(result)) == "192.168.0.1                timeout                icmp\n");
}

TEST_CASE("silent members of ranges are shown when everything is asked for") {
  text_options options;
  options.show_all = true;
  CHECK(text_line(silent_member(), options) ==
        "192.168.0.1                timeout                icmp\n");
}

TEST_CASE("of a range of ports only those that are open have a line, whoever the host is") {
  for (const auto& [value, why] : {std::pair{status::refused, reason::connection_refused},
                                   std::pair{status::timeout, reason::connect_timeout},
                                   std::pair{status::unreachable, reason::icmp_admin_prohibited},
                                   std::pair{status::local_error, reason::no_route},
                                   std::pair{status::skipped, reason::host_timeout}}) {
    probe_result result = test::tcp_refused();
    result.is_swept = true;
    result.status = value;
    result.reason = why;
    CAPTURE(to_string(value));
    CHECK(text_line(std::move(result)).empty());
  }
  probe_result open = test::tcp_refused();
  open.is_swept = true;
  open.status = status::up;
  open.reason = reason::none;
  CHECK_FALSE(text_line(std::move(open)).empty());
  CHECK_FALSE(text_line(test::tcp_refused()).empty());  // its port was named by itself
}

TEST_CASE("a member of a range that refuses a port that was named is shown: somebody is there") {
  probe_result result = test::tcp_refused();
  result.subject = target{test::ip("10.0.0.7"), true};
  CHECK_FALSE(text_line(std::move(result)).empty());
}

TEST_CASE("what the end of the run cut off is counted, and so is what follows from a silent host") {
  for (const auto& [value, why] : {std::pair{status::cancelled, reason::interrupted},
                                   std::pair{status::cancelled, reason::run_deadline},
                                   std::pair{status::cancelled, reason::enough_up},
                                   std::pair{status::skipped, reason::interrupted},
                                   std::pair{status::skipped, reason::host_silent},
                                   std::pair{status::skipped, reason::first_probe_failed}}) {
    probe_result result = test::tcp_refused();
    result.status = value;
    result.reason = why;
    CAPTURE(to_string(why));
    CHECK(text_line(std::move(result)).empty());
  }
  probe_result excluded = test::tcp_refused();
  excluded.status = status::skipped;
  excluded.reason = reason::excluded;
  CHECK_FALSE(text_line(std::move(excluded)).empty());
}

TEST_CASE(
    "a member of a range that this machine can't reach is counted, a plugin's word is shown") {
  probe_result result = silent_member();
  result.status = status::local_error;
  result.reason = reason::no_route;
  CHECK(text_line(std::move(result)).empty());
  result = test::exec_up();
  result.subject = target{test::ip("192.168.0.1"), true};
  result.status = status::local_error;
  result.reason = reason::plugin_unknown;
  CHECK_FALSE(text_line(std::move(result)).empty());
}

TEST_CASE("a text that no summary stands below counts itself what it did not show") {
  const test::memory_file memory;
  text_options options;
  options.count_hidden = true;
  const auto sink =
      make_sink(output_format::text, output_file{memory.descriptor(), false}, "", options);
  sink->write(silent_member());
  sink->write(silent_member());
  sink->finish({});
  CHECK(memory.content() == "not shown: 2 timeout; --show-all lists them\n");
}

TEST_CASE("an HTTP answer with a status code that was not expected shows the code") {
  probe_result result = test::http_up();
  result.status = status::mismatch;
  result.reason = reason::status_not_expected;
  test::http_of(result).status_code = 404;
  CHECK(text_line(std::move(result)) ==
        "http://127.0.0.1:8080/     mismatch     1.204 ms  "
        "404 \"Welcome to nginx!\" nginx/1.22.1 612 B text/html\n");
}

TEST_CASE("colours surround the status word and change no column") {
  text_options options;
  options.colour = true;
  CHECK(text_line(test::icmp_up(), options) ==
        "192.168.0.1                \x1b[32mup\x1b[0m           0.045 ms  icmp ttl=64\n");
  CHECK(text_line(test::tcp_refused(), options) ==
        "db.example:5432            \x1b[31mrefused\x1b[0m      0.310 ms  tcp 10.0.0.7\n");
  options.show_all = true;
  CHECK(text_line(silent_member(), options) ==
        "192.168.0.1                \x1b[33mtimeout\x1b[0m                icmp\n");
}

TEST_CASE("no control character from the network reaches a terminal") {
  for (int value = 0; value < 256; ++value) {
    const std::string hostile{'\xc2', static_cast<char>(value), '\x1b', '[', '2', 'J'};
    probe_result result = test::http_up();
    result.subject = test::named_target(target_form::url, hostile, "host", 80);
    test::http_of(result).title = hostile;
    test::http_of(result).server = hostile;
    test::http_of(result).content_type = hostile;
    test::http_of(result).location = hostile;
    test::http_of(result).url = hostile;
    test::http_of(result).status_code = 302;
    test::http_of(result).redirects = {301};
    std::string line = text_line(std::move(result));
    line.pop_back();
    CAPTURE(value, line);
    for (std::size_t i = 0; i < line.size(); ++i) {
      const auto byte = static_cast<unsigned char>(line[i]);
      REQUIRE(byte >= 0x20);
      REQUIRE(byte != 0x7f);
      REQUIRE_FALSE((i > 0 && line[i - 1] == '\xc2' && byte < 0xa0));
    }
  }
}

TEST_CASE("long text from the network is cut") {
  probe_result result = test::http_up();
  test::http_of(result).title.assign(5000, 't');
  test::http_of(result).server.assign(5000, 's');
  test::http_of(result).content_type.assign(5000, 'c');
  CHECK(text_line(std::move(result)).size() < 200);
}

TEST_CASE("a column is a character, not a byte") {
  probe_result result = test::icmp_up();
  result.subject = test::named_target(target_form::name, "bücher.example", "", 0);
  CHECK(text_line(std::move(result)) ==
        "bücher.example             up           0.045 ms  icmp ttl=64\n");
}

TEST_CASE("a label stands in parentheses at the end of a text line, made printable and cut") {
  const std::string text = test::output_of(
      output_format::text, list(test::labelled(test::icmp_up(), "core\x1b[2J"),
                                test::labelled(test::icmp_up(), std::string(300, 'x'))));
  const auto lines = test::lines_of(text);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with("icmp ttl=64 (core\\x1b[2J)"));
  CHECK(lines[1].size() < 130);
}

TEST_CASE("a datagram's answer is told by its size and its first bytes, made printable") {
  CHECK(text_line(test::udp_up()) ==
        "10.0.0.53:53               up           0.310 ms  udp 400 B \"\\x124ok\"\n");
}

TEST_CASE("a name server's answer is told by its code and its first records") {
  CHECK(text_line(test::dns_up()) ==
        "10.0.0.53:53               up           0.310 ms  dns www.lab.test A NOERROR aa "
        "a.lab.test., 10.0.0.1 and 58 more\n");
}

TEST_CASE("a dialogue that failed tells which step did, and what came in its place") {
  CHECK(text_line(test::talk_failed()) ==
        "10.0.0.25:25               mismatch     0.310 ms  talk answer_not_expected smtp+starttls "
        "step 6, expect ^220( |$) got \"502 what?\"\n");
}

TEST_CASE("an NTP server's answer is told by its stratum, its source and how far it is off") {
  CHECK(
      text_line(test::ntp_up()) ==
      "10.0.0.123:123             up           0.310 ms  ntp stratum 1 G\\x1bS offset -1.500 ms\n");
}

TEST_CASE("a WebSocket is told by its URL, how far it came and how it was closed") {
  CHECK(text_line(test::websocket_failed()) ==
        "wss://10.0.0.80/chat       reset        0.310 ms  closed_early 101 to /else here "
        "mqtt (a reserved opcode) step 2, expect x got \"what?\" closed 4001 \"enough\"\n");
}

TEST_CASE("a rule that records did not keep to is told, and a class that is not the internet's") {
  CHECK(text_line(test::dns_of_chaos()) ==
        "10.0.0.53:53               mismatch     0.310 ms  dns answer_not_expected "
        "(--dns-no-answer 1.0) version.bind CH TXT NOERROR \"1.0\"\n");
}

TEST_CASE("a gRPC server's answer is told by what it says of itself") {
  CHECK(text_line(test::grpc_failed()) ==
        "10.0.0.25:50051            mismatch     0.310 ms  grpc rpc_failed shop.Orders NOT_SERVING "
        "UNAVAILABLE (no \\x1b backend) (CANCEL)\n");
}
