#include "muster/target_stream.hpp"

#include "stream_support.hpp"
#include "support/catch.hpp"
#include "support/split_feed.hpp"

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using Catch::Matchers::ContainsSubstring;
using muster::target;
using muster::target_stream;
using muster::target_stream_options;
using muster::test::logging_to;
using muster::test::pieces;
using muster::test::pull_all;
using muster::test::pull_into;
using muster::test::split_feed;
using muster::test::strings;
using muster::test::temporary_file;
using pull = target_stream::pull;

namespace {

/// The targets and the reports of bad ones, in the order in which they came.
strings pull_feed(pieces input) {
  strings out;
  target_stream stream{logging_to(out)};
  stream.add_feed("stdin");
  for (const std::string_view piece : input) {
    stream.feed(piece);
    CHECK(pull_into(stream, out) == pull::wait);
  }
  stream.end_feed();
  CHECK(pull_into(stream, out) == pull::end);
  return out;
}

}  // namespace

TEST_CASE("a stream without sources is at its end") {
  target_stream stream;
  CHECK(pull_all(stream) == strings{"end"});
  CHECK(stream.size() == 0);
}

TEST_CASE("a feed gives the same targets however it is split") {
  const std::string input =
      "\xef\xbb\xbf"
      "10.0.0.1\r\n# c\n\n 10.0.1.0/30 \r\nbad host\nweb.example:80 # "
      "x\n[::1]:80\nhttp://h/x\n10.0.2.1";
  CHECK(split_feed(input, pull_feed) ==
        strings{"10.0.0.1", "10.0.1.1", "10.0.1.2",
                "stdin:5: bad host: white space inside: write one target a line", "web.example:80",
                "[::1]:80", "http://h/x", "10.0.2.1"});
}

TEST_CASE("the first target comes out before the feed has ended") {
  target_stream stream;
  stream.add_feed("stdin");
  target next;
  CHECK(stream.next(next) == pull::wait);
  stream.feed("10.0.0.1\n10.0.0");
  CHECK(pull_all(stream) == strings{"10.0.0.1", "wait"});
  stream.feed(".2");
  CHECK(pull_all(stream) == strings{"wait"});
  stream.end_feed();
  CHECK(pull_all(stream) == strings{"10.0.0.2", "end"});
}

TEST_CASE("a source behind a feed waits for the feed's end") {
  target_stream stream;
  stream.add_feed("stdin");
  stream.add_text("10.0.0.9");
  stream.feed("10.0.0.1\n");
  CHECK(pull_all(stream) == strings{"10.0.0.1", "wait"});
  stream.end_feed();
  CHECK(pull_all(stream) == strings{"10.0.0.9", "end"});
}

TEST_CASE("feeding without a feed, after its end or to a second one is misuse") {
  target_stream stream;
  CHECK_THROWS_AS(stream.feed("x"), std::logic_error);
  CHECK_THROWS_AS(stream.end_feed(), std::logic_error);
  stream.add_feed("stdin");
  CHECK_THROWS_AS(stream.add_feed("stdin"), std::logic_error);
  stream.end_feed();
  CHECK_THROWS_AS(stream.feed("x"), std::logic_error);
}

TEST_CASE("a bad line is counted even when nobody listens") {
  target_stream stream;
  stream.add_text("10.0.0.256");
  CHECK(pull_all(stream) == strings{"end"});
  CHECK(stream.bad_targets() == 1);
}

TEST_CASE("an empty argument is bad, for it is a script's unset variable") {
  for (const char* text : {"", "  "}) {
    strings log;
    target_stream stream{logging_to(log)};
    stream.add_text(text);
    CHECK(pull_all(stream) == strings{"end"});
    REQUIRE(log.size() == 1);
    CHECK_THAT(log[0], ContainsSubstring("the target is empty"));
  }
}

TEST_CASE("the number of targets is known when there are arguments only") {
  target_stream stream;
  stream.add_text("10.0.0.0/24");
  stream.add_text("10.0.0.0/33");
  stream.add_text("host.example");
  CHECK(stream.size() == 255);
  target next;
  CHECK(stream.next(next) == pull::target);
  CHECK(stream.size() == 255);
  stream.add_text("::/0");
  stream.add_text("::/0");
  CHECK(stream.size() == ~0ULL);
  stream.add_feed("stdin");
  CHECK_FALSE(stream.size());
}

TEST_CASE("all addresses of a subnet come when that is asked for") {
  target_stream_options options;
  options.all_addresses = true;
  target_stream stream{std::move(options)};
  stream.add_text("10.0.0.0/30");
  CHECK(stream.size() == 4);
  CHECK(pull_all(stream) == strings{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "end"});
}

TEST_CASE("excluded addresses and names are passed over in every form of target") {
  target_stream_options options;
  for (const char* text : {"10.0.0.2", "10.0.0.4-5", "::2", "out.example"}) {
    CHECK(options.excludes.add_text(text) == "");
  }
  target_stream stream{std::move(options)};
  for (const char* text : {"10.0.0.1-6", "10.0.0.1,2,3,5", "10.0.0.2", "10.0.0.2:80",
                           "10.0.0.4-7:80", "::1-::3", "OUT.example.", "out.example:80",
                           "http://out.example/", "http://10.0.0.5/", "in.example"}) {
    stream.add_text(text);
  }
  CHECK(pull_all(stream) == strings{"10.0.0.1", "10.0.0.3", "10.0.0.6", "10.0.0.1", "10.0.0.3",
                                    "10.0.0.6:80", "10.0.0.7:80", "::1", "::3", "in.example",
                                    "end"});
  CHECK(stream.produced() == 10);
  CHECK(stream.bad_targets() == 0);
  CHECK(stream.excludes().contains_name("out.example"));
}

TEST_CASE("a member that excludes leave alone is still of its range") {
  target_stream_options options;
  CHECK(options.excludes.add_text("10.0.0.1-2") == "");
  target_stream stream{std::move(options)};
  stream.add_text("10.0.0.1-3");
  target next;
  REQUIRE(stream.next(next) == pull::target);
  CHECK(next.to_string() == "10.0.0.3");
  CHECK(next.of_range());
}

TEST_CASE("excluded stretches are stepped over, not walked") {
  // Walking any of these one by one would outlast the test's time limit by far.
  target_stream_options options;
  for (const char* text :
       {"2001:db8::/34", "2001:db8:4000::-2001:db8:ffff:ffff:ffff:ffff:ffff:fffd", "10.0.0.0/9"}) {
    CHECK(options.excludes.add_text(text) == "");
  }
  target_stream stream{std::move(options)};
  stream.add_text("2001:db8::/32");
  stream.add_text("10.0.0.0/8");
  target next;
  REQUIRE(stream.next(next) == pull::target);
  CHECK(next.to_string() == "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe");
  REQUIRE(stream.next(next) == pull::target);
  REQUIRE(stream.next(next) == pull::target);
  CHECK(next.to_string() == "10.128.0.0");
}

TEST_CASE("the last address of all ends its block") {
  target_stream stream;
  stream.add_text("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127");
  stream.add_text("255.255.255.254-255.255.255.255");
  CHECK(pull_all(stream) == strings{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
                                    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "255.255.255.254",
                                    "255.255.255.255", "end"});
  target_stream_options options;
  CHECK(options.excludes.add_text("::/0") == "");
  target_stream none{std::move(options)};
  none.add_text("ffff::/16");
  CHECK(pull_all(none) == strings{"end"});
}

TEST_CASE("a stream can be moved while it is being read") {
  target_stream stream;
  stream.add_text("10.0.0.1-3");
  target next;
  REQUIRE(stream.next(next) == pull::target);
  target_stream moved{std::move(stream)};
  CHECK(pull_all(moved) == strings{"10.0.0.2", "10.0.0.3", "end"});
}

TEST_CASE("a stream that is asked for so many lines at the most pauses, and loses none") {
  strings bad;
  target_stream stream{logging_to(bad)};
  std::string text;
  for (int i = 0; i < 25; ++i)
    text += i % 2 == 0 ? "!!\n" : "# a comment\n";
  const temporary_file list{text + "192.0.2.1\n192.0.2.2\n" + text};
  stream.add_file(list.path());
  std::vector<pull> pulls;
  target next;
  do {
    pulls.push_back(stream.next_within(next, 10));
  } while (pulls.back() != pull::end);
  const std::vector<pull> expected{pull::pause, pull::pause, pull::target, pull::target,
                                   pull::pause, pull::pause, pull::end};
  CHECK(pulls == expected);
  CHECK(stream.bad_targets() == 26);
}

TEST_CASE("a stream pauses within a line that never ends") {
  target_stream stream;
  stream.add_file("/dev/zero");
  target next;
  for (int i = 0; i < 20; ++i)
    CHECK(stream.next_within(next, 100) == target_stream::pull::pause);
  CHECK(stream.bad_targets() == 1);
}

TEST_CASE("a stream waits for whoever may come to write to a pipe") {
  const temporary_file name{""};
  const std::string path = name.path() + ".pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  target_stream stream;
  stream.add_file(path);
  target next;
  CHECK(stream.next(next) == target_stream::pull::wait);
  CHECK(stream.awaited() >= 0);
  {
    std::ofstream writer{path};
    CHECK(stream.next(next) == target_stream::pull::wait);
    writer << "192.0.2.1\n" << std::flush;
    CHECK(stream.next(next) == target_stream::pull::target);
    CHECK(stream.next(next) == target_stream::pull::wait);
  }
  CHECK(stream.next(next) == target_stream::pull::end);
  ::unlink(path.c_str());
}
