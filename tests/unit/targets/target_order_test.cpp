#include "muster/target_stream.hpp"
#include "stream_support.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <stdexcept>
#include <string>

using Catch::Matchers::ContainsSubstring;
using muster::target;
using muster::target_order;
using muster::target_shard;
using muster::target_stream;
using muster::target_stream_options;
using muster::test::pull_all;
using muster::test::pull_into;
using muster::test::strings;
using muster::test::temporary_file;
using pull = target_stream::pull;
using texts = std::initializer_list<const char*>;

namespace {

target_stream_options random_order(std::uint64_t seed) {
  target_stream_options options;
  options.order = target_order::random;
  options.seed = seed;
  return options;
}

target_stream_options shard_of(std::uint32_t number, std::uint32_t count,
                               target_stream_options options = {}) {
  options.shard = {number, count};
  return options;
}

target_stream stream_of(texts sources, target_stream_options options = {}) {
  target_stream stream{std::move(options)};
  for (const char* source : sources)
    stream.add_text(source);
  return stream;
}

strings targets_of(target_stream stream) {
  strings out;
  CHECK(pull_into(stream, out) == pull::end);
  CHECK(stream.produced() == out.size());
  return out;
}

strings sorted(strings all) {
  std::sort(all.begin(), all.end());
  return all;
}

const texts many{"10.0.0.0/24", "web.example",     "10.1.0-1.1,3,7", "http://h/x",
                 "::1",         "10.2.0.0/28:443", "2001:db8::/123", "10.3.0.1"};

}  // namespace

TEST_CASE("in random order every target comes exactly once, in another order than written") {
  const strings plain = targets_of(stream_of(many));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const strings shuffled = targets_of(stream_of(many, random_order(seed)));
    CHECK(shuffled != plain);
    CHECK(sorted(shuffled) == sorted(plain));
    CHECK(targets_of(stream_of(many, random_order(seed))) == shuffled);
  }
  CHECK(targets_of(stream_of(many, random_order(1))) !=
        targets_of(stream_of(many, random_order(2))));
}

TEST_CASE("random order reaches over all arguments and files at once") {
  const temporary_file file{"10.9.0.0/24\nhost.example:81\n# none\n10.8.0.1\n"};
  target_stream stream{random_order(5)};
  stream.add_text("10.0.0.0/24");
  stream.add_file(file.path());
  CHECK_FALSE(stream.size());
  stream.gather();
  CHECK(stream.size() == 254 + 254 + 2);
  const strings all = targets_of(std::move(stream));
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == 510);
  // Of the first 40, some are of the argument and some of the file.
  const auto of_file = std::count_if(all.begin(), all.begin() + 40, [](const std::string& text) {
    return text.starts_with("10.9.");
  });
  CHECK(of_file > 5);
  CHECK(of_file < 35);
}

TEST_CASE("targets keep what they are in random order: form, port, range, text") {
  for (const bool randomised : {false, true}) {
    auto stream = stream_of({"10.0.0.0/31", "Web.example:81", "10.0.0.9", "10.0.1.0/31:82"},
                            randomised ? random_order(3) : target_stream_options{});
    target next;
    int members = 0;
    int ports = 0;
    while (stream.next(next) == pull::target) {
      members += next.of_range();
      ports += next.port();
      if (next.needs_lookup()) CHECK(next.to_string() == "Web.example:81");
    }
    CHECK(members == 4);
    CHECK(ports == 81 + 2 * 82);
  }
}

TEST_CASE("where every line is a target, random order keeps each as it is") {
  target_stream_options options = random_order(3);
  options.any_line = true;
  const strings shuffled =
      targets_of(stream_of({"b c", "10.0.0.1/24", "a: [x", "two\nlines"}, options));
  CHECK(sorted(shuffled) == strings{"10.0.0.1/24", "a: [x", "b c", "two\nlines"});
}

TEST_CASE("random order leaves out what is excluded, and knows how many are left") {
  target_stream_options options = random_order(9);
  for (const char* text : {"10.0.0.0/25", "10.0.0.200", "10.1.0.3", "web.example"})
    CHECK(options.excludes.add_text(text) == "");
  auto stream = stream_of({"10.0.0.0/24", "10.1.0.1-5:80", "10.1.0.1,3,5", "web.example", "a"},
                          std::move(options));
  CHECK(stream.size() == 127 - 1 + 4 + 2 + 1);
  strings all = targets_of(std::move(stream));
  CHECK(all.size() == 133);
  for (const std::string& text : all)
    CHECK(text != "10.0.0.200");
}

TEST_CASE("a feed is shuffled as far as it has come, and nothing waits for another line") {
  target_stream stream{random_order(1)};
  stream.add_text("10.0.0.1");
  stream.add_feed("stdin");
  strings out;
  CHECK(pull_into(stream, out) == pull::wait);
  CHECK(out == strings{"10.0.0.1"});
  stream.feed("10.1.0.0/28\n10.2.0.1\n");
  out.clear();
  CHECK(pull_into(stream, out) == pull::wait);
  CHECK(out.size() == 15);
  CHECK(out != sorted(out));
  stream.feed("10.3.0.1\n");
  stream.end_feed();
  CHECK(pull_all(stream) == strings{"10.3.0.1", "end"});
  CHECK(stream.size() == 17);
}

TEST_CASE("shards have no target in common, are all targets together, and are even") {
  for (const bool randomised : {false, true}) {
    const auto options = [&] { return randomised ? random_order(4) : target_stream_options{}; };
    const strings all = targets_of(stream_of(many, options()));
    for (const std::uint32_t count : {1U, 2U, 3U, 7U, 100U, 5000U}) {
      strings together;
      std::size_t least = all.size();
      std::size_t most = 0;
      for (std::uint32_t number = 1; number <= count; ++number) {
        auto stream = stream_of(many, shard_of(number, count, options()));
        const auto size = stream.size();
        const strings part = targets_of(std::move(stream));
        CHECK(size == part.size());
        least = std::min(least, part.size());
        most = std::max(most, part.size());
        together.insert(together.end(), part.begin(), part.end());
      }
      CAPTURE(randomised, count);
      CHECK(most - least <= 1);
      CHECK(sorted(together) == sorted(all));
    }
  }
}

TEST_CASE("shards are even after excludes, too, and a shard of a feed takes every n-th target") {
  target_stream_options options = shard_of(2, 2);
  CHECK(options.excludes.add_text("10.0.0.1") == "");
  CHECK(options.excludes.add_text("10.0.0.4-5") == "");
  target_stream stream{std::move(options)};
  stream.add_feed("stdin");
  stream.feed("10.0.0.1-8\n");
  stream.feed("10.0.1.1\n10.0.1.2\n10.0.1.3\n");
  stream.end_feed();
  CHECK(pull_all(stream) == strings{"10.0.0.3", "10.0.0.7", "10.0.1.1", "10.0.1.3", "end"});
}

TEST_CASE("a shard that is none is misuse, as is a shard of a feed in random order") {
  for (const target_shard shard : {target_shard{0, 1}, target_shard{2, 1}, target_shard{1, 0},
                                   target_shard{1, target_shard::count_max + 1}}) {
    CHECK_THROWS_AS(target_stream{shard_of(shard.number, shard.count)}, std::invalid_argument);
  }
  target_stream stream{shard_of(1, 2, random_order(1))};
  CHECK_THROWS_AS(stream.add_feed("stdin"), std::invalid_argument);
}

TEST_CASE("a stream that skips to a position goes on as the one that was there") {
  for (const bool randomised : {false, true}) {
    for (const std::uint32_t count : {1U, 3U}) {
      const auto fresh = [&] {
        target_stream_options options = randomised ? random_order(8) : target_stream_options{};
        CHECK(options.excludes.add_text("10.0.0.17-40") == "");
        options.dedupe = true;
        return stream_of(many, shard_of(count, count, std::move(options)));
      };
      const strings all = targets_of(fresh());
      auto walked = fresh();
      target next;
      for (std::size_t done = 0; done < all.size(); ++done) {
        auto skipped = fresh();
        skipped.skip(walked.position());
        CHECK(skipped.position() == walked.position());
        strings rest;
        CHECK(pull_into(skipped, rest) == pull::end);
        CHECK(rest == strings(all.begin() + static_cast<std::ptrdiff_t>(done), all.end()));
        REQUIRE(walked.next(next) == pull::target);
      }
    }
  }
}

TEST_CASE("skipping steps over ranges whole, and counts in the size") {
  auto stream = stream_of({"10.0.0.0/8", "2001:db8::/70", "last.example"});
  const std::uint64_t all = (1ULL << 24) - 2 + (1ULL << 58) + 1;
  CHECK(stream.size() == all);
  stream.skip(all - 3);
  CHECK(stream.position() == all - 3);
  CHECK(stream.size() == 3);
  CHECK(pull_all(stream) == strings{"2001:db8::3ff:ffff:ffff:fffe", "2001:db8::3ff:ffff:ffff:ffff",
                                    "last.example", "end"});
  CHECK(stream.position() == all);
  auto beyond = stream_of({"10.0.0.0/8"});
  beyond.skip(~0ULL);
  beyond.skip(~0ULL);
  CHECK(pull_all(beyond) == strings{"end"});
}

TEST_CASE("skipping works on a feed before its lines have come") {
  target_stream stream;
  stream.add_feed("stdin");
  stream.skip(2);
  CHECK(pull_all(stream) == strings{"wait"});
  stream.feed("a\nb\nc\n");
  CHECK(pull_all(stream) == strings{"c", "wait"});
  stream.skip(1);
  stream.feed("d\ne\n");
  CHECK(pull_all(stream) == strings{"e", "wait"});
}

TEST_CASE("a range too large to be shuffled as one is shuffled in parts, and a notice says so") {
  strings notices;
  target_stream_options options = random_order(6);
  options.on_notice = [&](const std::string& text) { notices.push_back(text); };
  auto stream = stream_of({"::/0", "10.0.0.1"}, std::move(options));
  target next;
  for (int i = 0; i < 1000; ++i)
    CHECK(stream.next(next) == pull::target);
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("too many targets to shuffle as one"));
}
