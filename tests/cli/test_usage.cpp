#include "cli/sweep.hpp"

using namespace muster::test;

namespace {

struct mistake {
  std::vector<std::string> arguments;
  std::vector<std::string> said;  // pieces of the message: what is wrong, where, and the remedy
};

}  // namespace

TEST_CASE("each mistake on the command line gets one clear message and exit code 2") {
  const std::vector<mistake> mistakes{
      {{"sweep", "127.0.0.1", "--timout", "3s"}, {"--timout", "did you mean --timeout"}},
      {{"sweep", "127.0.0.1", "-p", "22"}, {"no option -p", "--ports"}},
      {{"sweep", "127.0.0.1", "--time", "3s"}, {"--time", "did you mean --timeout"}},
      {{"sweep", "127.0.0.1", "--icmp-socket", "tcp"}, {"--icmp-socket: 'tcp'", "datagram or raw"}},
      {{"swep", "127.0.0.1"}, {"swep", "did you mean sweep"}},
      {{"sweep", "127.0.0.1", "--tcp", "22,99999"}, {"--tcp", "99999", "1 to 65535"}},
      {{"sweep", "127.0.0.1", "--tcp", "80-22"}, {"80-22", "backwards"}},
      {{"sweep", "127.0.0.1", "--tcp", ""}, {"--tcp", "1 to 65535"}},
      {{"sweep", "127.0.0.1", "--timeout", "3 parsecs"}, {"--timeout", "3 parsecs", "250ms"}},
      {{"sweep", "127.0.0.1", "--timeout", "0s"}, {"--timeout", "too short"}},
      {{"sweep", "127.0.0.1", "--timeout"}, {"--timeout"}},
      {{"sweep", "127.0.0.1", "--rate", "nan"}, {"--rate: 'nan' is no rate"}},
      {{"sweep", "127.0.0.1", "--max-body", "1.5k"}, {"--max-body: '1.5k'", "64k"}},
      {{"sweep", "127.0.0.1", "--rate", "-5"}, {"--rate"}},
      {{"sweep", "127.0.0.1", "--max-in-flight", "0"}, {"--max-in-flight"}},
      {{"sweep", "127.0.0.1", "--count", "many"}, {"--count", "many"}},
      {{"sweep", "127.0.0.1", "--size", "70000"}, {"--size", "65467"}},
      {{"sweep", "127.0.0.1", "--ttl", "256"}, {"--ttl", "255"}},
      {{"sweep", "127.0.0.1", "--source", "eth0"}, {"--source", "eth0"}},
      {{"sweep", "::1", "--source", "fe80::1"}, {"--source", "needs its zone", "%eth0"}},
      {{"sweep", "::1", "--source", "fe80::1%no-such-if0"}, {"--source", "no interface"}},
      {{"sweep", "::1", "--source", "10.0.0.1%lo"}, {"--source", "IPv6 only"}},
      {{"sweep", "127.0.0.1", "--json", "--csv"}, {"--csv", "--json"}},
      {{"sweep", "127.0.0.1", "-4", "-6"}, {"ipv4", "ipv6"}},
      {{"sweep", "127.0.0.1", "-o", "results.xml"}, {"results.xml", ".csv"}},
      {{"sweep", "127.0.0.1", "-o", "-"}, {"-o -", "--json"}},
      {{"sweep", "127.0.0.1", "--map", "--no-map"}, {"--map", "--no-map"}},
      {{"sweep", "127.0.0.1", "--histogram", "--no-histogram"}, {"--histogram"}},
      {{"sweep", "127.0.0.1", "--http=ftp://{}/"}, {"muster: --http: ftp"}},
      {{"sweep", "127.0.0.1", "--resolver", "dns.example"}, {"dns.example"}},
      {{"sweep", "127.0.0.1", "--exclude", "10.0.0.0/33"}, {"--exclude", "10.0.0.0/33"}},
      {{"sweep", "127.0.0.1", "--user-agent", "a\r\nb"}, {"--user-agent", "control"}},
      {{"sweep", "127.0.0.1", "--shard", "4/3"}, {"--shard", "4/3", "1/3"}},
      {{"sweep", "127.0.0.1", "--shard", "1"}, {"--shard", "'1'", "1/3"}},
      {{"sweep", "127.0.0.1", "--shard", "0/3"}, {"--shard", "0/3"}},
      {{"sweep", "127.0.0.1", "--shard", "1/2", "--randomize"}, {"--shard", "--seed N"}},
      {{"sweep", "127.0.0.1", "--seed", "1"}, {"--seed", "--randomize"}},
      {{"sweep", "127.0.0.1", "--randomize", "--seed", "-1"}, {"--seed", "-1", "2^64"}},
      {{"sweep", "127.0.0.1", "--input-format", "xml"}, {"--input-format", "xml", "jsonl"}},
      {{"sweep", "127.0.0.1", "--max-body", "2TiB"}, {"--max-body"}},
      {{"sweep", "127.0.0.1", "--retries", "101"}, {"--retries", "100"}},
      {{"sweep", "127.0.0.1", "--backoff", "1s"}, {"--backoff", "--retries"}},
      {{"sweep", "127.0.0.1", "--retries", "1", "--backoff", "2m"}, {"--backoff", "1 min 00 s"}},
      {{"sweep", "127.0.0.1", "--host-timeout", "0"}, {"--host-timeout", "too short"}},
      {{"sweep", "127.0.0.1", "--alive-first"}, {"--alive-first", "--tcp", "--http"}},
      {{"sweep", "127.0.0.1", "--alive-first", "--icmp"}, {"--alive-first", "--tcp"}},
      {{"sweep", "127.0.0.1", "--min-up", "0"}, {"--min-up"}},
      {{"sweep", "127.0.0.1", "--checkpoint-interval", "1s"},
       {"--checkpoint-interval", "--checkpoint FILE"}},
      {{"sweep", "127.0.0.1", "--checkpoint", "/dev/null"}, {"/dev/null", "regular file"}},
      {{"sweep", "127.0.0.1", "--expect-status", "20x"}, {"--expect-status", "'20x'", "or any"}},
      {{"sweep", "127.0.0.1", "--only", "up,down"}, {"--only: 'down'", "refused"}},
      {{"sweep", "127.0.0.1", "--only", "up", "--show-all"}, {"--only", "--show-all"}},
      {{"sweep", "127.0.0.1", "--only", "up", "--open"}, {"--only", "--open"}},
      {{"sweep", "127.0.0.1", "--summary", ""}, {"--summary", "FILE"}},
      {{}, {"muster --help"}},
  };
  for (const auto& [arguments, said] : mistakes) {
    const auto result = run(muster_command(arguments));
    CAPTURE(arguments, result.out, result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    for (const std::string& piece : said)
      CHECK(contains(result.err, piece));
  }
}

TEST_CASE("options of other runners are answered with what muster calls them") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> foreign{
      {{"-j4"}, "-P N"},
      {{"-j", "4"}, "-P N"},
      {{"--jobs=4"}, "-P N"},
      {{"--max-procs", "4"}, "-P N"},
      {{"--throttle", "4"}, "-P N"},
      {{"-ThrottleLimit", "4"}, "-P N"},
      {{"-n", "1"}, "--batch MAX"},
      {{"-I", "{}"}, "{} in the command"},
      {{"-I{}"}, "{} in the command"},
      {{"-k"}, "--ordered"},
      {{"--keep-order"}, "--ordered"},
      {{"-a", "list"}, "-iL FILE"},
      {{"--delay", "2"}, "--rate N"},
      {{"--count", "5"}, "head -n 5"},
      {{"--eta"}, "progress is shown"},
      {{"--progress"}, "progress is shown"},
      {{"--results", "d"}, "--log-dir DIR"},
      {{"--workdir", "d"}, "--cwd DIR"},
      {{"--resume-failed"}, "--resume FILE"},
      {{"-d", ";"}, "a line is a target"},
      {{"-r"}, "nothing is run"},
      {{"--pipe"}, "--stdin --batch MAX"},
      {{"--colsep", ","}, "{NAME}"},
      {{"-S", "host"}, "ssh"},
      {{"--nice", "5"}, "nice muster run"},
      {{"--files"}, "--log-dir DIR"},
  };
  for (const auto& [options, advice] : foreign) {
    std::vector<std::string> words{"run", "a", "--lines"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--", "echo"});
    const auto result = run(muster_command(words));
    CAPTURE(options.front(), result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(contains(result.err, "muster: there is no option " +
                                   options.front().substr(0, options.front().find('=')) + "; "));
    CHECK(contains(result.err, advice));
  }
}

TEST_CASE("a mistake in an option of run names the option and the remedy") {
  const std::vector<mistake> mistakes{
      {{"--rate", "nan"}, {"--rate: 'nan' is no rate", "0 (unlimited)"}},
      {{"--rate", "-1"}, {"--rate: '-1' is no rate"}},
      {{"--output-max", "1.5k"}, {"--output-max: '1.5k' is no number of bytes", "64k"}},
      {{"--output-max", "2G"}, {"--output-max: '2G' is too much", "1073741824"}},
      {{"--joblog"}, {"--job-log: a value is missing: FILE\n"}},
      {{"-P"}, {"--max-in-flight: a value is missing: N\n"}},
      {{"--refill", ""}, {"--refill: ''"}},
      {{"-0", "--input-format", "csv"}, {"--null: rows of CSV and JSON end in a line end"}},
      {{"--default", "x"}, {"--default: 'x' is no default", "'HOSTS COLUMN=VALUE'"}},
      {{"--default", "host=x"}, {"--default: host is of one target only"}},
      {{"--default", "web* =x"}, {"--default: '' is no name of a column"}},
      {{"--default", "port=99999"}, {"--default: port: ", "65535"}},
      {{"--default", "timeout=x"}, {"--default: timeout: 'x' is no length of time"}},
      {{"--begin", ""}, {"--begin: '' is empty", "a SCRIPT"}},
      {{"--end", ""}, {"--end: '' is empty"}},
      {{"--finally", ""}, {"--finally: '' is empty"}},
      {{"--resume", ""}, {"--resume: '' is empty", "a FILE"}},
      {{"--job-log", ""}, {"--job-log: '' is empty"}},
      {{"--log-dir", ""}, {"--log-dir: '' is empty"}},
      {{"--control", ""}, {"--control: '' is empty"}},
      {{"--cwd", ""}, {"--cwd: '' is empty", "a DIR"}},
  };
  for (const mistake& one : mistakes) {
    std::vector<std::string> words{"run", "a", "--lines"};
    words.insert(words.end(), one.arguments.begin(), one.arguments.end());
    words.insert(words.end(), {"--", "echo"});
    const auto result = run(muster_command(words));
    CAPTURE(one.arguments.front(), result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK_FALSE(contains(result.err, "UINT"));
    CHECK_FALSE(contains(result.err, "TEXT"));
    for (const std::string& piece : one.said)
      CHECK(contains(result.err, piece));
  }
}

TEST_CASE("a bad target alone is named with its remedy, and nothing is up") {
  const auto result = sweep({"10.0.0.256"});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.err, "10.0.0.256"));
  CHECK(contains(sweep({"--http", "/health"}).err, "--http=/health"));
}

TEST_CASE("the help of sweep is as it was last agreed on") {
  const auto result = run(muster_command({"sweep", "--help"}));
  CHECK(result.exit_code == 0);
  CHECK(result.out == read_whole_file(MUSTER_SOURCE_DIR "/tests/cli/sweep_help.txt"));
  std::istringstream lines{result.out};
  for (std::string line; std::getline(lines, line);)
    CHECK(line.size() <= 100);
}

TEST_CASE("options go by the long names that users of other tools know") {
  const std::string help = run(muster_command({"sweep", "--help"})).out;
  for (const char* name : {"--ports ", "--exclude ", "--exclude-file ", "-iL ", "--rate ",
                           "--max-in-flight ", "--retries ", "--timeout ", "--host-timeout ",
                           "--randomize-hosts", "--resume ", "--json ", "-o,"})
    CHECK(contains(help, name));
}

TEST_CASE("help that can't be written is no success") {
  const std::string muster{MUSTER_BINARY};
  CHECK(run({"sh", "-c", muster + " sweep --help > /dev/full"}).exit_code == 3);
}

TEST_CASE("the version is a word and a number") {
  const auto result = run(muster_command({"--version"}));
  CHECK(result.exit_code == 0);
  CHECK(result.out == "muster 0.1.0\n");
}

TEST_CASE("targets may stand before and behind the end of options") {
  const auto result =
      sweep({"127.0.0.1:1", "[::1]", "--tcp", "2", "--json", "--", "127.0.0.1:3", "[::1]"});
  CAPTURE(result.err);
  CHECK(lines_with(result.out, R"("target":"127.0.0.1:1")") == 1);
  CHECK(lines_with(result.out, R"("target":"127.0.0.1:3")") == 1);
  CHECK(lines_with(result.out, R"("address":"::1")") == 2);
}

TEST_CASE(
    "options that only a kind of probe has are not ignored without a word where there is none") {
  const auto idle = sweep({"127.0.0.1:1", "--head", "--expect-status", "200", "--count", "2"});
  CHECK(
      contains(idle.err,
               "muster: --count is for ICMP probes, and there was none; add --icmp for one of each "
               "target\n"));
  CHECK(contains(idle.err,
                 "muster: --head, --expect-status are for HTTP probes, and there was none"));
  CHECK_FALSE(contains(sweep({"127.0.0.1:1", "127.0.0.1", "--count", "2"}).err, "none"));
  CHECK_FALSE(contains(sweep({"127.0.0.1:1", "--head", "-qq"}).err, "none"));
}

TEST_CASE("an option whose value is empty takes no target for it") {
  const auto both =
      run({MUSTER_BINARY, "run", "--lines", "--ordered", "--label=", "a", "b", "--", "echo"});
  CHECK(both.out == "a\nb\n");
  CHECK(run({MUSTER_BINARY, "run", "--lines", "--replace=", "a", "--", "echo"}).exit_code == 2);
}
