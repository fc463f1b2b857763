#include "codec/resolv_conf.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace muster::codec;

namespace {

using strings = std::vector<std::string>;

strings servers(std::string_view text) {
  strings found;
  for (const auto& server : read_resolv_conf(text).servers)
    found.push_back(server.address.to_string() + (server.zone.empty() ? "" : '%' + server.zone));
  return found;
}

strings plan(std::string_view name, std::string_view text) {
  return plan_search(name, read_resolv_conf(text)).names;
}

}  // namespace

TEST_CASE("name servers are taken as glibc takes them") {
  CHECK(servers("nameserver 10.0.0.1\nnameserver 2001:db8::53\n") ==
        strings{"10.0.0.1", "2001:db8::53"});
  CHECK(servers("nameserver\t10.0.0.1\t\r\nnameserver   10.0.0.2 # why\nnameserver 10.0.0.3;x") ==
        strings{"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  CHECK(servers("nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4") ==
        strings{"1.1.1.1", "1.1.1.2", "1.1.1.3"});
  CHECK(servers("nameserver fe80::1%eth0\nnameserver fe80::2%2") ==
        strings{"fe80::1%eth0", "fe80::2%2"});
  CHECK(servers("nameserver 10.0.0.1%eth0\nnameserver dns.test\nnameserver 10.0.0\nnameserver\n"
                "nameserver [::1]\nnameserver 10.0.0.1:53\nnameserver 10.0.0.9") ==
        strings{"10.0.0.9"});
  CHECK(servers("# nameserver 10.0.0.1\n;nameserver 10.0.0.1\n nameserver 10.0.0.1\n"
                "nameservers 10.0.0.1\nNAMESERVER 10.0.0.1\nnameserver=10.0.0.1\n") == strings{});
  CHECK(servers("") == strings{});
}

TEST_CASE("the last search or domain line that names something counts") {
  const auto search = [](std::string_view text) { return read_resolv_conf(text).search; };
  CHECK(search("search a.test b.test\n") == strings{"a.test", "b.test"});
  CHECK(search("search a.test\ndomain B.Test c.test\n") == strings{"b.test"});
  CHECK(search("domain a.test\nsearch b.test\n") == strings{"b.test"});
  CHECK(search("search a.test\nsearch\nsearch \t\r\ndomain\n") == strings{"a.test"});
  CHECK(search("search a.test. .b.test # c.test\n") == strings{"a.test", "b.test"});
  CHECK(search("search .\n") == strings{""});
  CHECK_FALSE(read_resolv_conf("search\n").has_search);
  CHECK(read_resolv_conf("search .\n").has_search);
  std::string many = "search";
  for (int i = 0; i < 100; ++i)
    many += " d" + std::to_string(i);
  CHECK(search(many).size() == resolv_conf::search_max);
}

TEST_CASE("known options are taken, and others passed over") {
  const auto conf = read_resolv_conf(
      "options edns0 trust-ad no-such-option ndots:3 rotate\noptions use-vc # no-tld-query\n");
  CHECK(conf.dots_min == 3);
  CHECK(conf.rotate);
  CHECK(conf.use_tcp);
  CHECK_FALSE(conf.no_bare_name);
  CHECK(read_resolv_conf("options no-tld-query").no_bare_name);
  const auto dots = [](std::string_view text) { return read_resolv_conf(text).dots_min; };
  CHECK(dots("options") == 1);
  CHECK(dots("options ndots:0") == 0);
  CHECK(dots("options ndots:") == 0);
  CHECK(dots("options ndots:x") == 0);
  CHECK(dots("options ndots:99") == 15);
  CHECK(dots("options ndots:99999999999999999999") == 15);
  CHECK(dots("options ndots:2 ndots:4") == 4);
}

TEST_CASE("the environment's words take the file's place") {
  resolv_conf conf = read_resolv_conf("search a.test\noptions ndots:2\n");
  set_search("b.test c.test", conf);
  add_options("ndots:5 rotate", conf);
  CHECK(conf.search == strings{"b.test", "c.test"});
  CHECK(conf.dots_min == 5);
  CHECK(conf.rotate);
  set_search("", conf);
  CHECK(conf.search.empty());
  CHECK(conf.has_search);
}

TEST_CASE("names are asked for in glibc's order") {
  CHECK(plan("www", "") == strings{"www"});
  CHECK(plan("www", "search a.test b.test") == strings{"www.a.test", "www.b.test", "www"});
  CHECK(plan("www.x", "search a.test") == strings{"www.x", "www.x.a.test"});
  CHECK(plan("www.x", "search a.test\noptions ndots:2") == strings{"www.x.a.test", "www.x"});
  CHECK(plan("www.x.", "search a.test\noptions ndots:5") == strings{"www.x"});
  CHECK(plan("www", "search a.test\noptions ndots:0") == strings{"www", "www.a.test"});
  CHECK(plan("www", "search a.test\noptions no-tld-query") == strings{"www.a.test"});
  CHECK(plan("www", "options no-tld-query") == strings{"www"});
  CHECK(plan("www", "search .") == strings{"www"});
  CHECK(plan("www", "search a.test . b.test") == strings{"www.a.test", "www", "www.b.test"});
  CHECK(plan("a.b", "search .") == strings{"a.b"});
}

TEST_CASE("a search domain that makes no name is passed over") {
  CHECK(plan("www", "search a..test b_c.test d/e :: \xff.test") == strings{"www.b_c.test", "www"});
  const std::string label(63, 'a');
  const std::string domain = label + '.' + label + '.' + label + '.' + std::string(57, 'b');
  CHECK(plan("www", "search " + domain) == strings{"www." + domain, "www"});
  CHECK(plan("wwww", "search " + domain) == strings{"wwww"});
  CHECK(plan("www", "search " + label + 'a') == strings{"www"});
}
