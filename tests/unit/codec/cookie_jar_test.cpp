#include "codec/cookie_jar.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using muster::codec::cookie_jar;
using muster::codec::parse_cookie_date;
using namespace std::chrono_literals;

namespace {

using place = cookie_jar::place;

constexpr cookie_jar::time_point now =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + 8h + 15min;

constexpr place plain{.host = "www.shop.example", .path = "/a/login?next=/b"};
constexpr place secure{.host = "www.shop.example", .path = "/a/login", .is_secure = true};

/// What is sent to `to` after all of these came from `from`.
std::string sent(const std::vector<std::string>& set, const place& to, const place& from = plain) {
  cookie_jar jar;
  for (const std::string& one : set)
    jar.store(one, from, now);
  return jar.header(to, now);
}

place at(std::string_view host, std::string_view path = "/a/x", bool is_secure = false) {
  return {.host = host, .path = path, .is_secure = is_secure};
}

}  // namespace

TEST_CASE("a cookie goes back to where it came from, as it was written") {
  CHECK(sent({"id=7"}, plain) == "id=7");
  CHECK(sent({"id=7", "b = two words ; Path=/"}, plain) == "id=7; b=two words");
  CHECK(sent({"id=\"q,;r\"; HttpOnly; SameSite=Lax; Priority=High; Nonsense"}, plain) == "id=\"q,");
  CHECK(sent({"id=a=b=c"}, plain) == "id=a=b=c");
  CHECK(sent({"id="}, plain) == "id=");
  CHECK(sent({"id=1", "ID=2"}, plain) == "id=1; ID=2");
}

TEST_CASE("what is no cookie is left out") {
  for (const char* none : {"", ";", "=", "=x", "lonely", " ; a=b", "a\x01=b", "a=b\x7f", "a=\nb"}) {
    CAPTURE(none);
    CHECK(sent({none}, plain).empty());
  }
}

TEST_CASE("a cookie without a domain is its host's alone") {
  CHECK(sent({"a=1"}, at("www.shop.example")) == "a=1");
  CHECK(sent({"a=1"}, at("shop.example")).empty());
  CHECK(sent({"a=1"}, at("x.www.shop.example")).empty());
  CHECK(sent({"a=1; Domain="}, at("x.www.shop.example")).empty());
}

TEST_CASE("a domain lets a cookie go to all hosts in it, if it is one that its host is in") {
  for (const char* domain : {"shop.example", ".shop.example", "SHOP.Example", "shop.example."}) {
    CAPTURE(domain);
    const std::string one = "a=1; Domain=" + std::string{domain};
    CHECK(sent({one}, at("shop.example")) == "a=1");
    CHECK(sent({one}, at("x.shop.example")) == "a=1");
    CHECK(sent({one}, at("x.shop.example.")) == "a=1");
    CHECK(sent({one}, at("workshop.example")).empty());
    CHECK(sent({one}, at("example")).empty());
  }
  for (const char* foreign : {"other.example", "x.www.shop.example", "op.example", "example",
                              ".example", "example.", "com", "..example"}) {
    CAPTURE(foreign);
    CHECK(sent({"a=1; Domain=" + std::string{foreign}}, plain).empty());
  }
}

TEST_CASE("of a host of one label and of an address, a domain that is no other is no more") {
  CHECK(sent({"a=1; Domain=localhost"}, at("localhost"), at("localhost")) == "a=1");
  CHECK(sent({"a=1; Domain=localhost"}, at("x.localhost"), at("localhost")).empty());
  const place here{.host = "10.0.0.1", .is_address = true, .path = "/"};
  CHECK(sent({"a=1; Domain=10.0.0.1"}, here, here) == "a=1");
  CHECK(sent({"a=1; Domain=0.0.1"}, here, here).empty());
  const place there{.host = "2.0.0.1", .is_address = true, .path = "/"};
  CHECK(sent({"a=1; Domain=0.0.1"}, there, at("x.0.0.1", "/")).empty());
}

TEST_CASE("a cookie is for its path and what is below, by default for the folder it came from") {
  CHECK(sent({"a=1"}, at("www.shop.example", "/a")) == "a=1");
  CHECK(sent({"a=1"}, at("www.shop.example", "/a?x=/b")) == "a=1");
  CHECK(sent({"a=1"}, at("www.shop.example", "/ab")).empty());
  CHECK(sent({"a=1"}, at("www.shop.example", "/")).empty());
  CHECK(sent({"a=1; Path=/"}, at("www.shop.example", "/")) == "a=1");
  CHECK(sent({"a=1; Path=/b/"}, at("www.shop.example", "/b")).empty());
  CHECK(sent({"a=1; Path=/b/"}, at("www.shop.example", "/b/c")) == "a=1");
  CHECK(sent({"a=1; Path=b"}, at("www.shop.example", "/a/c")) == "a=1");
  CHECK(sent({"a=1"}, at("h", "/"), at("h", "/login")) == "a=1");
  CHECK(sent({"a=1"}, at("h", "/"), at("h", "")) == "a=1");
  CHECK(sent({"a=1; Path=/", "b=2; Path=/a", "c=3; Path=/"}, plain) == "b=2; a=1; c=3");
}

TEST_CASE("a secure cookie is set and sent over TLS only") {
  CHECK(sent({"a=1; Secure"}, secure, secure) == "a=1");
  CHECK(sent({"a=1; secure=yes"}, plain, secure).empty());
  CHECK(sent({"a=1; Secure"}, secure, plain).empty());
  CHECK(sent({"a=1"}, plain, secure) == "a=1");
}

TEST_CASE("a name that promises something is kept to it") {
  CHECK(sent({"__Secure-a=1; Secure"}, secure, secure) == "__Secure-a=1");
  CHECK(sent({"__Secure-a=1"}, secure, secure).empty());
  CHECK(sent({"__Host-a=1; Secure; Path=/"}, secure, secure) == "__Host-a=1");
  CHECK(sent({"__Host-a=1; Secure"}, secure, secure).empty());
  CHECK(sent({"__host-a=1; Secure; Path=/; Domain=shop.example"}, secure, secure).empty());
}

TEST_CASE("a cookie that is over is not sent, and takes the one before it along") {
  CHECK(sent({"a=1; Max-Age=0"}, plain).empty());
  CHECK(sent({"a=1", "a=2; Max-Age=-5"}, plain).empty());
  CHECK(sent({"a=1", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"}, plain).empty());
  CHECK(sent({"a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=5"}, plain) == "a=1");
  CHECK(sent({"a=1; Expires=Sat, 31 Jan 2026 08:15:01 GMT"}, plain) == "a=1");
  CHECK(sent({"a=1; Expires=Sat, 31 Jan 2026 08:15:00 GMT"}, plain).empty());
  CHECK(sent({"a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT"}, plain) == "a=1");
  CHECK(sent({"a=1; Expires=soon; Max-Age=1d"}, plain) == "a=1");
  CHECK(sent({"a=1; Max-Age=99999999999999999999999999"}, plain) == "a=1");
  cookie_jar jar;
  jar.store("a=1; Max-Age=10", plain, now);
  CHECK(jar.header(plain, now + 9s) == "a=1");
  CHECK(jar.header(plain, now + 10s).empty());
}

TEST_CASE("a cookie of the same name, domain and path takes the place of the one before") {
  CHECK(sent({"a=1", "b=2", "a=3"}, plain) == "a=3; b=2");
  CHECK(sent({"a=1; Path=/", "a=2"}, plain) == "a=2; a=1");
}

TEST_CASE("dates are read as browsers read them") {
  const std::chrono::sys_seconds expected =
      std::chrono::sys_days{std::chrono::year{1994} / 11 / 6} + 8h + 49min + 37s;
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994", "06 november 1994 8:49:37",
                           "1994/Nov/06x 08:49:37z", "08:49:37 6 NOV 94"}) {
    CAPTURE(text);
    CHECK(parse_cookie_date(text) == expected);
  }
  for (const char* none :
       {"", "tomorrow", "06 Nov 1994", "06 Nov 1994 24:00:00", "06 Nov 1994 08:60:00",
        "06 Nov 1994 08:49", "06 Nov 1600 08:49:37", "31 Feb 1994 08:49:37", "Nov 1994 08:49:37",
        "06 1994 08:49:37", "006 Nov 1994 08:49:37", "06 Nov 08:49:37", "06 Nov 1994 8:49:370"}) {
    CAPTURE(none);
    CHECK_FALSE(parse_cookie_date(none));
  }
  CHECK(parse_cookie_date("1 Jan 70 0:0:0") == std::chrono::sys_seconds{});
  CHECK(parse_cookie_date("1 Jan 69 0:0:0") ==
        std::chrono::sys_days{std::chrono::year{2069} / 1 / 1});
}

TEST_CASE("however many and however large cookies are, what is kept and sent is bounded") {
  cookie_jar jar;
  for (int i = 0; i < 1000; ++i)
    jar.store("c" + std::to_string(i) + "=" + std::string(1000, 'v'), plain, now);
  CHECK(jar.size() == cookie_jar::cookies_max);
  CHECK(jar.header(plain, now).size() <= cookie_jar::header_bytes_max);
  CHECK(jar.header(plain, now).starts_with("c0=vvv"));
  const std::string most(cookie_jar::cookie_bytes_max - 1, 'v');
  CHECK(sent({"a=" + most}, plain) == "a=" + most);
  CHECK(sent({"a=v" + most}, plain).empty());
  const std::string long_path = "/a/" + std::string(cookie_jar::attribute_bytes_max, 'p');
  CHECK(sent({"a=1; Path=" + long_path}, plain) == "a=1");
}
