#include "codec/redirect.hpp"

#include "support/catch.hpp"

#include <utility>
#include <vector>

using muster::codec::resolve_location;
using muster::codec::url_bytes_max;

namespace {

constexpr std::string_view base = "http://a/b/c/d;p?q";

}  // namespace

TEST_CASE("relative locations resolve as in RFC 3986, 5.4, less the fragment") {
  const std::vector<std::pair<std::string_view, std::string>> examples{
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
  };
  for (const auto& [location, expected] : examples) {
    INFO(location);
    CHECK(resolve_location(base, location) == expected);
  }
}

TEST_CASE("an absolute location is taken as it is, scheme and host in lower case") {
  CHECK(resolve_location(base, "https://example.com/x?y") == "https://example.com/x?y");
  CHECK(resolve_location(base, "HTTPS://Example.COM:8443/X") == "https://example.com:8443/X");
  CHECK(resolve_location(base, "http://h/a/../b#c") == "http://h/b");
}

TEST_CASE("a location without a scheme keeps the base's") {
  CHECK(resolve_location("https://a/b", "//other:444/x") == "https://other:444/x");
  CHECK(resolve_location("https://a:8443/b", "/x") == "https://a:8443/x");
  CHECK(resolve_location("http://host", "x") == "http://host/x");
}

TEST_CASE("IPv6 hosts keep their usual form") {
  CHECK(resolve_location(base, "http://[::1]:8080/x") == "http://[::1]:8080/x");
  CHECK(resolve_location("http://[2001:db8::42]/", "/y") == "http://[2001:db8::42]/y");
  CHECK(resolve_location(base, "http://[2001:DB8:0:0:0:0:0:42]/") == "http://[2001:db8::42]/");
}

TEST_CASE("bytes that belong in no URL, but that servers send, are percent-encoded") {
  CHECK(resolve_location(base, "/a b") == "http://a/a%20b");
  CHECK(resolve_location(base, "/caf\xc3\xa9") == "http://a/caf%C3%A9");
  CHECK(resolve_location(base, "/a[]?b[0]=|") == "http://a/a%5B%5D?b%5B0%5D=%7C");
  CHECK(resolve_location(base, "/100%/%41%zz%4") == "http://a/100%25/%41%25zz%254");
  CHECK(resolve_location(base, "/\\evil") == "http://a/%5Cevil");
  CHECK(resolve_location(base, "//g?next=http://[::1]/") == "http://g?next=http://%5B::1%5D/");
}

TEST_CASE("a location that can't be followed is none") {
  for (const std::string_view location :
       {"", "mailto:x@example.com", "javascript:alert(1)", "ftp://h/", "file:///etc/passwd", "g:h",
        "http:", "http:g", "http://", "http:///x", "///x", "http://[::1/", "http://[nonsense]/",
        "http://h:port/", "://"}) {
    INFO(location);
    CHECK(resolve_location(base, location) == std::nullopt);
  }
}

TEST_CASE("a location with control characters is none") {
  for (int c = 0; c < 0x20; ++c) {
    CHECK(resolve_location(base, std::string{"/a"} + static_cast<char>(c) + "b") == std::nullopt);
  }
  CHECK(resolve_location(base, "/a\x7f") == std::nullopt);
  CHECK(resolve_location(base, "/a\r\nSet-Cookie: x") == std::nullopt);
}

TEST_CASE("a location that is too long, before or after it is resolved, is none") {
  const std::string prefix = "http://a/";
  const std::string longest = prefix + std::string(url_bytes_max - prefix.size(), 'x');
  CHECK(resolve_location(base, longest) == longest);
  CHECK(resolve_location(base, longest + "x") == std::nullopt);
  CHECK(resolve_location(longest, "?" + std::string(url_bytes_max - 1, 'y')) == std::nullopt);
  CHECK(resolve_location(base, "/" + std::string(url_bytes_max / 2, ' ')) == std::nullopt);
}

TEST_CASE("a base that is no URL resolves nothing") {
  CHECK(resolve_location("", "/x") == std::nullopt);
  CHECK(resolve_location("a/b", "/x") == std::nullopt);
  CHECK(resolve_location("http://[", "/x") == std::nullopt);
}
