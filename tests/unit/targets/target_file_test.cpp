#include "muster/target_stream.hpp"
#include "stream_support.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <system_error>

using Catch::Matchers::ContainsSubstring;
using namespace muster;
using muster::test::logging_to;
using muster::test::pull_all;
using muster::test::pull_into;
using muster::test::strings;
using muster::test::temporary_file;
using namespace std::string_literals;

TEST_CASE("targets come in the order of their sources") {
  const temporary_file file{"10.0.1.1\n\n# comment\n10.0.1.2-3 # note\n"};
  target_stream stream;
  stream.add_text("10.0.0.1");
  stream.add_file(file.path());
  stream.add_text("last.example");
  CHECK(pull_all(stream) ==
        strings{"10.0.0.1", "10.0.1.1", "10.0.1.2", "10.0.1.3", "last.example", "end"});
  CHECK(stream.produced() == 5);
  CHECK(stream.bad_targets() == 0);
  CHECK(pull_all(stream) == strings{"end"});
}

TEST_CASE("a byte order mark is tolerated at the start only") {
  const temporary_file file{
      "\xef\xbb\xbf# list\n10.0.0.1\n\xef\xbb\xbf"
      "10.0.0.2\n"};
  strings log;
  target_stream stream{logging_to(log)};
  stream.add_file(file.path());
  CHECK(pull_all(stream) == strings{"10.0.0.1", "end"});
  REQUIRE(log.size() == 1);
  CHECK_THAT(log[0], ContainsSubstring(":3: ") && ContainsSubstring("\\u{feff}10.0.0.2"));
}

TEST_CASE("where targets end in NUL, everything else belongs to them") {
  const std::string content = "\xef\xbb\xbfone\0two\nlines\0\0 # \r\0{}"s;
  for (const target_order order : {target_order::as_given, target_order::random}) {
    target_stream_options options;
    options.any_line = options.nul_ended = true;
    options.format = input_format::text;
    options.order = order;
    const temporary_file file{content};
    target_stream stream{options};
    stream.add_file(file.path());
    stream.add_feed("feed");
    strings out;
    pull_into(stream, out);
    stream.feed("x\0y\n"s);
    stream.end_feed();
    pull_into(stream, out);
    std::sort(out.begin(), out.end());
    CHECK(out == strings{" # \r", "two\nlines", "x", "y\n", "{}", "\xef\xbb\xbfone"});
  }
}

TEST_CASE("a bad line is reported with its place and reason, counted, and stops nothing else") {
  const temporary_file file{"10.0.0.1\n10.0.0.256\n\n10.0.0.2\nhost:0\x1b\n"};
  strings log;
  target_stream stream{logging_to(log)};
  stream.add_text("good.example");
  stream.add_text("10.0.0.0/33");
  stream.add_file(file.path());
  CHECK(pull_all(stream) == strings{"good.example", "10.0.0.1", "10.0.0.2", "end"});
  REQUIRE(log.size() == 3);
  CHECK(log[0] == "argument:2: 10.0.0.0/33: the prefix length of an IPv4 block is 0 to 32, not 33");
  CHECK_THAT(log[1], ContainsSubstring(file.path() + ":2: 10.0.0.256: 256 is too large"));
  CHECK_THAT(log[2], ContainsSubstring(file.path() + ":5: host:0\\x1b: the control character"));
  CHECK(stream.bad_targets() == 3);
  CHECK(stream.produced() == 3);
}

TEST_CASE("an overlong line is reported once and skipped, and its report is short") {
  const std::string overlong(target_stream::line_bytes_max + 1, 'x');
  const std::string longest = "10.0.0.1 #" + std::string(target_stream::line_bytes_max - 10, 'x');
  const temporary_file file{"10.0.0.9\n" + overlong + "\n" + longest + "\n" +
                            std::string(300'000, 'y')};
  strings log;
  target_stream stream{logging_to(log)};
  stream.add_file(file.path());
  stream.add_text(overlong);
  stream.add_text("10.0.0.2");
  CHECK(pull_all(stream) == strings{"10.0.0.9", "10.0.0.1", "10.0.0.2", "end"});
  REQUIRE(log.size() == 3);
  CHECK_THAT(log[0], ContainsSubstring(":2: xxx") && ContainsSubstring("longer than 8192 bytes"));
  CHECK_THAT(log[1], ContainsSubstring(":4: yyy") && ContainsSubstring("longer than 8192 bytes"));
  CHECK_THAT(log[2],
             ContainsSubstring("argument:1: ") && ContainsSubstring("longer than 8192 bytes"));
  for (const std::string& line : log)
    CHECK(line.size() < 250);
}

TEST_CASE("a file larger than a chunk is read whole") {
  std::string content;
  for (int i = 0; i < 20'000; ++i) {
    content += "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250) + "\n";
  }
  const temporary_file file{content};
  target_stream stream;
  stream.add_file(file.path());
  const strings all = pull_all(stream);
  REQUIRE(all.size() == 20'001);
  std::string joined;
  for (std::size_t i = 0; i + 1 < all.size(); ++i)
    joined += all[i] + "\n";
  CHECK(joined == content);
}

TEST_CASE("a file that can't be opened, or is a directory, is refused when it is added") {
  target_stream stream;
  CHECK_THROWS_AS(stream.add_file("/nonexistent/targets"), std::system_error);
  try {
    stream.add_file("/tmp");
    FAIL("a directory was taken for a file");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::is_a_directory);
    CHECK_THAT(error.what(), ContainsSubstring("/tmp"));
  }
  CHECK(pull_all(stream) == strings{"end"});
}

TEST_CASE("a file that can't be read on is reported, and the next source follows") {
  // Nothing is mapped at address 0, so the kernel answers the first read with an error.
  strings log;
  target_stream stream{logging_to(log)};
  stream.add_file("/proc/self/mem");
  stream.add_text("10.0.0.1");
  CHECK(pull_all(stream) == strings{"10.0.0.1", "end"});
  REQUIRE(log.size() == 1);
  CHECK_THAT(log[0], ContainsSubstring("/proc/self/mem:1: : reading the file failed: "));
  CHECK(stream.bad_targets() == 1);
}

TEST_CASE("checking all lines reports the bad ones and walks no range") {
  const temporary_file file{"::/0\n10.0.0.256\n10.0.0.0/8\n"};
  strings log;
  target_stream stream{logging_to(log)};
  stream.add_text("::/0");
  stream.add_file(file.path());
  stream.add_text("host:0");
  CHECK_FALSE(muster::check_all(stream));
  CHECK(log.size() == 2);
  CHECK(stream.bad_targets() == 2);
  CHECK(stream.produced() == 0);

  target_stream good;
  good.add_text("::/0");
  good.add_text("host:1");
  CHECK(muster::check_all(good));
}
