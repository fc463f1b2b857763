#include "muster/target_stream.hpp"
#include "stream_support.hpp"
#include "support/catch.hpp"
#include "support/split_feed.hpp"

#include <cstdio>
#include <fstream>
#include <string>

using Catch::Matchers::ContainsSubstring;
using muster::input_format;
using muster::target;
using muster::target_stream;
using muster::target_stream_options;
using muster::test::logging_to;
using muster::test::pieces;
using muster::test::pull_all;
using muster::test::split_feed;
using muster::test::strings;
using muster::test::temporary_file;
using pull = target_stream::pull;

namespace {

std::string describe(const target& subject) {
  const auto* own = subject.parameters();
  return subject.to_string() + (own ? " (" + own->label + ")" : "");
}

/// Targets with their labels, reports of bad ones and notices, in the order in which they came.
strings read_feed(pieces input, input_format format = input_format::automatic) {
  strings out;
  target_stream_options options = logging_to(out);
  options.on_notice = [&out](const std::string& text) { out.push_back("notice: " + text); };
  options.format = format;
  target_stream stream{std::move(options)};
  stream.add_feed("stdin");
  target next;
  for (const std::string_view piece : input) {
    stream.feed(piece);
    pull pulled = stream.next(next);
    for (; pulled == pull::target; pulled = stream.next(next))
      out.push_back(describe(next));
    CHECK(pulled == pull::wait);
  }
  stream.end_feed();
  while (stream.next(next) == pull::target)
    out.push_back(describe(next));
  return out;
}

strings read_whole(std::string_view input, input_format format = input_format::automatic) {
  const std::string_view whole[] = {input};
  return read_feed(whole, format);
}

/// A file with a suffix, removed when the test ends.
class suffixed_file {
 public:
  suffixed_file(const char* suffix, std::string_view content)
      : base_{""}, path_{base_.path() + suffix} {
    std::ofstream{path_, std::ios::binary} << content;
  }
  ~suffixed_file() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  temporary_file base_;
  std::string path_;
};

}  // namespace

TEST_CASE("CSV comes out the same however it is split: quotes, line ends, comments, a mark") {
  const std::string input =
      "\xef\xbb\xbf"
      "# hosts\r\n\r\nName,IP,Port,Label\r\n"
      "x,10.0.0.1,80,\"a,b\"\r\n"
      "# not this one\r\n"
      "\"multi\r\nline\",10.0.0.2,,\"say \"\"hi\"\"\nthere\"\r\n"
      "x,10.0.0.256,,\n"
      "\n"
      "x,10.0.1.0/30,81,\n"
      "x,::1,82,last";
  const strings expected{
      "notice: stdin:3: nothing here is called 'Name', so it is ignored; known are target, url, ",
      "10.0.0.1:80 (a,b)",
      "10.0.0.2 (say \"hi\"\nthere)",
      "stdin:9: x,10.0.0.256,,: ip: 256 is too large: each part of an IPv4 address is 0 to 255",
      "10.0.1.1:81",
      "10.0.1.2:81",
      "[::1]:82 (last)"};
  const strings seen = split_feed(input, [](pieces parts) { return read_feed(parts); });
  REQUIRE(seen.size() == expected.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    // What the kinds of probe add to the columns, and what is wrong with an address, goes on.
    if (i == 0) CHECK(seen[i].starts_with(expected[i]));
    if (i != 0 && i != 3) CHECK(seen[i] == expected[i]);
  }
  CHECK_THAT(seen[3], ContainsSubstring("stdin:9: x,10.0.0.256,,: ip: 256 is too large"));
}

TEST_CASE(
    "what our own CSV kept from being a formula is what it was, and foreign CSV is as it is") {
  const strings own =
      read_whole("time,target,label\nnow,192.0.2.1,'=1\n,192.0.2.2,''@\n,192.0.2.3,'x\n");
  CHECK(own == strings{"192.0.2.1 (=1)", "192.0.2.2 ('@)", "192.0.2.3 ('x)"});
  CHECK(read_whole("target,label\n192.0.2.1,'=1\n") == strings{"192.0.2.1 ('=1)"});
}

TEST_CASE("of a record of our own the target counts, and not what came of it") {
  // The brackets are for the label, which a row with a probe of its own has room for.
  const strings wanted{"192.0.2.1 ()", "192.0.2.2:80", "http://192.0.2.3/x ()"};
  CHECK(read_whole("time,target,probe,address,port,status,ttl,url\n"
                   "now,192.0.2.1,icmp,192.0.2.9,,up,64,\n"
                   "now,192.0.2.2,exec,,80,up,,\n"
                   "now,http://192.0.2.3/x,http,,80,up,,http://192.0.2.4/\n") == wanted);
  CHECK(read_whole(R"({"time":"now","target":"192.0.2.1","probe":"icmp","ttl":64,"attempts":[]})"
                   "\n"
                   R"({"time":"now","target":"192.0.2.2:80","probe":"exec","port":80,"size":3})"
                   "\n"
                   R"({"time":"now","target":"http://192.0.2.3/x","probe":"http","host":"y"})"
                   "\n") == wanted);
}

TEST_CASE("JSON lines come out the same however they are split, among plain lines, too") {
  const std::string input = R"({"ip":"10.0.0.1","port":80,"label":"caf\u00e9 # 1"})"
                            "\r\n10.0.0.2 # plain\n"
                            R"(  {"host":"a","rack":7,"tags":["x"],"up":true})"
                            "\n{\"host\":\"a\",\n"
                            R"({"host":"b","rack":8,"label":null})"
                            "\n{\"host\":{}}\n{}\n{\"host\":true}";
  const strings seen = split_feed(input, [](pieces parts) { return read_feed(parts); });
  REQUIRE(seen.size() == 9);
  CHECK(seen[0] == "10.0.0.1:80 (caf\u00e9 # 1)");
  CHECK(seen[1] == "10.0.0.2");
  CHECK_THAT(seen[2],
             ContainsSubstring("notice: stdin:3: nothing here is called 'rack', 'tags', 'up'"));
  CHECK(seen[3] == "a");
  CHECK_THAT(seen[4], ContainsSubstring("stdin:4: {\"host\":\"a\",: not JSON at character 13"));
  CHECK(seen[5] == "b");
  CHECK_THAT(seen[6],
             ContainsSubstring("stdin:6: ") && ContainsSubstring("host: write a text or a number"));
  CHECK_THAT(seen[7], ContainsSubstring("stdin:7: ") && ContainsSubstring("the target is missing"));
  CHECK_THAT(seen[8],
             ContainsSubstring("stdin:8: ") && ContainsSubstring("host: write a text or a number"));
}

TEST_CASE("text stays text: a first line is a header only if it has commas and a target's column") {
  CHECK(read_whole("host\n10.0.0.1\n") == strings{"host", "10.0.0.1"});
  CHECK(read_whole("10.0.0.1,2\n") == strings{"10.0.0.1:2"});
  CHECK(read_whole("10.0.0.1\nip,port\n").size() == 2);
  CHECK_THAT(read_whole("a,b\n")[0], ContainsSubstring("several targets in one"));
  CHECK(read_whole("ip,port\n10.0.0.1,80\n") == strings{"10.0.0.1:80"});
  CHECK(read_whole("\"host\",\"label\"\na,b\n") == strings{"a (b)"});
}

TEST_CASE("a format that is named is kept to") {
  CHECK(read_whole("host\n10.0.0.1\n", input_format::csv) == strings{"10.0.0.1"});
  CHECK_THAT(read_whole("ip,port\n", input_format::text)[0],
             ContainsSubstring("several targets in one"));
  CHECK_THAT(read_whole("{\"ip\":\"::1\"}\n", input_format::text)[0],
             ContainsSubstring("stdin:1: "));
  CHECK_THAT(read_whole("10.0.0.1\n", input_format::jsonl)[0], ContainsSubstring("JSON object"));
  CHECK(read_whole("# c\n\n{\"ip\":\"::1\"}\n", input_format::jsonl) == strings{"::1"});
}

TEST_CASE("a file's suffix says how it is read, unless a format is named") {
  const suffixed_file csv{".csv", "host\n10.0.0.1\n"};
  const suffixed_file jsonl{".jsonl", "10.0.0.2\n{\"ip\":\"10.0.0.3\"}\n"};
  const suffixed_file text{".txt", "10.0.0.4\n"};
  strings log;
  target_stream stream{logging_to(log)};
  for (const auto* file : {&csv, &jsonl, &text})
    stream.add_file(file->path());
  CHECK(pull_all(stream) == strings{"10.0.0.1", "10.0.0.3", "10.0.0.4", "end"});
  REQUIRE(log.size() == 1);
  CHECK_THAT(log[0], ContainsSubstring(jsonl.path() + ":1: 10.0.0.2: "));

  target_stream_options options;
  options.format = input_format::text;
  target_stream plain{std::move(options)};
  plain.add_file(csv.path());
  CHECK(pull_all(plain) == strings{"host", "10.0.0.1", "end"});
}

TEST_CASE("CSV without a usable header is reported once, and none of it is read") {
  strings seen = read_whole("name,rack\na,1\nb,2\n", input_format::csv);
  REQUIRE(seen.size() == 1);
  CHECK_THAT(seen[0], ContainsSubstring("stdin:1: name,rack: no header row with a column target") &&
                          ContainsSubstring("--input-format text"));
  seen = read_whole("ip,port,IP\n10.0.0.1,1,2\n");
  REQUIRE(seen.size() == 1);
  CHECK_THAT(seen[0], ContainsSubstring("the column IP is there twice"));
}

TEST_CASE("a bad record names its first line, and the next record is read") {
  const strings seen = read_whole(
      "ip,label\n10.0.0.1,\"a\nb\"c\n10.0.0.2,x,y\n10.0.0.3,z,\n10.0.0.4\n10.0.0.5,\"open\n");
  REQUIRE(seen.size() == 5);
  CHECK_THAT(seen[0],
             ContainsSubstring("stdin:2: 10.0.0.1,\"a: text after a closing quotation mark"));
  CHECK_THAT(seen[1],
             ContainsSubstring("stdin:4: ") && ContainsSubstring("more cells than the 2 columns"));
  CHECK(seen[2] == "10.0.0.3 (z)");
  CHECK(seen[3] == "10.0.0.4");
  CHECK_THAT(seen[4], ContainsSubstring("stdin:7: ") && ContainsSubstring("never closed"));
}

TEST_CASE("an overlong line within a record ends that record") {
  const strings seen =
      read_whole("ip,label\n10.0.0.1,\"a\n" + std::string(9000, 'x') + "\n10.0.0.2,b\n");
  REQUIRE(seen.size() == 2);
  CHECK_THAT(seen[0],
             ContainsSubstring("stdin:3: ") && ContainsSubstring("longer than 8192 bytes"));
  CHECK(seen[1] == "10.0.0.2 (b)");
}

TEST_CASE("names that mean nothing are told once each, and not without end") {
  std::string input;
  for (int i = 0; i < 100; ++i) {
    for (int twice = 0; twice < 2; ++twice)
      input += "{\"ip\":\"::1\",\"key" + std::to_string(i) + "\":1}\n";
  }
  const strings seen = read_whole(input);
  CHECK(seen.size() == 200 + 32);
}

TEST_CASE("columns are kept by name for commands, and say how to probe all the same") {
  for (const char* const text : {"ip,timeout,page,rack\n10.0.0.1,5,/x,1\n10.0.0.2,,,\n",
                                 "{\"ip\":\"10.0.0.1\",\"timeout\":5,\"page\":\"/x\",\"rack\":1}\n"
                                 "{\"ip\":\"10.0.0.2\",\"page\":\"\"}\n"}) {
    CAPTURE(text);
    strings notices;
    target_stream_options options;
    options.kept_columns = {"page", "timeout"};
    options.on_notice = [&notices](const std::string& notice) { notices.push_back(notice); };
    target_stream stream{options};
    stream.add_feed("stdin");
    stream.feed(text);
    stream.end_feed();
    target next;
    REQUIRE(stream.next(next) == target_stream::pull::target);
    REQUIRE(next.parameters());
    CHECK(next.parameters()->timeout == std::chrono::seconds{5});
    REQUIRE(next.parameters()->column("page"));
    CHECK(*next.parameters()->column("page") == "/x");
    CHECK(*next.parameters()->column("timeout") == "5");
    CHECK_FALSE(next.parameters()->column("rack"));
    REQUIRE(stream.next(next) == target_stream::pull::target);
    REQUIRE(next.parameters());
    CHECK(next.parameters()->column("page")->empty());
    CHECK(notices.size() == 1);  // of rack
  }
}

TEST_CASE("a row that has none of the columns that are kept is a row all the same") {
  target_stream_options options;
  options.kept_columns = {"page"};
  target_stream stream{options};
  stream.add_feed("stdin");
  stream.feed("{\"ip\":\"10.0.0.1\"}\n10.0.0.2\n");
  stream.end_feed();
  target next;
  REQUIRE(stream.next(next) == target_stream::pull::target);
  CHECK(next.parameters() != nullptr);
  REQUIRE(stream.next(next) == target_stream::pull::target);
  CHECK(next.parameters() == nullptr);
}

TEST_CASE("rows come in random order with what they say, ranges among them") {
  const temporary_file file{"ip,label\n10.0.0.0/28,lab\n10.0.1.1,one\na,\n"};
  target_stream_options options;
  options.order = muster::target_order::random;
  options.seed = 2;
  target_stream stream{std::move(options)};
  stream.add_file(file.path());
  target next;
  int lab = 0;
  int one = 0;
  int plain = 0;
  while (stream.next(next) == pull::target) {
    plain += next.parameters() == nullptr;
    if (!next.parameters()) continue;
    lab += next.parameters()->label == "lab";
    one += next.parameters()->label == "one" && next.to_string() == "10.0.1.1";
  }
  CHECK(lab == 14);
  CHECK(one == 1);
  CHECK(plain == 1);
}
