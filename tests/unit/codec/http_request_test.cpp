#include "codec/http_request.hpp"

#include "support/catch.hpp"

#include <stdexcept>

namespace {

std::string request_of(std::string_view method, std::string_view authority, std::string_view path,
                       std::string_view user_agent) {
  std::string request = "what was there before";
  muster::codec::write_http_request(
      request, {.method = method, .authority = authority, .path = path, .user_agent = user_agent});
  return request;
}

}  // namespace

TEST_CASE("a request is what RFC 9112 asks for, and nothing more") {
  CHECK(request_of("GET", "example.com:8080", "/a?b=c", "muster/0.1") ==
        "GET /a?b=c HTTP/1.1\r\n"
        "Host: example.com:8080\r\n"
        "User-Agent: muster/0.1\r\n"
        "Accept: */*\r\n"
        "Connection: close\r\n"
        "\r\n");
  std::string upgrade;
  muster::codec::write_http_request(upgrade, {.method = "GET",
                                              .authority = "a",
                                              .path = "/",
                                              .user_agent = "b",
                                              .headers = "Upgrade: c\r\n",
                                              .connection = "Upgrade"});
  CHECK(upgrade.ends_with("\r\nUpgrade: c\r\nAccept: */*\r\nConnection: Upgrade\r\n\r\n"));
  CHECK(request_of("HEAD", "[::1]", "/", "a b (c)").starts_with("HEAD / HTTP/1.1\r\n"));
}

TEST_CASE("a proxy is asked for a way to a host and its port, and for nothing else") {
  std::string request = "what was there before";
  muster::codec::write_connect_request(request, "[2001:db8::1]:443", "muster/0.1",
                                       "Proxy-Authorization: Basic eDp5\r\n");
  CHECK(request ==
        "CONNECT [2001:db8::1]:443 HTTP/1.1\r\n"
        "Host: [2001:db8::1]:443\r\n"
        "User-Agent: muster/0.1\r\n"
        "Proxy-Authorization: Basic eDp5\r\n"
        "\r\n");
  for (const char* bad : {"", "a b:443", "a:443\r\nX: y"}) {
    CHECK_THROWS_AS(muster::codec::write_connect_request(request, bad, "ua", ""),
                    std::invalid_argument);
  }
  CHECK_THROWS_AS(muster::codec::write_connect_request(request, "a:443", "u\na", ""),
                  std::invalid_argument);
}

TEST_CASE("a part of a request that could smuggle in another is refused") {
  for (int c = 0; c <= 0x7f; ++c) {
    const std::string bad = std::string{"x"} + static_cast<char>(c) + "y";
    const bool control = c < 0x20 || c == 0x7f;
    INFO("character " << c);
    if (control || c == ' ') {
      CHECK_THROWS_AS(request_of(bad, "h", "/", "ua"), std::invalid_argument);
      CHECK_THROWS_AS(request_of("GET", bad, "/", "ua"), std::invalid_argument);
      CHECK_THROWS_AS(request_of("GET", "h", bad, "ua"), std::invalid_argument);
    } else {
      CHECK_NOTHROW(request_of(bad, bad, bad, bad));
    }
    if (control) CHECK_THROWS_AS(request_of("GET", "h", "/", bad), std::invalid_argument);
  }
}

TEST_CASE("a part of a request that is missing is refused, by name") {
  CHECK_THROWS_WITH(request_of("", "h", "/", "ua"), Catch::Matchers::ContainsSubstring("method"));
  CHECK_THROWS_WITH(request_of("GET", "", "/", "ua"),
                    Catch::Matchers::ContainsSubstring("authority"));
  CHECK_THROWS_WITH(request_of("GET", "h", "", "ua"), Catch::Matchers::ContainsSubstring("path"));
  CHECK_THROWS_WITH(request_of("GET", "h", "/", ""),
                    Catch::Matchers::ContainsSubstring("user agent"));
}
