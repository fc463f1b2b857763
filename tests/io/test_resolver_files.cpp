// The hosts file and resolv.conf.
#include "io/resolver_world.hpp"
#include "net/hosts_file.hpp"
#include "support/loopback.hpp"

#include <filesystem>
#include <string>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

struct files_world : world {
  temporary_directory directory;
  std::string hosts = directory.file("hosts");
  std::string config = directory.file("resolv.conf");

  resolver_options file_options(address_preference preference = address_preference::v4_first) {
    resolver_options result = options(preference);
    result.hosts_file = hosts;
    result.config_file = config;
    return result;
  }
};

}  // namespace

TEST_CASE("a name of the hosts file is known at once, and needs no name server") {
  files_world w;
  write_whole_file(w.hosts, "127.0.0.2 Printer printer.lan\n127.0.0.3 PRINTER\n");
  resolver names{w.context, w.file_options()};
  const addresses both{v4_a, ip_address::from_v4(0x7f000003)};
  for (int again = 0; again < 2; ++again) {
    asker one{names, "printer"};
    CHECK(one.at_once);
    CHECK(one.answer->addresses == both);
  }
  CHECK(asker{names, "PRINTER.lan"}.answer->addresses == addresses{v4_a});
  CHECK(names.statistics().queries == 0);
  CHECK(w.answer_of(names, "printer.").failure == reason::name_not_found);
  CHECK(w.server.questions_about("printer") == 2);
}

TEST_CASE("addresses that are given for a name come before all that anybody says of it") {
  files_world w;
  write_whole_file(w.hosts, "127.0.0.9 printer\n");
  resolver_options options = w.file_options();
  options.fixed = {{"Printer", v4_a}, {"printer.", v4_b}, {"localhost", v4_b}};
  resolver names{w.context, options};
  CHECK(asker{names, "PRINTER"}.answer->addresses == addresses{v4_a, v4_b});
  CHECK(asker{names, "printer."}.answer->addresses == addresses{v4_a, v4_b});
  CHECK(asker{names, "localhost"}.answer->addresses == addresses{v4_b});
  CHECK(names.statistics().queries == 0);
}

TEST_CASE("localhost is this machine, whatever the hosts file says") {
  files_world w;
  write_whole_file(w.hosts, "192.0.2.1 localhost db.localhost\n");
  resolver names{w.context, w.file_options(address_preference::v4_only)};
  for (const char* name : {"localhost", "db.localhost"})
    CHECK(asker{names, name}.answer->addresses == addresses{ip_address::from_v4(0x7f000001)});
}

TEST_CASE("a name that the hosts file has in another family is asked for in the wanted one") {
  files_world w;
  write_whole_file(w.hosts, "127.0.0.2 four.test\n::1 six.test\n2001:db8::2 far.test\n");
  w.server.otherwise({.addresses = {v4_b, v6_b}});
  resolver six{w.context, w.file_options(address_preference::v6_only)};
  CHECK(w.answer_of(six, "four.test").addresses == addresses{v6_b});
  CHECK(w.answer_of(six, "six.test").addresses == addresses{v6_a});
  resolver four{w.context, w.file_options(address_preference::v4_only)};
  CHECK(w.answer_of(four, "far.test").addresses == addresses{v4_b});
  // glibc takes it for this machine.
  CHECK(w.answer_of(four, "six.test").addresses == addresses{ip_address::from_v4(0x7f000001)});
}

TEST_CASE("a hosts file is read once, and again when it has changed") {
  temporary_directory directory;
  const std::string path = directory.file("hosts");
  hosts_file hosts{path};
  hosts_file::time_point now{};
  const auto later = [&]() -> const codec::hosts_table& {
    return hosts.table(now += hosts_file::look_pause);
  };
  CHECK(later().size() == 0);
  write_whole_file(path, "127.0.0.2 a\n");
  CHECK(later().find("a") == addresses{v4_a});
  const codec::hosts_table* const first = &later();
  CHECK(first->find("b").empty());
  // The same length, under another name: what an editor does.
  write_whole_file(path + "~", "127.0.0.2 b\n");
  std::filesystem::rename(path + "~", path);
  CHECK(hosts.table(now + 99ms).find("b").empty());
  CHECK(later().find("b") == addresses{v4_a});
  CHECK(later().find("a").empty());
  std::filesystem::remove(path);
  CHECK(later().size() == 0);
  std::filesystem::create_directory(path);
  CHECK(later().size() == 0);
}

TEST_CASE("a thousand lookups in a hosts file of 100,000 lines read it once") {
  files_world w;
  std::string text;
  for (int i = 0; i < 100'000; ++i) {
    text += "10." + std::to_string(i >> 16) + '.' + std::to_string(i >> 8 & 255) + '.' +
            std::to_string(i & 255) + " host" + std::to_string(i) + ".lan host" +
            std::to_string(i) + '\n';
  }
  write_whole_file(w.hosts, text);
  resolver names{w.context, w.file_options()};
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 1'000; ++i) {
    asker one{names, "host" + std::to_string(i * 100)};
    REQUIRE(one.at_once);
    REQUIRE(one.answer->addresses ==
            addresses{ip_address::from_v4(0x0a000000u + unsigned(i * 100))});
  }
  // Read for each of them, it would take minutes.
  CHECK(std::chrono::steady_clock::now() - start < 15s);
}

TEST_CASE("search domains are tried as glibc does") {
  files_world w;
  write_whole_file(w.config, "search first.test second.test\noptions ndots:2\n");
  w.server.on("a.second.test", {.addresses = {v4_a}});
  w.server.on("a.b", {.addresses = {v4_b}});
  w.server.on("x.y.z.first.test", {.addresses = {v4_a}});
  w.server.on("bad.first.test", {.rcode = 2});
  w.server.on("bad.second.test", {.addresses = {v4_a}});
  w.server.on("refused.first.test", {.rcode = 5});
  w.server.on("refused.second.test", {.addresses = {v4_a}});
  w.server.on("none.first.test", {});
  resolver names{w.context, w.file_options(address_preference::v4_only)};
  CHECK(w.answer_of(names, "a").addresses == addresses{v4_a});
  CHECK(w.server.questions_about("a.first.test") == 1);
  CHECK(w.server.questions_about("a") == 0);
  // Fewer dots than ndots: after the domains.
  CHECK(w.answer_of(names, "a.b").addresses == addresses{v4_b});
  CHECK(w.server.questions_about("a.b.second.test") == 1);
  // As many: before them.
  CHECK(w.answer_of(names, "x.y.z").addresses == addresses{v4_a});
  CHECK(w.server.questions_about("x.y.z") == 1);
  // A server that could not find out is no end of the search; one that refuses is.
  CHECK(w.answer_of(names, "bad").addresses == addresses{v4_a});
  CHECK(w.answer_of(names, "refused").failure == reason::name_server_refused);
  CHECK(w.answer_of(names, "a.").failure == reason::name_not_found);
  CHECK(w.server.questions_about("a") == 1);
  CHECK(w.answer_of(names, "none").failure == reason::no_address);
  CHECK(w.answer_of(names, "missing").failure == reason::name_not_found);
  CHECK(w.answer_of(names, "missing.in.full").failure == reason::name_not_found);
}

TEST_CASE("a search list of the root alone asks for names as they are") {
  files_world w;
  w.server.on("www", {.addresses = {v4_a}});
  w.server.on("www.test", {.addresses = {v4_b}});
  for (const char* config : {"search .\n", "search\t.\r\n", "domain .\n", "search . # all\n"}) {
    CAPTURE(config);
    write_whole_file(w.config, config);
    resolver names{w.context, w.file_options()};
    CHECK(w.answer_of(names, "www").addresses == addresses{v4_a});
    CHECK(w.answer_of(names, "www.test").addresses == addresses{v4_b});
  }
}

TEST_CASE("without a resolv.conf, or a name server in it, this machine is asked") {
  files_world w;
  resolver_options options = w.file_options();
  options.servers.clear();
  // Nothing listens on port 53 here, or something does: what counts is that it is asked.
  options.query_timeout = 50ms;
  for (const char* config : {"", "nameserver\n", "nameserver dns.test\nnameserver 10.0.0\n"}) {
    write_whole_file(w.config, config);
    resolver names{w.context, options};
    const reason failure = w.answer_of(names, "www.invalid").failure;
    CHECK(failure != reason::none);
    CHECK(failure != reason::invalid_name);
    CHECK(failure != reason::socket_error);
  }
}
