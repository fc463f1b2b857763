#include "codec/plugin_output.hpp"

#include "support/split_feed.hpp"

#include <string>

#include <fmt/format.h>

using namespace muster;
using codec::plugin_output_reader;

namespace {

/// All that was read, as one text to compare.
std::string outcome_of(test::pieces input) {
  plugin_output_reader reader;
  for (const std::string_view piece : input)
    reader.feed(piece);
  const plugin_output read = reader.finish();
  std::string text = read.line + (read.line_truncated ? "…" : "");
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : std::string{"-"};
  };
  for (const performance_value& one : read.performance) {
    text += fmt::format("\n{}={}|{}|{}|{}|{}|{}", one.label, number(one.value), one.unit,
                        one.warning, one.critical, number(one.min), number(one.max));
  }
  if (read.performance_dropped > 0) text += fmt::format("\ndropped {}", read.performance_dropped);
  return text;
}

std::string read(std::string_view input) { return test::split_feed(input, outcome_of); }

}  // namespace

TEST_CASE("a plugin's first line is what comes before the bar, trimmed") {
  CHECK(read("HTTP OK: fine  | time=0.5s;1;2;0;10\n") == "HTTP OK: fine\ntime=0.5|s|1|2|0|10");
  CHECK(read("") == "");
  CHECK(read("\n") == "");
  CHECK(read(" OK \r\n") == "OK");
  CHECK(read("no newline") == "no newline");
  CHECK(read("OK |\n") == "OK");
}

TEST_CASE("lines after the first are passed over, and a bar in them begins more values") {
  CHECK(read("DISK OK | /=1MB\n/ 15272 MB\n/boot 68 MB | /boot=2MB\n/home=3MB\n") ==
        "DISK OK\n/=1|MB|||-|-\n/boot=2|MB|||-|-\n/home=3|MB|||-|-");
}

TEST_CASE("what follows the newline of the first line does not change it") {
  const auto first_line = [](test::pieces input) {
    plugin_output_reader reader;
    for (const std::string_view piece : input)
      reader.feed(piece);
    return reader.finish().line;
  };
  CHECK(test::split_feed_with_trailing("LOAD OK|load1=1\n", "\x01\xff more | x=\n", first_line) ==
        "LOAD OK");
}

TEST_CASE("labels in quotes hold blanks, equals signs and doubled quotes") {
  CHECK(read("|'C: used'=5% 'a=b'=1 'it''s'=2 plain=3") ==
        "\nC: used=5|%|||-|-\na=b=1||||-|-\nit's=2||||-|-\nplain=3||||-|-");
}

TEST_CASE("a label that goes on over the end of a line is dropped") {
  CHECK(read("|'a\nmore|b=1 c=2") == "\nb=1||||-|-\nc=2||||-|-\ndropped 1");
  CHECK(read("|'a\nmore|'=1") == "\ndropped 2");
}

TEST_CASE("a value is a number with a unit, or U for one that is not known") {
  CHECK(read("|a=-1.5ms b=.5 c=1e3B d=U;1;2 e=5c;;;;") ==
        "\na=-1.5|ms|||-|-\nb=0.5||||-|-\nc=1000|B|||-|-\nd=-||1|2|-|-\ne=5|c|||-|-");
}

TEST_CASE("a number with a second point is none") {
  CHECK(read("|a=0.00. b=1.5. c=2") == "\nc=2||||-|-\ndropped 2");
}

TEST_CASE("ranges are kept as they are written") {
  CHECK(read("|a=1;10;20 b=1;5:10;@1:2 c=1;~:20;30: d=1;@~:0;-5:-1") ==
        "\na=1||10|20|-|-\nb=1||5:10|@1:2|-|-\nc=1||~:20|30:|-|-\nd=1||@~:0|-5:-1|-|-");
}

TEST_CASE("what is no value is left out and counted, and the next one is read") {
  CHECK(read("|a=1 b= c d=x e=1;y f=1;;;z g=1;1;1;1;1;1 =5 ''=6 h=2") ==
        "\na=1||||-|-\nh=2||||-|-\ndropped 8");
  CHECK(read("|a=inf b=nan c=1e999 d=0x10 e=1") == "\ne=1||||-|-\ndropped 4");
  CHECK(read("|'never closed=1 b=2") == "\ndropped 1");
  CHECK(read("|a=1;:;2") == "\ndropped 1");
}

TEST_CASE("a line and a label that are too long are cut, and left out") {
  const std::string longest(plugin_output::line_bytes_max, 'x');
  plugin_output_reader whole;
  whole.feed(longest + "\n");
  const plugin_output fits = whole.finish();
  CHECK(fits.line == longest);
  CHECK_FALSE(fits.line_truncated);
  plugin_output_reader cut;
  cut.feed(longest + "y|a=1");
  const plugin_output read = cut.finish();
  CHECK(read.line == longest);
  CHECK(read.line_truncated);
  CHECK(read.performance.size() == 1);
  plugin_output_reader labels;
  labels.feed("|" + std::string(performance_value::label_bytes_max, 'l') + "=1 " +
              std::string(performance_value::label_bytes_max + 1, 'l') + "=2");
  CHECK(labels.finish().performance.size() == 1);
}

TEST_CASE("a flood of values is read up to its bound, and none of it by half") {
  plugin_output_reader reader;
  reader.feed("|");
  for (std::size_t i = 0; i < plugin_output::performance_values_max + 10; ++i)
    reader.feed("a=1 ");
  const plugin_output many = reader.finish();
  CHECK(many.performance.size() == plugin_output::performance_values_max);
  CHECK(many.performance_dropped == 10);

  plugin_output_reader endless;
  endless.feed("|first=1 second=");
  endless.feed(std::string(10 * plugin_output::performance_bytes_max, '9'));
  const plugin_output cut = endless.finish();
  REQUIRE(cut.performance.size() == 1);
  CHECK(cut.performance[0].label == "first");
  CHECK(cut.performance_dropped == 1);
}
