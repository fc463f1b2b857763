#include "targets/target_record.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using namespace muster;
using namespace std::chrono_literals;

namespace {

using pairs = std::vector<std::pair<const char*, const char*>>;

parsed<target_range> parse(const pairs& written) {
  std::vector<record_value> values;
  for (const auto& [name, text] : written) {
    const auto column = target_column_of(name);
    INFO(name);
    REQUIRE(column);
    values.push_back({*column, text});
  }
  return parse_target_record({values, {}}, {});
}

target good(const pairs& written) {
  const auto range = parse(written);
  if (!range) FAIL("refused: " << range.error().message);
  return range->at(0);
}

std::string bad(const pairs& written) {
  const auto range = parse(written);
  if (range) FAIL("not refused: " << range->at(0).to_string());
  return range.error().message;
}

}  // namespace

TEST_CASE("a record of a target alone is that target, without parameters") {
  for (const char* name :
       {"target", "url", "address", "ip", "saddr", "host", "Target", " IP ", "HOST"}) {
    const target subject = good({{name, " 10.0.0.1 "}});
    CHECK(subject.to_string() == "10.0.0.1");
    CHECK(subject.written().empty());
    CHECK(subject.parameters() == nullptr);
  }
  CHECK(good({{"ip", "10.0.0.1"}, {"label", ""}, {"timeout", "  "}}).parameters() == nullptr);
}

TEST_CASE("of several columns that name the target, the first that is filled in counts") {
  CHECK(good({{"host", "a.example"}, {"ip", "10.0.0.1"}}).to_string() == "10.0.0.1");
  CHECK(good({{"host", "a.example"}, {"ip", ""}}).to_string() == "a.example");
  CHECK(good({{"host", "a"}, {"url", "http://b/"}, {"target", "c"}}).to_string() == "c");
  CHECK_THAT(bad({{"label", "x"}}), ContainsSubstring("target is missing"));
}

TEST_CASE("a port that stands apart goes to every form of target") {
  const auto with_port = [](const char* text) {
    const target subject = good({{"target", text}, {"port", "8080"}});
    CHECK(subject.form() == target_form::host_port);
    CHECK(subject.port() == 8080);
    return subject.to_string();
  };
  CHECK(with_port("10.0.0.1") == "10.0.0.1:8080");
  CHECK(with_port("::1") == "[::1]:8080");
  CHECK(with_port("[::1]") == "[::1]:8080");
  CHECK(with_port("fe80::1%lo") == "[fe80::1%lo]:8080");
  CHECK(with_port("Web.example") == "Web.example:8080");
  CHECK(with_port("10.0.0.4-7") == "10.0.0.4:8080");
  CHECK(with_port("10.0.0,1.4-7") == "10.0.0.4:8080");
  CHECK(with_port("2001:db8::/126") == "[2001:db8::]:8080");
  CHECK(with_port("web.example:8080") == "web.example:8080");
  CHECK(good({{"url", "http://a:81/"}, {"port", "81"}}).form() == target_form::url);
  CHECK_THAT(bad({{"target", "a:80"}, {"port", "81"}}),
             ContainsSubstring("port: ") && ContainsSubstring("port 80"));
  CHECK_THAT(bad({{"url", "http://a/"}, {"port", "81"}}),
             ContainsSubstring("port: ") && ContainsSubstring("80"));
  CHECK_THAT(bad({{"host", "a"}, {"port", "0"}}),
             ContainsSubstring("port: ") && ContainsSubstring("1 to 65535"));
}

TEST_CASE("every parameter is read from its column") {
  const target subject = good({{"host", "a.example"},
                               {"port", "81"},
                               {"probe", "http"},
                               {"path", "/x?y=1"},
                               {"label", " shop, \x1b "},
                               {"timeout", "250ms"},
                               {"count", "3"},
                               {"interval", "0.5"},
                               {"method", "HEAD"},
                               {"max_redirects", "2"},
                               {"Max-Body", "4096"},
                               {"User Agent", "probe/1"},
                               {"Expect Status", "200,4xx"}});
  target_parameters expected;
  expected.label = "shop, \x1b";
  expected.path = "/x?y=1";
  expected.probe = probe_kind::http;
  expected.timeout = 250ms;
  expected.options = {{"count", "3"},
                      {"interval", "0.5"},
                      {"method", "HEAD"},
                      {"max_redirects", "2"},
                      {"max_body", "4096"},
                      {"user_agent", "probe/1"},
                      {"expect_status", "200,4xx"}};
  REQUIRE(subject.parameters());
  CHECK(*subject.parameters() == expected);
  CHECK(subject.to_string() == "a.example:81");
}

TEST_CASE("members of a range share their row's parameters, and stay members of a range") {
  const auto range = parse({{"target", "10.0.0.0/30"}, {"label", "lab"}});
  REQUIRE(range);
  REQUIRE(range->size() == 2);
  CHECK(range->at(0).parameters() == range->at(1).parameters());
  CHECK(range->at(1).parameters()->label == "lab");
  CHECK(range->at(1).to_string() == "10.0.0.2");
  CHECK(range->at(1).of_range());
  const target single = good({{"target", "10.0.0.9"}, {"label", "one"}});
  CHECK(single.to_string() == "10.0.0.9");
  CHECK(single.form() == target_form::address);
  CHECK_FALSE(single.of_range());
}

TEST_CASE("a bad value is told with its column and the remedy") {
  const std::vector<std::pair<pairs, const char*>> mistakes{
      {{{"host", "10.0.0.256"}}, "host: 256 is too large"},
      {{{"host", "a"}, {"timeout", "3 parsecs"}}, "timeout: '3 parsecs'"},
      {{{"host", "a"}, {"timeout", "0"}}, "timeout: '0' is too short"},
      {{{"host", "a"}, {"interval", "-1s"}}, "interval: '-1s' is negative"},
      {{{"host", "a"}, {"count", "0"}}, "count: '0' is not a whole number from 1 to 1000000"},
      {{{"host", "a"}, {"count", "2x"}}, "count: '2x' is not a whole number"},
      {{{"host", "a"}, {"count", "99999999999"}}, "count: "},
      {{{"host", "a"}, {"probe", "udp"}}, "probe: 'udp' is no probe: write icmp, tcp or http"},
      {{{"host", "a"}, {"probe", "tcp"}}, "probe: a tcp probe needs a port"},
      {{{"host", "a"}, {"method", "P OST"}}, "method: 'P OST'"},
      {{{"host", "a"}, {"path", "x"}}, "path: 'x' does not begin with a slash"},
      {{{"url", "http://a/x"}, {"path", "/y"}}, "path: the URL has a path of its own"},
      {{{"host", "a"}, {"max_redirects", "51"}}, "max_redirects: '51'"},
      {{{"host", "a"}, {"max_body", "1 page"}}, "max_body: '1 page'"},
      {{{"host", "a"}, {"user_agent", "a\r\nb"}}, "user_agent: control characters"},
      {{{"host", "a"}, {"expect_status", "ok"}}, "expect_status: 'ok' is no status code"},
      {{{"host", "a"}, {"host", "b"}}, "host: given twice"},
  };
  for (const auto& [written, message] : mistakes)
    CHECK_THAT(bad(written), ContainsSubstring(message));
  const std::string longest(target_parameters::label_bytes_max, 'x');
  CHECK(good({{"host", "a"}, {"label", longest.c_str()}}).parameters()->label == longest);
  CHECK_THAT(bad({{"host", "a"}, {"label", (longest + "x").c_str()}}),
             ContainsSubstring("256 bytes"));
}

TEST_CASE("what is of the socket can't be set for one target, and the message says what to do") {
  for (const char* name : {"size", "ttl", "tos", "df", "source", "icmp_socket", "icmp-socket"}) {
    CHECK_THAT(bad({{"host", "a"}, {name, "1"}}),
               ContainsSubstring("one socket serves all targets"));
    CHECK(good({{"host", "a"}, {name, ""}}).to_string() == "a");
  }
}

TEST_CASE("names that mean nothing are no columns") {
  CHECK_FALSE(target_column_of("rack"));
  CHECK_FALSE(target_column_of(""));
  CHECK_FALSE(target_column_of("time out"));
  CHECK_THAT(known_target_columns(), ContainsSubstring("target, url") && !ContainsSubstring("ttl"));
}

TEST_CASE("a scanner's saddr and sport are the target, its own daddr and dport say nothing") {
  const target subject =
      good({{"saddr", "10.0.0.1"}, {"sport", "22"}, {"daddr", "10.0.0.9"}, {"dport", "45678"}});
  CHECK(subject.to_string() == "10.0.0.1:22");
  CHECK(subject.parameters() == nullptr);
  CHECK_THAT(bad({{"daddr", "10.0.0.9"}, {"dport", "22"}}), ContainsSubstring("target is missing"));
  CHECK(good({{"ip", "10.0.0.1"}, {"port", "22"}, {"sport", "22"}}).port() == 22);
  CHECK_THAT(bad({{"ip", "10.0.0.1"}, {"port", "22"}, {"sport", "23"}}),
             ContainsSubstring("sport: "));
  CHECK_THAT(known_target_columns(), ContainsSubstring("saddr") && !ContainsSubstring("daddr"));
}

TEST_CASE("a port beside a URL that can't have it is refused") {
  CHECK_THAT(bad({{"url", "http://10.0.0.1/x"}, {"port", "81"}}), ContainsSubstring("port 80"));
}

TEST_CASE("a port without a target, and a target without anything in it, are no target") {
  for (const pairs& written : {pairs{{"ip", ""}, {"port", "22"}}, pairs{{"host", " "}}})
    CHECK_THAT(bad(written), ContainsSubstring("the target is missing"));
}

TEST_CASE("host beside another column that names the target is the Host header") {
  const auto header = [](const pairs& written) {
    const target subject = good(written);
    return subject.parameters() ? subject.parameters()->host : std::string{};
  };
  CHECK(header({{"ip", "10.0.0.1"}, {"host", "Shop.example"}}) == "shop.example");
  CHECK(header({{"url", "http://10.0.0.1/x"}, {"host", "shop.example:81"}}) == "shop.example:81");
  CHECK(header({{"target", "10.0.0.0/24"}, {"host", "shop.example"}}) == "shop.example");
  CHECK(header({{"url", "http://shop.example/x"}, {"host", "shop.example"}}).empty());
  CHECK(header({{"host", "shop.example"}}).empty());
  CHECK(header({{"url", "http://shop.example/"}, {"host", "10.0.0.1"}}).empty());
  for (const char* wrong : {"the shop", "http://shop.example/", "10.0.0.0/24", "a,b", "x\r\ny:z"}) {
    CHECK_THAT(bad({{"url", "http://10.0.0.1/"}, {"host", wrong}}),
               ContainsSubstring("host: ") && ContainsSubstring("Host header") &&
                   ContainsSubstring("label"));
    bad({{"ip", "10.0.0.1"}, {"probe", "http"}, {"host", wrong}});
    // Where HTTP need not come into it, it is a text for people.
    CHECK(header({{"ip", "10.0.0.1"}, {"host", wrong}}).empty());
  }
}

TEST_CASE("a column that could name the target, but does not, is told") {
  const auto unused = [](std::vector<record_value> known) {
    std::string all;
    for (const unused_column& one : unused_columns({std::move(known), {}}))
      all += std::string{to_string(one.name)} + " by " + std::string{to_string(one.by)} + ", ";
    return all;
  };
  using column = target_column;
  CHECK(unused({{column::ip, "10.0.0.1"}, {column::url, "http://a/"}}) == "ip by url, ");
  CHECK(unused({{column::ip, "10.0.0.1"}, {column::url, " "}}).empty());
  CHECK(unused({{column::host, "a"}, {column::url, "http://10.0.0.1/"}}).empty());
  CHECK(unused({{column::host, "10.0.0.2"}, {column::url, "http://a/"}}) == "host by url, ");
  CHECK(unused({{column::port, "1"}}).empty());
}
