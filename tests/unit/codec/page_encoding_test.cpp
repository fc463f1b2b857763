#include "codec/page_title.hpp"
#include "support/catch.hpp"
#include "support/split_feed.hpp"

#include <string>

#include <iconv.h>

using namespace muster::codec;
using namespace muster::test;

namespace {

std::string title_of(std::string_view page, std::string_view content_type = {}) {
  return split_feed(page, [content_type](pieces parts) {
    page_title subject;
    subject.begin(content_type);
    for (const auto part : parts)
      subject.feed(part);
    return subject.text();
  });
}

/// ASCII in an encoding of two bytes a character.
std::string wide(std::string_view text, bool big_endian) {
  std::string out;
  for (const char c : text) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

/// Whether the C library has the tables for an encoding; they are a package of their own in some
/// releases.
bool can_convert(const char* name) {
  const iconv_t handle = ::iconv_open("UTF-8", name);
  if (handle == iconv_t(-1)) return false;
  ::iconv_close(handle);
  return true;
}

#define MUSTER_NEED_ENCODING(name)                                                 \
  do {                                                                             \
    if (!can_convert(name)) MUSTER_SKIP("needs the C library's tables for " name); \
  } while (false)

constexpr std::string_view test_title = "\xe6\xb5\x8b\xe8\xaf\x95\xe6\xa0\x87\xe9\xa2\x98";
constexpr std::string_view test_title_gbk = "\xb2\xe2\xca\xd4\xb1\xea\xcc\xe2";

std::string page_with(std::string_view title, std::string_view before = {},
                      std::string_view after = {}) {
  std::string page{"<html><head>"};
  page.append(before).append("<title>").append(title).append("</title>").append(after);
  return page + "</head><body>";
}

}  // namespace

TEST_CASE("a title is read in the encoding that the header names") {
  MUSTER_NEED_ENCODING("GB18030");
  for (const std::string_view type :
       {"text/html; charset=gbk", "text/html;charset=\"GB2312\"",
        "text/html; x=y; CHARSET = gb18030", "text/html; charset='x-gbk'; y"}) {
    INFO(type);
    CHECK(title_of(page_with(test_title_gbk), type) == test_title);
  }
}

TEST_CASE("a title is read in the encoding that a meta element names, before or after it") {
  MUSTER_NEED_ENCODING("GB18030");
  for (const std::string_view meta :
       {"<meta charset=gbk>", "<META charset = 'gb2312' />", "<meta name=x charset=\"GBK\" y>",
        "<meta http-equiv=Content-Type content='text/html; charset=gb2312'>",
        "<meta content=\"text/html;charset = gbk\" http-equiv=\"content-type\"/>",
        "<meta charset=nonsense><meta charset=gbk>", "<meta charset/><meta charset=gbk>"}) {
    INFO(meta);
    CHECK(title_of(page_with(test_title_gbk, meta)) == test_title);
    CHECK(title_of(page_with(test_title_gbk, {}, meta)) == test_title);
  }
}

TEST_CASE("what names no encoding, or none of the document, changes nothing") {
  const std::string as_windows_1252 =
      "\xc2\xb2\xc3\xa2\xc3\x8a\xc3\x94\xc2\xb1\xc3\xaa\xc3\x8c\xc3\xa2";
  for (const std::string_view before :
       {"<!-- <meta charset=gbk> -->", "<script>'<meta charset=gbk>'</script>",
        "<meta content='text/html; charset=gbk'>", "<meta name='charset=gbk'>",
        "<meta http-equiv=refresh content='0; charset=gbk'>", "<metas charset=gbk>",
        "</head><meta charset=gbk>", "<body><meta charset=gbk>", "<p charset=gbk>"}) {
    INFO(before);
    CHECK(title_of(page_with(test_title_gbk, before)) == as_windows_1252);
  }
}

TEST_CASE("encodings of Asia and of the West are read") {
  struct sample {
    const char* charset;
    const char* iconv_name;
    std::string_view bytes;
    std::string_view text;
  };
  for (const sample& each :
       {sample{"big5", "BIG5-HKSCS", "\xb4\xfa\xb8\xd5\xbc\xd0\xc3\x44",
               "\xe6\xb8\xac\xe8\xa9\xa6\xe6\xa8\x99\xe9\xa1\x8c"},
        sample{"Shift_JIS", "CP932", "\x83\x65\x83\x58\x83\x67\x83\x5c",
               "\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88\xe3\x82\xbd"},
        sample{"euc-jp", "EUC-JP-MS", "\xa5\xc6\xa5\xb9\xa5\xc8",
               "\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88"},
        sample{"iso-2022-jp", "ISO-2022-JP", "\x1b$B%F%9%H\x1b(B",
               "\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88"},
        sample{"euc-kr", "CP949", "\xc5\xd7\xbd\xba\xc6\xae",
               "\xed\x85\x8c\xec\x8a\xa4\xed\x8a\xb8"},
        sample{"windows-1251", "CP1251", "\xd2\xe5\xf1\xf2", "\xd0\xa2\xd0\xb5\xd1\x81\xd1\x82"},
        sample{"koi8-r", "KOI8-R", "\xf4\xc5\xd3\xd4", "\xd0\xa2\xd0\xb5\xd1\x81\xd1\x82"},
        sample{"iso-8859-2", "ISO-8859-2", "\xb1\xea", "\xc4\x85\xc4\x99"}}) {
    INFO(each.charset);
    if (!can_convert(each.iconv_name)) continue;
    const std::string type = std::string{"text/html; charset="} + each.charset;
    CHECK(title_of(page_with(each.bytes), type) == each.text);
  }
}

TEST_CASE("Latin-1 and what is no UTF-8 are read as windows-1252") {
  const std::string expected = "Caf\xc3\xa9 \xe2\x82\xac \xc2\x81";
  const std::string bytes = "Caf\xe9 \x80 \x81";
  CHECK(title_of(page_with(bytes)) == expected);
  CHECK(title_of(page_with(bytes), "text/html; charset=ISO-8859-1") == expected);
  CHECK(title_of(page_with(bytes, "<meta charset=latin1>")) == expected);
  CHECK(title_of(page_with("Caf\xc3\xa9")) == "Caf\xc3\xa9");
  CHECK(title_of(page_with("Caf\xc3\xa9"), "text/html; charset=latin1") == "Caf\xc3\x83\xc2\xa9");
  CHECK(title_of(page_with("Caf\xc3\xa9"), "text/html; charset=nonsense") == "Caf\xc3\xa9");
  const std::string latin1(300, '\xa9');
  CHECK(title_of(page_with(latin1)).size() == page_title::title_bytes_max);
}

TEST_CASE("UTF-16 is read by its mark or by the header, in either order of bytes") {
  const std::string page = page_with("Wide &amp; open");
  for (const bool big_endian : {true, false}) {
    const std::string mark = big_endian ? "\xfe\xff" : "\xff\xfe";
    CHECK(title_of(mark + wide(page, big_endian)) == "Wide & open");
    CHECK(title_of(mark + wide(page, big_endian), "text/html; charset=utf-8") == "Wide & open");
    const std::string type =
        big_endian ? "text/html; charset=utf-16be" : "text/html; charset=utf-16";
    CHECK(title_of(wide(page, big_endian), type) == "Wide & open");
  }
  using namespace std::string_literals;
  const std::string cut = "\xfe\xff"s + wide("<title>", true);
  CHECK(title_of(cut + "\xd8\x3d\xde\x00\x6d\x4b\xd8\x3d\x00!"s + wide("</title>", true)) ==
        "\xf0\x9f\x98\x80\xe6\xb5\x8b\xef\xbf\xbd!");
}

TEST_CASE("a mark counts more than the header, and the header more than the page") {
  const std::string utf8{"\xc3\xa9"};
  CHECK(title_of("\xef\xbb\xbf" + page_with(utf8), "text/html; charset=latin1") == utf8);
  CHECK(title_of("\xef\xbb\xbf" + page_with(utf8, "<meta charset=gbk>")) == utf8);
  CHECK(title_of(page_with(utf8, "<meta charset=gbk>"), "text/html; charset=utf-8") == utf8);
  // What could be read as far as the meta element is not UTF-16.
  CHECK(title_of(page_with(utf8, "<meta charset=utf-16le>")) == utf8);
}

TEST_CASE("what can't be decoded becomes the replacement character") {
  MUSTER_NEED_ENCODING("GB18030");
  CHECK(title_of(page_with("a\xff\xb2\xe2z\xb2"), "text/html; charset=gbk") ==
        "a\xef\xbf\xbd\xe6\xb5\x8bz\xef\xbf\xbd");
}

TEST_CASE("a title that is all ASCII waits for nothing") {
  page_title subject;
  subject.feed("<title>Plain</title>");
  CHECK(subject.done());
  page_title other;
  other.feed("<title>Caf\xe9</title>");
  CHECK_FALSE(other.done());
  CHECK(other.text() == "Caf\xc3\xa9");
  other.feed("<body>");
  CHECK(other.done());
}

TEST_CASE("labels are those that browsers know, in any case and with blanks around them") {
  for (const std::string_view label :
       {"UTF-8", " gb2312\n", "x-sjis", "Latin1", "csBig5", "ms932"}) {
    INFO(label);
    CHECK(find_encoding(label) != nullptr);
  }
  for (const std::string_view label : {"", "utf-7", "gb2312 gbk", "cp437", "utf", "8"}) {
    INFO(label);
    CHECK(find_encoding(label) == nullptr);
  }
}
