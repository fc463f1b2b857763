#include "codec/page_title.hpp"
#include "support/catch.hpp"
#include "support/split_feed.hpp"

#include <string>

using namespace muster::codec;
using namespace muster::test;

namespace {

constexpr std::string_view no_title = "(none)";

/// The title of a page, fed whole, byte by byte and cut at every place.
std::string title_of(std::string_view page, std::string_view content_type = {}) {
  return split_feed(page, [content_type](pieces parts) {
    page_title subject;
    subject.begin(content_type);
    for (const auto part : parts)
      subject.feed(part);
    return subject.done() || !subject.text().empty() ? subject.text() : std::string{no_title};
  });
}

}  // namespace

TEST_CASE("the title of a page is found, whatever surrounds it") {
  CHECK(title_of("<!DOCTYPE html><html><head><title>Welcome</title></head>") == "Welcome");
  CHECK(title_of("<TITLE>Welcome</TiTlE>") == "Welcome");
  CHECK(title_of("<title lang='en>' id=\"a>b\" x=y>Welcome</title >") == "Welcome");
  CHECK(title_of("<title\n>Welcome</title\n foo>") == "Welcome");
  CHECK(title_of("<title/>Welcome</title/>") == "Welcome");
  CHECK(title_of("1 < 2 <<title>Welcome</title>") == "Welcome");
  CHECK(title_of("<?xml version='1.0'?><html xmlns='x'><title>Welcome</title>") == "Welcome");
}

TEST_CASE("the first title wins, even an empty one") {
  CHECK(title_of("<title>One</title><svg><title>Two</title></svg>") == "One");
  CHECK(title_of("<title></title><title>Two</title>") == "");
  CHECK(title_of("<title> \n\t</title>") == "");
}

TEST_CASE("elements whose name only begins or ends like title are none") {
  CHECK(title_of("<titles>No</titles><subtitle>No</subtitle><title>Yes</title>") == "Yes");
  CHECK(title_of("<titl>No</titl><titlefoobar>No</titlefoobar>") == no_title);
  CHECK(title_of("</title>No</title>") == no_title);
  CHECK(title_of("< title>No</title>") == no_title);
}

TEST_CASE("a title in a comment, a script, a style sheet or an attribute is none") {
  CHECK(title_of("<!-- <title>No</title> --><title>Yes</title>") == "Yes");
  CHECK(title_of("<script>'<title>No</title>'</script><title>Yes</title>") == "Yes");
  CHECK(title_of("<style type=x>/*<title>No</title>*/</STYLE ><title>Yes</title>") == "Yes");
  CHECK(title_of("<meta content='<title>No</title>'><title>Yes</title>") == "Yes");
  CHECK(title_of("<meta a = \"<title>No</title>\"><title>Yes</title>") == "Yes");
  CHECK(title_of("<!-- <title>No</title>") == no_title);
}

TEST_CASE("a comment ends where browsers end it") {
  CHECK(title_of("<!--><title>Yes</title>-->") == "Yes");
  CHECK(title_of("<!---><title>Yes</title>-->") == "Yes");
  CHECK(title_of("<!-- a -- b - > ---><title>Yes</title>") == "Yes");
  CHECK(title_of("<!-- a --!><title>Yes</title>") == "Yes");
  CHECK(title_of("<!-- a --!b><title>No</title>--><title>Yes</title>") == "Yes");
  CHECK(title_of("<!-x><title>Yes</title>") == "Yes");
  CHECK(title_of("<!><title>Yes</title>") == "Yes");
}

TEST_CASE("quotes outside an attribute's value quote nothing") {
  CHECK(title_of("<p it's><title>Yes</title>") == "Yes");
  CHECK(title_of("<p a=it's><title>Yes</title>") == "Yes");
  CHECK(title_of("<p a=><title>Yes</title>") == "Yes");
}

TEST_CASE("what looks like the title's end, but isn't, belongs to it") {
  CHECK(title_of("<title>a</b>c</titl>d</titlex>e<</title>") == "a</b>c</titl>d</titlex>e<");
  CHECK(title_of("<title>a</titl</title>") == "a</titl");
  CHECK(title_of("<title>a<!-- b --></title>") == "a<!-- b -->");
}

TEST_CASE("an unclosed title is none") {
  CHECK(title_of("<title>never ends") == no_title);
  CHECK(title_of("<title>never ends</title") == no_title);
  CHECK(title_of("<title") == no_title);
  CHECK(title_of("") == no_title);
}

TEST_CASE("white space is collapsed and trimmed") {
  CHECK(title_of("<title>\r\n\t  A  \f\n B\tC \n</title>") == "A B C");
}

TEST_CASE("a title that is not the document's is none") {
  CHECK(title_of("<svg><title>No</title><g></g></svg><title>Yes</title>") == "Yes");
  CHECK(title_of("<svg viewBox='0'><style>a</style><title>No</title></SVG><title>Yes</title>") ==
        "Yes");
  CHECK(title_of("<svg/><title>Yes</title>") == "Yes");
  CHECK(title_of("<svg><svg><title>No</title></svg><title>No</title></svg><title>Yes</title>") ==
        "Yes");
  CHECK(title_of("<math><title>No</title></math><title>Yes</title>") == "Yes");
  CHECK(title_of("<template><title>No</title></template><title>Yes</title>") == "Yes");
  CHECK(title_of("<template><script></template></script></template><title>Yes</title>") == "Yes");
  for (const std::string name : {"textarea", "noscript", "iframe", "noembed", "noframes", "xmp"}) {
    INFO(name);
    CHECK(title_of("<" + name + "><title>No</title></" + name + "><title>Yes</title>") == "Yes");
  }
  CHECK(title_of("<plaintext><title>No</title>") == no_title);
  CHECK(title_of("<textareas><title>Yes</title>") == "Yes");
  CHECK(title_of("</svg></template></math><title>Yes</title>") == "Yes");
}

TEST_CASE("character references are decoded, whatever their form") {
  CHECK(title_of("<title>&lt;a&gt; &amp; &quot;b&quot; &apos;&#39;&#x27;</title>") ==
        "<a> & \"b\" '''");
  CHECK(title_of("<title>&#233;&#xE9;&#8364;&#x1F600;&#x10ffff;</title>") ==
        "\xc3\xa9\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf");
  CHECK(title_of("<title>a&nbsp;&nbsp;b&#160;c&#10;d&#32;</title>") == "a b c d");
  CHECK(title_of("<title>Caf&eacute; &raquo; &copy;</title>") == "Caf\xc3\xa9 \xc2\xbb \xc2\xa9");
  CHECK(title_of("<title>&CounterClockwiseContourIntegral;&NotEqualTilde;&Tab;&zwnj;</title>") ==
        "\xe2\x88\xb3\xe2\x89\x82\xcc\xb8 \xe2\x80\x8c");
  CHECK(title_of("<title>&AElig;&zwj;&Aacute;&yuml</title>") ==
        "\xc3\x86\xe2\x80\x8d\xc3\x81\xc3\xbf");
}

TEST_CASE("a reference may lack its semicolon where HTML allows it") {
  CHECK(title_of("<title>&copy 2026 &AMP&eacutex &#65 &#x42g</title>") ==
        "\xc2\xa9 2026 &\xc3\xa9x A Bg");
  CHECK(title_of("<title>&notin; &notit; &hellip &ampamp;</title>") ==
        "\xe2\x88\x89 \xc2\xacit; &hellip &amp;");
}

TEST_CASE("numbers of C1 controls mean what they mean in windows-1252") {
  CHECK(title_of("<title>&#128;&#x93;&#148;&#153;&#x9f;</title>") ==
        "\xe2\x82\xac\xe2\x80\x9c\xe2\x80\x9d\xe2\x84\xa2\xc5\xb8");
}

TEST_CASE("a decoded reference is not decoded again, and makes no markup") {
  CHECK(title_of("<title>&amp;lt; &#38;amp; &lt;/title&gt;</title>") == "&lt; &amp; </title>");
}

TEST_CASE("what is no character reference stays as it is") {
  CHECK(title_of("<title>AT&T &foo; & &; &#; &#x; &#xg; &euro &</title>") ==
        "AT&T &foo; & &; &#; &#x; &#xg; &euro &");
  CHECK(title_of("<title>&&amp;&lt&gt;</title>") == "&&<>");
  CHECK(title_of("<title>&#0000000000065; &averylongname;</title>") == "A &averylongname;");
}

TEST_CASE("numbers that are no characters become the replacement character") {
  CHECK(title_of("<title>&#0;&#xD800;&#x110000;&#99999999999999999999;</title>") ==
        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("control characters are kept, for the sinks to escape") {
  CHECK(title_of("<title>\x1b[31mred\x07&#27;[0m&#7;</title>") == "\x1b[31mred\x07\x1b[0m\x07");
  CHECK(title_of(std::string_view{"<title>a\0b</title>", 18}) == std::string_view{"a\0b", 3});
}

TEST_CASE("a title is cut off at 256 bytes, and is done when it is written in far more") {
  const std::string text(page_title::title_bytes_max, 'x');
  CHECK(title_of("<title>" + text + "</title>") == text);
  CHECK(title_of("<title>" + text + "yz</title>") == text);
  const std::string more(title_scanner::raw_bytes_max, 'x');
  page_title endless;
  endless.feed("<title>" + more);
  CHECK(endless.done());
  CHECK(endless.text() == text);
  CHECK(title_of("<title>" + text + " \n</title>") == text);
  CHECK(title_of("<title>" + text.substr(1) + " y</title>") == text.substr(1));
}

TEST_CASE("a title is never cut off within a UTF-8 character") {
  for (const std::string character : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    for (std::size_t before = 250; before <= 256; ++before) {
      const std::string text(before, 'x');
      const bool fits = before + character.size() <= page_title::title_bytes_max;
      INFO(before << " bytes before a character of " << character.size());
      CHECK(title_of("<title>" + text + character + "yyyyyyyy</title>").substr(before, 4) ==
            (fits ? (character + "yyyy").substr(0, std::min<std::size_t>(4, 256 - before)) : ""));
    }
  }
  CHECK(title_of("<title>" + std::string(255, 'x') + "&#8364;</title>") == std::string(255, 'x'));
  CHECK(title_of("<title>" + std::string(253, 'x') + "&#8364;</title>") ==
        std::string(253, 'x') + "\xe2\x82\xac");
}

TEST_CASE("only HTML has a title, and what does not say what it is may be HTML") {
  for (const auto type : {"", "text/html", "TEXT/HTML; charset=utf-8", " text/html ;x",
                          "application/xhtml+xml", ";"}) {
    INFO(type);
    CHECK(may_have_title(type));
  }
  for (const auto type :
       {"text/plain", "text/htmlx", "application/json", "image/svg+xml", "html"}) {
    INFO(type);
    CHECK_FALSE(may_have_title(type));
  }
}
