#include "targets/url.hpp"

#include "parse_support.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using muster::ip_address;
using muster::parse_url_of_any_scheme;
using muster::target;
using muster::target_form;
using muster::test::parse_bad;
using muster::test::parse_good;

TEST_CASE("a URL is taken apart into what an HTTP probe needs") {
  struct sample {
    const char* text;
    const char* host;
    const char* address;
    std::uint16_t port;
    const char* authority;
    const char* path;
  };
  for (const sample& each : {
           sample{"http://example.com", "example.com", "::", 80, "example.com", "/"},
           sample{"HTTP://Example.COM/", "example.com", "::", 80, "example.com", "/"},
           sample{"http://example.com:8080/a/b", "example.com", "::", 8080, "example.com:8080",
                  "/a/b"},
           sample{"http://example.com:80/", "example.com", "::", 80, "example.com", "/"},
           sample{"http://example.com:/", "example.com", "::", 80, "example.com", "/"},
           sample{"http://example.com?q=1", "example.com", "::", 80, "example.com", "/?q=1"},
           sample{"http://h/x?a=b&c=%20#top", "h", "::", 80, "h", "/x?a=b&c=%20"},
           sample{"http://h#top/x?y", "h", "::", 80, "h", "/"},
           sample{"http://h//x/../y", "h", "::", 80, "h", "//x/../y"},
           sample{"http://10.0.0.1/24", "", "10.0.0.1", 80, "10.0.0.1", "/24"},
           sample{"http://10.0.0.1:81", "", "10.0.0.1", 81, "10.0.0.1:81", "/"},
           sample{"http://[::1]/", "", "::1", 80, "[::1]", "/"},
           sample{"http://[2001:DB8::1]:8080/x", "", "2001:db8::1", 8080, "[2001:db8::1]:8080",
                  "/x"},
           sample{"http://_a.example/~u/@x:y", "_a.example", "::", 80, "_a.example", "/~u/@x:y"},
       }) {
    INFO(each.text);
    const auto range = parse_good(each.text);
    REQUIRE(range.size() == 1);
    const target only = range.at(0);
    CHECK(only.form() == target_form::url);
    CHECK(only.host() == each.host);
    CHECK(only.address() == ip_address::parse(each.address));
    CHECK(only.port() == each.port);
    CHECK(only.authority() == each.authority);
    CHECK(only.path() == each.path);
    CHECK(only.written() == each.text);
    CHECK_FALSE(only.of_range());
  }
}

TEST_CASE("an IPv6 address in a URL may have a zone, which its Host header does not") {
  const std::uint32_t lo = parse_good("fe80::1%lo").at(0).scope();
  REQUIRE(lo != 0);
  for (const std::string& zone :
       std::vector<std::string>{"%25lo", "%lo", "%25%6c%6F", "%25" + std::to_string(lo)}) {
    const std::string text = "http://[fe80::1" + zone + "]:8080/a%25b?q";
    INFO(text);
    const target url = parse_good(text).at(0);
    CHECK(url.address() == ip_address::parse("fe80::1"));
    CHECK(url.scope() == lo);
    CHECK(url.authority() == "[fe80::1]:8080");
    CHECK(url.path() == "/a%25b?q");
    CHECK(url.written() == text);
  }
  CHECK(parse_good("http://[fe80::1]/%25lo").at(0).scope() == 0);
}

TEST_CASE("what no URL may hold is percent-encoded in its path and query, as browsers do") {
  struct sample {
    const char* text;
    const char* path;
  };
  for (const sample& each :
       {sample{"http://h/{id}", "/%7Bid%7D"}, sample{"http://h/%invalid", "/%25invalid"},
        sample{"http://h/100%", "/100%25"}, sample{"http://h/%4", "/%254"},
        sample{"http://h/%41%zz%e4", "/%41%25zz%e4"},
        sample{"http://h/x?filter[name]=x|y", "/x?filter%5Bname%5D=x%7Cy"},
        sample{"http://h?q=\"a\"", "/?q=%22a%22"}, sample{"http://h/<^`\\>", "/%3C%5E%60%5C%3E"},
        sample{"http://h/\xc3\xa4?\xe6\xb5\x8b", "/%C3%A4?%E6%B5%8B"},
        sample{"http://h//[x]/", "//%5Bx%5D/"}, sample{"http://h/#{[%", "/"},
        sample{"http://h#[", "/"}, sample{"http://[fe80::1%25lo]/{", "/%7B"}}) {
    INFO(each.text);
    const target only = parse_good(each.text).at(0);
    CHECK(only.path() == each.path);
    CHECK(only.written() == each.text);
  }
}

TEST_CASE("a URL that can't be probed is told why") {
  struct refusal {
    std::string text;
    std::string says;
  };
  const std::vector<refusal> refusals{
      {"ftp://example.com/", "ftp:// is not a scheme that can be probed"},
      {"httpx://example.com/", "httpx:// is not a scheme"},
      {"wss://example.com/", "write the host, and --websocket='wss://{}/path'"},
      {"http:/x", "two slashes: write http://host/path"},
      {"http://", "the host is missing"},
      {"http:///path", "the host is missing"},
      {"http://:80/", "the host is missing"},
      {"http://user@example.com/", "user name or password is refused"},
      {"http://user:secret@example.com/", "user name or password is refused"},
      {"http://@example.com/", "user name or password is refused"},
      {"http://example.com:0/", "the port 0 is out of range"},
      {"http://example.com:99999/", "out of range"},
      {"http://example.com:x/", "'x' is not a port"},
      {"http://010.0.0.1/", "leading zero"},
      {"http://10.0.0.1-9/", "a range where one address is needed"},
      {"http://1.2.3/", "four numbers"},
      {"http://[::1/", "the closing ] is missing"},
      {"http://[::1]x/", "'[::1]x' is not the host of a URL"},
      {"http://us{er:secret@h/", "user name or password is refused"},
      {"http://[fe80::1%25no-such-if0]/", "no interface 'no-such-if0'"},
      {"http://[fe80::1%25lo%00]/", "no interface 'lo%00'"},
      {"http://[fe80::1%25]/", "the zone after %25 is missing"},
      {"http://[fe80::1%]/", "the zone after %25 is missing"},
      {"http://[fe80::1%25lo/", "the closing ] is missing"},
      {"http://[fe80::1]%25lo/", "URL"},
      {"http://[v1.x%25lo]/", "not an IPv6 address"},
      {"http://fe80%25lo/", "the character '%'"},
      {"http://h%zz/", "the character '%'"},
      {"http://h%/", "the character '%'"},
      {"http://h:8%310/", "'8%310' is not a port"},
      {"http://a{b/", "the character '{' has no place in the host name"},
      {"http://h:80x/", "'80x' is not a port"},
      {"http://[v1.x]/", "not an IPv6 address"},
      {"http://a%2fb/", "the character '%'"},
      {"http://h/a b", "white space inside: write one target a line, and a blank in a URL as %20"},
      {"http://h/a\tb", "white space inside"},
      {"http://h/a\x7f", "control character"},
  };
  for (const refusal& each : refusals) {
    INFO(each.text);
    CHECK_THAT(parse_bad(each.text), ContainsSubstring(each.says));
  }
}

TEST_CASE("a refused URL's password is not repeated") {
  CHECK(parse_bad("http://user:secret@example.com/").find("secret") == std::string::npos);
}

TEST_CASE("a command may be given a URL of any scheme, with the port of that scheme") {
  const auto good = [](std::string_view text) {
    INFO(text);
    auto url = parse_url_of_any_scheme(text);
    if (!url) FAIL("refused: " << url.error().message);
    CHECK(url->written() == text);
    return *url;
  };
  const target shop = good("HTTPS://Shop.example/a?b");
  CHECK(shop.port() == 443);
  CHECK(shop.authority() == "shop.example");
  CHECK(shop.host() == "shop.example");
  CHECK(shop.path() == "/a?b");
  CHECK(good("https://shop.example:80/").authority() == "shop.example:80");
  CHECK(good("http://shop.example/").port() == 80);
  CHECK(good("https://[::1]/").address() == ip_address::parse("::1"));
  CHECK(good("ssh://git.example/x").port() == 0);
  CHECK(good("ssh://git.example/x").authority() == "git.example");
  CHECK(good("ssh://git.example:22/x").port() == 22);

  for (const char* wrong : {"https://", "https:/x", "file:///etc/hosts", "web1:/srv",
                            "https://user:secret@shop.example/", "https://a:99999/"}) {
    INFO(wrong);
    CHECK_FALSE(parse_url_of_any_scheme(wrong));
  }
  CHECK_THAT(parse_url_of_any_scheme("web1:/srv").error().message, ContainsSubstring("--lines"));
}
