#include "codec/hosts_table.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using muster::ip_address;
using muster::codec::hosts_table;
using namespace std::string_literals;

namespace {

std::vector<std::string> found(const hosts_table& table, std::string_view name) {
  std::vector<std::string> texts;
  for (const ip_address& address : table.find(name))
    texts.push_back(address.to_string());
  return texts;
}

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a hosts file gives a name the addresses of all its lines, in their order, each once") {
  const hosts_table table{
      "127.0.0.9 one one.example\n::5\tOne\n127.0.0.10 two ONE\n127.0.0.9 one\n"};
  CHECK(found(table, "one") == strings{"127.0.0.9", "::5", "127.0.0.10"});
  CHECK(found(table, "two") == strings{"127.0.0.10"});
  CHECK(found(table, "one.example") == strings{"127.0.0.9"});
  CHECK(found(table, "three").empty());
  CHECK(found(table, "on").empty());
}

TEST_CASE("a hosts file is read as glibc reads it") {
  const hosts_table table{
      "# 127.0.0.1 commented\n"
      "  127.0.0.2   leading\t\tali#as other\n"
      "127.0.0.3 crlf\r\n"
      "\n\n"
      "127.1 short\n"
      "010.0.0.1 octal\n"
      "fe80::1%lo zoned\n"
      "name 127.0.0.4\n"
      "127.0.0.5\n"
      "::ffff:127.0.0.6 mapped\n"
      "127.0.0.7 dotted.\n"
      "0.0.0.0 blocked\n"
      "127.0.0.8 last"};
  CHECK(found(table, "leading") == strings{"127.0.0.2"});
  CHECK(found(table, "ali") == strings{"127.0.0.2"});
  CHECK(found(table, "crlf") == strings{"127.0.0.3"});
  CHECK(found(table, "mapped") == strings{"127.0.0.6"});
  CHECK(found(table, "dotted.") == strings{"127.0.0.7"});
  CHECK(found(table, "blocked") == strings{"0.0.0.0"});
  CHECK(found(table, "last") == strings{"127.0.0.8"});
  for (const char* absent : {"commented", "alias", "other", "short", "octal", "zoned", "127.0.0.4",
                             "127.0.0.5", "dotted", "last.", ""}) {
    CAPTURE(absent);
    CHECK(found(table, absent).empty());
  }
}

TEST_CASE("an empty hosts file, and one of odd bytes, have no names") {
  CHECK(hosts_table{}.find("a").empty());
  CHECK(hosts_table{""}.find("a").empty());
  CHECK(hosts_table{"\0\xff\n\0"s}.find("a").empty());
  CHECK(hosts_table{"127.0.0.1 a\0b"s}.find("a").empty());
  CHECK(hosts_table{"127.0.0.1 " + std::string(1'000, 'a')}.size() == 0);
  CHECK(hosts_table{"127.0.0.1 " + std::string(254, 'a')}.find(std::string(254, 'a')).size() == 1);
}

TEST_CASE("a name of more addresses than are taken from an answer has that many") {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "10.0.0." + std::to_string(i) + " many\n";
  CHECK(hosts_table{text}.find("many").size() == hosts_table::addresses_max);
}

TEST_CASE("a line as long as a file that names one host all along is no hindrance") {
  std::string line = "127.0.0.9";
  for (int i = 0; i < 300'000; ++i)
    line += " one";
  CHECK(found(hosts_table{line}, "one") == strings{"127.0.0.9"});
}

TEST_CASE("each of 100,000 names that share an address is found") {
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += "0.0.0.0 ads" + std::to_string(i) + ".example\n";
  const hosts_table table{text};
  CHECK(table.size() == 100'000);
  for (int i = 0; i < 100'000; i += 777)
    REQUIRE(found(table, "ads" + std::to_string(i) + ".example") == strings{"0.0.0.0"});
}
