#include "targets/international_name.hpp"

#include "muster/exclude_set.hpp"
#include "parse_support.hpp"
#include "targets/url.hpp"

#include <string>
#include <utility>

using Catch::Matchers::ContainsSubstring;
using namespace muster;
using namespace muster::test;
using namespace std::string_literals;

namespace {

struct sample {
  const char* written;
  const char* asked;
};

constexpr sample names[] = {
    {"münchen.example", "xn--mnchen-3ya.example"},
    {"MÜNCHEN.Example", "xn--mnchen-3ya.example"},
    {"mu\u0308nchen.example", "xn--mnchen-3ya.example"},  // decomposed
    {"straße.example", "xn--strae-oqa.example"},          // not transitional: no "ss"
    {"例え.テスト", "xn--r8jz45g.xn--zckzah"},
    {"例え。テスト", "xn--r8jz45g.xn--zckzah"},  // an ideographic full stop
    {"пример.испытание.", "xn--e1afmkfd.xn--80akhbyknj4f."},
    {"_sip.bücher.example", "_sip.xn--bcher-kva.example"},
    {"ｗｗｗ.example", "www.example"},
    {"☃.example", "xn--n3h.example"},                 // a symbol, as browsers and curl take it
    {"a\u200cb.example", nullptr},                    // a joiner that joins nothing
    {"نامه\u200cای.com", "xn--mgba3gch31f060k.com"},  // one that does
};

}  // namespace

TEST_CASE("an international name is asked for in its ASCII form and called as it was written") {
  for (const sample& each : names) {
    if (each.asked == nullptr) continue;
    INFO(each.written);
    const target name = parse_good(each.written).at(0);
    CHECK(name.host() == each.asked);
    CHECK(name.written() == each.written);
    CHECK(name.form() == target_form::name);
    const target with_port = parse_good(each.written + ":8080"s).at(0);
    CHECK(with_port.host() == each.asked);
    CHECK(with_port.port() == 8080);
    CHECK(with_port.written() == each.written + ":8080"s);
    const std::string url = "http://"s + each.written + ":81/p?q";
    const target page = parse_good(url).at(0);
    CHECK(page.host() == each.asked);
    CHECK(page.authority() == each.asked + ":81"s);
    CHECK(page.path() == "/p?q");
    CHECK(page.written() == url);
  }
}

TEST_CASE("a URL's host may be percent-encoded") {
  const auto host = [](const char* url) {
    const auto parsed = parse_url(url);
    return parsed ? std::string{parsed->host()} : "refused: " + parsed.error().message;
  };
  CHECK(host("http://m%C3%BCnchen.example/") == "xn--mnchen-3ya.example");
  CHECK(host("http://m%c3%bcnchen%2eexample:80/") == "xn--mnchen-3ya.example");
  CHECK(host("http://%77ww.Example/") == "www.example");
  CHECK_THAT(host("http://a%2fb/"), ContainsSubstring("refused"));
  CHECK_THAT(host("http://a%40b/"), ContainsSubstring("refused"));
  CHECK_THAT(host("http://a%00b.example/"), ContainsSubstring("refused"));
  CHECK_THAT(host("http://a%C3b.example/"), ContainsSubstring("not UTF-8"));
  CHECK_THAT(host("http://m%C3%BC%00nchen.example/"), ContainsSubstring("a NUL byte"));
}

TEST_CASE("an international name excludes its ASCII form, and the other way round") {
  exclude_set excludes;
  CHECK(excludes.add_text("Bücher.example") == "");
  CHECK(excludes.add_text("xn--mnchen-3ya.example") == "");
  CHECK(excludes.contains_name("xn--bcher-kva.example"));
  CHECK(excludes.contains_name(parse_good("münchen.example").at(0).host()));
}

TEST_CASE("wide digits and dots are an address") {
  const auto range = parse_good("１２７．０．０．１");
  CHECK(range.at(0).address() == ip_address::from_v4(0x7f000001));
  CHECK_THAT(parse_bad("１２７．１"), ContainsSubstring("four numbers"));
}

TEST_CASE("a name of characters that no name has is told why") {
  struct refusal {
    const char* text;
    const char* says;
  };
  for (const refusal& each :
       {refusal{"a\u200cb.example", "U+200C ZERO WIDTH NON-JOINER at column 2"},
        refusal{"☃☃.-☃.example", "hyphen"}, refusal{"a／b.example", "a character of it means '/'"},
        refusal{"http://good.example＠evil.example/", "means '@'"}, refusal{"a：80", "means ':'"},
        refusal{"ü..example", "empty part"}, refusal{"ftp://münchen.example/", "scheme"},
        refusal{"a\ufffdb.example", "international"}}) {
    INFO(each.text);
    CHECK_THAT(parse_bad(each.text), ContainsSubstring(each.says));
  }
  CHECK_THAT(parse_bad("ü" + std::string(5'000, 'a')), ContainsSubstring("too long"));
  CHECK_THAT(parse_bad("ü" + std::string(70, 'a') + ".example"),
             ContainsSubstring("international name"));
}

TEST_CASE("an invisible character in a target is named, with its place") {
  struct sight {
    const char* text;
    const char* says;
  };
  for (const sight& each :
       {sight{"10.0.0.1\u00a0", "U+00A0 NO-BREAK SPACE at column 9"},
        sight{"\ufeff10.0.0.1", "U+FEFF ZERO WIDTH NO-BREAK SPACE, a byte order mark at column 1"},
        sight{"web\u200b.example", "U+200B ZERO WIDTH SPACE at column 4"},
        sight{"mün\u00adchen.example", "U+00AD SOFT HYPHEN at column 4"},
        sight{"http://h/\u202egnp.exe", "U+202E RIGHT-TO-LEFT OVERRIDE at column 10"},
        sight{"10.0.0.0/24\u2060", "U+2060 WORD JOINER at column 12"},
        sight{"[::1]:80\u2009", "U+2009 THIN SPACE at column 9"},
        sight{"a\u3000b", "U+3000 IDEOGRAPHIC SPACE at column 2"},
        sight{"a\u0085", "U+0085 a control character at column 2"},
        sight{"a\U000e0041b", "U+E0041 a TAG character at column 2"},
        sight{"a\ufe0f.example", "U+FE0F a VARIATION SELECTOR at column 2"}}) {
    INFO(each.text);
    CHECK_THAT(parse_bad(each.text), ContainsSubstring(each.says));
  }
  CHECK(find_invisible("plain") == "");
  CHECK(find_invisible("☃ \xff ü") == "");
  CHECK(find_invisible("http://a/❤️", 9) == "");
  CHECK_THAT(find_invisible("http://a❤️/", 12), ContainsSubstring("U+FE0F"));
  CHECK_THAT(find_invisible("a\xe1\xa0\x8f"), ContainsSubstring("U+180F"));
}
