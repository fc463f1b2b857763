#include "cli/sweep.hpp"

#include <algorithm>
#include <set>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;

/// The targets of JSON lines, in their order.
texts targets_of(const std::string& out) {
  const std::string key = R"("target":")";
  texts targets;
  for (std::size_t at = out.find(key); at != out.npos; at = out.find(key, at)) {
    at += key.size();
    targets.push_back(out.substr(at, out.find('"', at) - at));
  }
  return targets;
}

/// Connects to a port where nothing listens: one result for each target, in the order of starting.
texts swept(std::vector<std::string> arguments) {
  for (const char* more : {"--tcp", "1", "--json", "--max-in-flight", "1", "--rate", "0"})
    arguments.emplace_back(more);
  const auto result = sweep(std::move(arguments));
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  return targets_of(result.out);
}

texts sorted(texts all) {
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("in random order each target is probed once, and the seed gives the order again") {
  const texts plain = swept({"127.0.0.0/24", "127.0.1.1-10"});
  REQUIRE(plain.size() == 264);
  const texts shuffled = swept({"127.0.0.0/24", "127.0.1.1-10", "--randomize", "--seed", "7"});
  CHECK(shuffled != plain);
  CHECK(sorted(shuffled) == sorted(plain));
  CHECK(swept({"127.0.0.0/24", "127.0.1.1-10", "--randomize", "--seed", "7"}) == shuffled);
  CHECK(swept({"127.0.0.0/24", "127.0.1.1-10", "--randomize", "--seed", "8"}) != shuffled);
}

TEST_CASE("without a seed, the summary names the one that was used") {
  const auto result =
      sweep({"127.0.0.1-20", "--tcp", "1", "--json", "--max-in-flight", "1", "--randomize"});
  const std::string lead = "random order: --seed ";
  const std::size_t at = result.err.find(lead);
  REQUIRE(at != std::string::npos);
  const std::size_t start = at + lead.size();
  const std::string seed = result.err.substr(start, result.err.find(' ', start) - start);
  CHECK(swept({"127.0.0.1-20", "--randomize", "--seed", seed}) == targets_of(result.out));
}

TEST_CASE("shards share the targets between them, in order and in random order") {
  for (const bool randomised : {false, true}) {
    texts together;
    for (const char* shard : {"1/3", "2/3", "3/3"}) {
      std::vector<std::string> arguments{"127.0.0.0/25", "--shard", shard, "--exclude",
                                         "127.0.0.9-20"};
      if (randomised) arguments.insert(arguments.end(), {"--randomize", "--seed", "3"});
      const texts part = swept(arguments);
      CHECK(part.size() == 38);
      together.insert(together.end(), part.begin(), part.end());
    }
    CHECK(std::set<std::string>(together.begin(), together.end()).size() == 126 - 12);
    CHECK(together.size() == 126 - 12);
  }
}

TEST_CASE("duplicates are dropped and counted, over arguments, files and standard input") {
  temporary_directory directory;
  write_whole_file(directory.file("list"), "127.0.0.3\n127.0.0.4-6\nLOCALHOST:1\n");
  const auto result = sweep({"127.0.0.1-4", "127.0.0.2:1", "-iL", directory.file("list"), "-",
                             "--tcp", "1", "--json", "--dedupe"},
                            {.input = "127.0.0.6\n127.0.0.7\nlocalhost:1\n127.0.0.2:1\n"});
  CAPTURE(result.err);
  CHECK(targets_of(result.out).size() == 4 + 1 + 2 + 1 + 1);
  CHECK(contains(result.err, "5 duplicate targets dropped"));
}

TEST_CASE("a pipe is shuffled as it comes, a result at once, and its parts are refused") {
  process child{muster_command({"sweep", "--randomize", "--tcp", "1"}), {.keep_stdin = true}};
  REQUIRE(child.write("127.0.0.1\n"));
  CHECK(child.wait_for_output("127.0.0.1:1", 10s));
  REQUIRE(child.write("127.0.0.2\n"));
  CHECK(child.wait_for_output("127.0.0.2:1", 10s));
  child.close_stdin();
  CHECK(contains(child.wait().err, "2 probes in"));

  const std::vector<std::string> parts{"--randomize", "--seed", "1", "--shard",
                                       "1/2",         "--tcp",  "1"};
  const auto refused = sweep(parts, {.input = "127.0.0.1\n"});
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err, "-iL /dev/stdin"));
  auto named = parts;
  named.insert(named.end(), {"-iL", "/dev/stdin", "--json"});
  CHECK(targets_of(sweep(named, {.input = "127.0.0.1-4\n"}).out).size() == 2);
}

TEST_CASE("an exclude file of 100,000 lines leaves out what it lists and nothing else") {
  temporary_directory directory;
  std::string lines;
  for (int i = 0; i < 100'000; ++i) {
    lines += "127." + std::to_string(i / 25'000) + "." + std::to_string(i / 100 % 250) + "." +
             std::to_string(i % 100 * 2 + 1) + "\n";
  }
  write_whole_file(directory.file("excludes"), lines);
  const texts left =
      swept({"127.0.0.0/23", "127.9.9.9", "--exclude-file", directory.file("excludes")});
  CHECK(left.size() == 510 - 200 + 1);
  const std::set<std::string> all(left.begin(), left.end());
  CHECK(all.contains("127.0.0.2"));
  CHECK_FALSE(all.contains("127.0.0.1"));
  CHECK(all.contains("127.0.0.201"));
  CHECK(all.contains("127.9.9.9"));
}
