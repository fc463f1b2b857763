#include "muster/target_stream.hpp"
#include "stream_support.hpp"
#include "support/catch.hpp"
#include "targets/seen_targets.hpp"
#include "unit/core/random_source.hpp"

#include <initializer_list>
#include <set>
#include <string>

using muster::target;
using muster::target_order;
using muster::target_stream;
using muster::target_stream_options;
using muster::test::pull_all;
using muster::test::pull_into;
using muster::test::random_source;
using muster::test::strings;
using muster::test::temporary_file;
using pull = target_stream::pull;

namespace {

target_stream_options deduped() {
  target_stream_options options;
  options.dedupe = true;
  return options;
}

struct outcome {
  strings targets;
  std::uint64_t duplicates;
};

outcome run(std::initializer_list<const char*> sources, target_stream_options options = deduped()) {
  target_stream stream{std::move(options)};
  for (const char* source : sources)
    stream.add_text(source);
  outcome out;
  CHECK(pull_into(stream, out.targets) == pull::end);
  out.duplicates = stream.duplicates();
  return out;
}

}  // namespace

TEST_CASE("overlapping blocks, ranges and addresses give each address once") {
  const outcome out = run({"10.0.0.4-6", "10.0.0.0/29", "10.0.0.5", "10.0.0.1-8", "10.0.0.3,7,9",
                           "10.0.0.3,7,9", "::ffff:10.0.0.9"});
  CHECK(out.targets == strings{"10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.1", "10.0.0.2",
                               "10.0.0.3", "10.0.0.7", "10.0.0.8", "10.0.0.9"});
  CHECK(out.duplicates == 3 + 1 + 6 + 2 + 3 + 1);
}

TEST_CASE(
    "names are the same whatever their case and trailing dot, URLs whatever their host's case") {
  const outcome out = run({"Web.example", "web.EXAMPLE.", "http://Web.example/x",
                           "http://web.example:80/x", "http://web.example/y"});
  CHECK(out.targets == strings{"Web.example", "http://Web.example/x", "http://web.example/y"});
  CHECK(out.duplicates == 2);
}

TEST_CASE("an address, its ports, its URL and a zone are targets of their own") {
  const outcome out =
      run({"10.0.0.1", "10.0.0.1:80", "10.0.0.1:81", "http://10.0.0.1/", "10.0.0.0/30:80", "a",
           "a:80", "a:81", "a:80", "fe80::1", "fe80::1%lo", "[fe80::1%lo]:80", "fe80::1%lo"});
  CHECK(out.targets == strings{"10.0.0.1", "10.0.0.1:80", "10.0.0.1:81", "http://10.0.0.1/",
                               "10.0.0.2:80", "a", "a:80", "a:81", "fe80::1", "fe80::1%lo",
                               "[fe80::1%lo]:80"});
  CHECK(out.duplicates == 3);
}

TEST_CASE("rows are the same when they ask the same, whatever else they say") {
  const temporary_file file{
      "host,port,probe,path,label,timeout\n"
      "10.0.0.1,,,,one,1s\n"
      "10.0.0.1,,,,two,2s\n"
      "10.0.0.1,,icmp,,,\n"
      "10.0.0.1,,http,/a,,\n"
      "10.0.0.1,,http,/b,,\n"
      "10.0.0.0/30,,http,/a,,\n"
      "a,,,/a,,\n"
      "a,,,/b,,\n"
      "a,,,/b,x,\n"};
  target_stream stream{deduped()};
  stream.add_file(file.path());
  CHECK(pull_all(stream) ==
        strings{"10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2", "a", "a", "end"});
  CHECK(stream.duplicates() == 3);
}

TEST_CASE("what is excluded is no duplicate, and does not hide one") {
  target_stream_options options = deduped();
  CHECK(options.excludes.add_text("10.0.0.2-3") == "");
  CHECK(options.excludes.add_text("out.example") == "");
  const outcome out = run({"10.0.0.1-4", "10.0.0.1-5", "10.0.0.2", "out.example", "out.example"},
                          std::move(options));
  CHECK(out.targets == strings{"10.0.0.1", "10.0.0.4", "10.0.0.5"});
  CHECK(out.duplicates == 2);
}

TEST_CASE("duplicates are found in random order, too, and the size is what is left") {
  target_stream_options options = deduped();
  options.order = target_order::random;
  target_stream stream{std::move(options)};
  for (const char* text : {"10.0.0.0/24", "10.0.0.128/25", "10.0.1.0-5", "a", "a"})
    stream.add_text(text);
  CHECK_FALSE(stream.size());
  stream.gather();
  CHECK(stream.size() == 254 + 6 + 1);
  strings all;
  CHECK(pull_into(stream, all) == pull::end);
  CHECK(all.size() == 261);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == 261);
}

TEST_CASE("ranges at random give each address once, as a plain set has it") {
  random_source random{3};
  for (int round = 0; round < 20; ++round) {
    std::set<std::uint32_t> plain;
    std::uint64_t named = 0;
    target_stream stream{deduped()};
    for (int i = 0; i < 60; ++i) {
      const std::uint32_t first = 0x0a000000 + random.below(3000);
      const std::uint32_t last = first + random.below(i % 3 == 0 ? 300 : 3);
      stream.add_text(muster::ip_address::from_v4(first).to_string() + "-" +
                      muster::ip_address::from_v4(last).to_string());
      for (std::uint32_t value = first; value <= last; ++value, ++named)
        plain.insert(value);
    }
    std::set<std::uint32_t> seen;
    target next;
    while (stream.next(next) == pull::target)
      CHECK(seen.insert(next.address().v4()).second);
    CHECK(seen == plain);
    CHECK(stream.duplicates() == named - plain.size());
  }
}

TEST_CASE("large blocks that overlap are stepped over, not walked") {
  target_stream stream{deduped()};
  stream.add_text("2001:db8::/80");
  stream.add_text("2001:db8::/79");
  stream.skip((1ULL << 49) - 1);
  CHECK(pull_all(stream) == strings{"2001:db8::1:ffff:ffff:ffff", "end"});
  CHECK(stream.duplicates() == 1ULL << 48);
}

TEST_CASE("rows are the same when what is kept of their columns is the same, too") {
  const temporary_file file{
      "ip,port,page,rack\n10.0.0.1,80,/a,1\n10.0.0.1,80,/b,1\n10.0.0.1,80,/a,2\n10.0.0.1,81,/a,1\n"
      "10.0.0.2/31,,/a,\n10.0.0.2/31,,/b,\n10.0.0.2/31,,/b,2\n"};
  target_stream_options options = deduped();
  options.format = muster::input_format::csv;
  options.kept_columns = {"page"};
  target_stream stream{options};
  stream.add_file(file.path());
  CHECK(pull_all(stream) == strings{"10.0.0.1:80", "10.0.0.1:80", "10.0.0.1:81", "10.0.0.2",
                                    "10.0.0.3", "10.0.0.2", "10.0.0.3", "end"});
  CHECK(stream.duplicates() == 3);
}

TEST_CASE("when there is no more room to remember, nothing is dropped wrongly, and it shows") {
  muster::seen_targets seen;
  muster::range_traits traits;
  for (std::size_t i = 0; i < muster::seen_targets::address_groups_max; ++i) {
    traits.port = static_cast<std::uint16_t>(i % 65'535 + 1);
    traits.scope = static_cast<std::uint32_t>(i / 65'535);
    seen.insert(seen.addresses_of(traits), muster::ip_address::from_v4(1),
                muster::ip_address::from_v4(2));
  }
  CHECK_FALSE(seen.is_full());
  traits.scope = 77;
  muster::seen_addresses& beyond = seen.addresses_of(traits);
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(beyond.covering_end(muster::ip_address::from_v4(1)));
    seen.insert(beyond, muster::ip_address::from_v4(1), muster::ip_address::from_v4(2));
    CHECK(seen.is_full());
  }
  traits.scope = 0;
  traits.port = 1;
  CHECK(seen.addresses_of(traits).covering_end(muster::ip_address::from_v4(1)));
}
