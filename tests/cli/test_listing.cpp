// What a sweep lists, what it counts, and what it says at its end.
#include "cli/sweep.hpp"
#include "support/hostile_server.hpp"

#include <csignal>

#include <rapidjson/document.h>

#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// A listening port, and a range of ports around it.
class open_port {
 public:
  open_port() : socket_{listen_on_loopback(number_)} {}
  open_port(const open_port&) = delete;
  open_port& operator=(const open_port&) = delete;
  ~open_port() { ::close(socket_); }
  std::string text() const { return std::to_string(number_); }
  /// Ten ports below it and itself.
  std::string range() const { return std::to_string(number_ - 10) + "-" + text(); }

 private:
  std::uint16_t number_ = 0;  // before the socket, which sets it
  int socket_;
};

rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.c_str());
  CAPTURE(text);
  REQUIRE(document.IsObject());
  return document;
}

hostile_script answer(const std::string& status_line) {
  return {.head = "HTTP/1.1 " + status_line + "\r\nContent-Length: 0\r\n\r\n"};
}

}  // namespace

TEST_CASE("of a range of ports text shows what is open, and counts the rest") {
  const open_port open;
  const auto result = sweep({"127.0.0.1", "--tcp", open.range()});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, "127.0.0.1:" + open.text() + " ") == 1);
  CHECK(lines_with(result.out, "refused") == 0);
  CHECK(contains(result.err, "11 probes in"));
  CHECK(contains(result.err, "refused; --show-all lists them\n"));
  const auto all = sweep({"127.0.0.1", "--tcp", open.range(), "--show-all"});
  CHECK(lines_with(all.out, "127.0.0.1:") == 11);
  CHECK_FALSE(contains(all.err, "not shown"));
  const auto json = sweep({"127.0.0.1", "--tcp", open.range(), "--json"});
  CHECK(lines_with(json.out, "\"target\"") == 11);
}

TEST_CASE("targets and ports that were named by themselves all have their line") {
  const closed_port one;
  const closed_port other;
  const auto result =
      sweep({"127.0.0.1", "no-such-host.invalid", "--tcp", one.text() + "," + other.text(),
             "--resolver", "127.0.0.1:1", "--timeout", "1s"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, "refused") == 2);
  CHECK(lines_with(result.out, "name_error") == 2);
  CHECK_FALSE(contains(result.err, "not shown"));
}

TEST_CASE("hosts of a subnet that don't answer the first probe are counted with their ports") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.3-192.168.0.255");
  const auto result = sweep(
      {"192.168.0.0/24", "--alive-first", "--tcp", "1-20", "--timeout", "300ms", "--rate", "0"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, "") == 2);
  CHECK(lines_with(result.out, " up ") == 2);
  CHECK(contains(result.err,
                 "not shown: 252 timeout, 40 refused, 5,040 skipped (host_silent); --show-all"));
}

TEST_CASE("what Ctrl-C cut off is one line of text, and a record each in JSON and CSV") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.0/24");
  temporary_directory directory;
  const auto files =
      std::vector{directory.file("r.jsonl"), directory.file("r.csv"), directory.file("r.txt")};
  // Those of a list are named by themselves.
  std::string list;
  for (int i = 1; i <= 100; ++i)
    list += "192.168.0." + std::to_string(i) + "\n";
  process child{muster_command({"sweep", "192.168.0.101-200", "-", "--timeout", "60s", "--rate",
                                "0", "-o", files[0], "-o", files[1], "-o", files[2]}),
                {.input = "127.0.0.1\n" + list}};
  REQUIRE(child.wait_for_output("127.0.0.1", 10s));
  child.send_signal(SIGINT);
  const auto result = child.wait();
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 130);
  CHECK(lines_with(result.out, "") == 1);
  CHECK(contains(result.err, "not shown: 200 cancelled; --show-all lists them\n"));
  CHECK(lines_with(read_whole_file(files[0]), R"("status":"cancelled","reason":"interrupted")") ==
        200);
  CHECK(lines_with(read_whole_file(files[1]), ",cancelled,interrupted,") == 200);
  const std::string text = read_whole_file(files[2]);
  CHECK(text.ends_with("\nnot shown: 200 cancelled; --show-all lists them\n"));
  CHECK(lines_with(text, "") == 2);
}

TEST_CASE(
    "what --only and --open leave out is in no format, and counts in the summary and exit status") {
  const open_port open;
  temporary_directory directory;
  const std::string page = directory.file("r.html");
  const std::string csv = directory.file("r.csv");
  const std::string text = directory.file("r.txt");
  const auto result = sweep(
      {"127.0.0.1", "--tcp", open.range(), "--json", "--open", "-o", page, "-o", csv, "-o", text});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.err, "11 probes in"));
  CHECK_FALSE(contains(result.err, "not shown"));
  CHECK(lines_with(result.out, "\"target\"") >= 1);
  CHECK(lines_with(result.out, R"("status":"up")") == lines_with(result.out, "\"target\""));
  CHECK(lines_with(read_whole_file(csv), ",refused,") == 0);
  CHECK(contains(read_whole_file(csv), "," + open.text() + ",up,"));
  CHECK(contains(read_whole_file(text), ":" + open.text() + " "));
  CHECK_FALSE(contains(read_whole_file(text), "not shown"));
  // The table has what is open; the map has the host in any case.
  CHECK(contains(read_whole_file(page), "[2130706433,0,"));        // up
  CHECK_FALSE(contains(read_whole_file(page), "[2130706433,2,"));  // refused
  CHECK_FALSE(contains(read_whole_file(page), "\n[0,2,"));
  CHECK(contains(read_whole_file(page), "\"maps\":[{"));

  const auto only = sweep({"127.0.0.1", "--tcp", open.range(), "--only", "refused,timeout"});
  CHECK(lines_with(only.out, " refused ") >= 1);
  CHECK(lines_with(only.out, " up ") == 0);
}

TEST_CASE("with -qq nothing is said as long as nothing is wrong, and what is when something is") {
  const open_port open;
  const auto well = sweep({"127.0.0.1:" + open.text(), "-qq"});
  CHECK(well.exit_code == 0);
  CHECK((well.out + well.err).empty());
  // Nobody said that anything would listen there.
  const auto range = sweep({"127.0.0.1", "--tcp", open.range(), "-qq", "--randomize"});
  CHECK(range.exit_code == 1);
  CHECK((range.out + range.err).empty());
  const closed_port closed;
  const auto down = sweep({"127.0.0.1:" + closed.text(), "-qq"});
  CHECK(down.exit_code == 1);
  CHECK(down.out.empty());
  CHECK(contains(down.err, "1 probe in"));
  CHECK(contains(down.err, "1 refused"));
  CHECK(contains(down.err, "127.0.0.1:" + closed.text() + " "));
  const auto bad = sweep({"127.0.0.1:" + open.text(), "10.0.0.0/33", "--quiet", "--quiet"});
  CHECK(contains(bad.err, "10.0.0.0/33"));
  CHECK(contains(bad.err, "1 line was not a target"));
  CHECK(contains(sweep({"127.0.0.1:" + open.text(), "-q"}).err, "1 probe in"));
}

TEST_CASE("with -qq it is said when this machine could not ask, and what went wrong before") {
  const auto unasked = sweep({"127.0.0.1/32", "--tcp", "1-2", "--source", "192.0.2.1", "-qq"});
  CHECK(unasked.exit_code != 0);
  CHECK_FALSE(unasked.err.empty());
  const closed_port closed;
  const temporary_directory directory;
  const std::string checkpoint = directory.file("c");
  const std::vector<std::string> words{"127.0.0.1:" + closed.text(), "-qq", "--checkpoint",
                                       checkpoint};
  sweep(words);
  auto again = words;
  again.insert(again.end(), {"--resume", checkpoint});
  const auto resumed = sweep(again);
  CHECK(resumed.exit_code == 1);
  CHECK(contains(resumed.err, "0 probes"));
}

TEST_CASE("what is wrong is told one by one, and beyond twenty counted") {
  const closed_port closed;
  std::vector<std::string> words{"-qq"};
  for (int i = 1; i <= 23; ++i)
    words.push_back("127.0.0." + std::to_string(i) + ":" + closed.text());
  const auto result = sweep(words);
  CHECK(lines_with(result.err, "127.0.0.") == 20);
  CHECK(contains(result.err, "and 3 more\n"));
}

TEST_CASE("a run is one JSON object in the file of --summary, beside its results") {
  const open_port open;
  const closed_port closed;
  temporary_directory directory;
  const std::string file = directory.file("summary.json");
  const auto result = sweep({"127.0.0.1:" + open.text(), "127.0.0.1:" + closed.text(),
                             "10.0.0.0/33", "--timeout", "5s", "--summary", file});
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, "127.0.0.1") == 2);
  const std::string text = read_whole_file(file);
  CHECK(lines_with(text, "") == 1);
  const auto summary = parsed(text);
  CHECK(summary["exit_status"].GetInt() == 1);
  CHECK(summary["probes"].GetInt() == 2);
  CHECK(summary["status"]["up"].GetInt() == 1);
  CHECK(summary["status"]["refused"].GetInt() == 1);
  CHECK(summary["kinds"]["tcp"]["status"]["up"].GetInt() == 1);
  CHECK(summary["kinds"]["tcp"]["rtt"]["count"].GetInt() == 1);
  CHECK_FALSE(summary["kinds"].HasMember("icmp"));
  CHECK(summary["bad_targets"].GetInt() == 1);
  CHECK(summary["limits"]["timeout_ms"].GetDouble() == 5000.0);
  CHECK(summary["warnings"].Size() == 1);
  CHECK(contains(summary["warnings"][0].GetString(), "10.0.0.0/33"));
  CHECK(contains(summary["command"].GetString(), "muster sweep 127.0.0.1:" + open.text()));
  CHECK_FALSE(summary.HasMember("stopped_by"));

  const auto out = sweep({"127.0.0.1:" + open.text(), "-qq", "--summary", "-"});
  CHECK(out.err.empty());
  CHECK(parsed(out.out)["exit_status"].GetInt() == 0);
}

TEST_CASE("the file of --summary is written after Ctrl-C and for a run that fails, too") {
  temporary_directory directory;
  const std::string file = directory.file("summary.json");
  process child{muster_command({"sweep", "--json", "--summary", file}), {.keep_stdin = true}};
  REQUIRE(child.write("127.0.0.1:1\n"));
  REQUIRE(child.wait_for_output("127.0.0.1", 10s));
  CHECK(read_whole_file(file).empty());  // it is there already
  CHECK(::access(file.c_str(), F_OK) == 0);
  child.send_signal(SIGINT);
  CHECK(child.wait().exit_code == 130);
  const auto interrupted = parsed(read_whole_file(file));
  CHECK(interrupted["exit_status"].GetInt() == 130);
  CHECK(std::string{interrupted["stopped_by"].GetString()} == "interrupted");
  CHECK(interrupted["probes"].GetInt() == 1);

  const auto result = sweep({"-iL", directory.file("none"), "--summary", file});
  CHECK(result.exit_code == 3);
  const auto failed = parsed(read_whole_file(file));
  CHECK(failed["exit_status"].GetInt() == 3);
  CHECK_FALSE(failed.HasMember("probes"));
  CHECK(contains(failed["warnings"][0].GetString(), "none"));
}

TEST_CASE("a summary that can't be written is told before the first packet, or in the end") {
  const open_port open;
  const std::string target = "127.0.0.1:" + open.text();
  const auto nowhere = sweep({target, "--summary", "/no/such/directory/s.json"});
  CHECK(nowhere.exit_code == 3);
  CHECK(nowhere.out.empty());
  CHECK(contains(nowhere.err, "/no/such/directory/s.json"));
  const auto full = sweep({target, "--summary", "/dev/full"});
  CHECK(full.exit_code == 3);
  CHECK(contains(full.err, "can't write /dev/full: No space left on device"));
  const auto twice = sweep({target, "--summary", "-"});
  CHECK(twice.exit_code == 2);
  CHECK(contains(twice.err, "--summary -: results go to standard output already; add -q"));
  temporary_directory directory;
  const std::string file = directory.file("r.json");
  CHECK(sweep({target, "--summary", file, "-o", file}).exit_code == 2);
  // Under another name, the file that results go to would lose them.
  for (const char* option : {"--summary", "-o"}) {
    const auto shared = run({"sh", "-c", R"(exec "$@" >"$0")", file, MUSTER_BINARY, "sweep", target,
                             "--json", option, "/dev/fd/1"});
    CAPTURE(option, shared.err);
    CHECK(shared.exit_code == 2);
    CHECK(contains(shared.err, "results go to standard output already"));
  }
}

TEST_CASE("several echo requests to one host count one by one in the summary") {
  MUSTER_NEED_ICMP();
  const open_port open;
  const auto result = sweep({"127.0.0.1", "--icmp", "--tcp", open.text(), "--count", "5",
                             "--interval", "1ms", "-q", "--summary", "-"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.err, "icmp rtt min/avg/p50/p95/p99/max ") == 1);
  CHECK(lines_with(result.err, "tcp rtt min/avg/p50/p95/p99/max ") == 1);
  const auto summary = parsed(result.out);
  CHECK(summary["kinds"]["icmp"]["probes"].GetInt() == 1);
  CHECK(summary["kinds"]["icmp"]["rtt"]["count"].GetInt() == 5);
  CHECK(summary["kinds"]["icmp"]["received"].GetInt() == 5);
  CHECK(summary["kinds"]["tcp"]["rtt"]["count"].GetInt() == 1);
}

TEST_CASE("a page that is not there or not allowed is no success, unless that is expected") {
  const hostile_server missing{answer("404 Not Found")};
  const hostile_server broken{answer("500 Internal Server Error")};
  const hostile_server moved{answer("302 Found")};
  const auto result = sweep({missing.url(), broken.url(), moved.url(), "--csv"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, ",mismatch,status_not_expected,") == 2);
  CHECK(lines_with(result.out, ",up,,") == 1);
  CHECK(contains(result.err, "1 up, 2 mismatch"));
  CHECK(contains(sweep({missing.url()}).out, "  404 0 B\n"));
  CHECK(sweep({missing.url(), broken.url(), moved.url(), "--expect-status", "any"}).exit_code == 0);
  CHECK(sweep({missing.url(), "--expect-status", "200,404"}).exit_code == 0);
  CHECK(sweep({broken.url(), moved.url(), "--expect-status", "302,5xx"}).exit_code == 0);
  CHECK(sweep({moved.url(), "--expect-status", "200"}).exit_code == 1);
}

TEST_CASE("a row says which status codes are expected of its target") {
  const hostile_server missing{answer("404 Not Found")};
  const auto result =
      sweep({"--csv", "--input-format", "csv", "--expect-status", "200"},
            {.input = "url,expect_status,label\n" + missing.url() + ",404,a\n" + missing.url() +
                      ",,b\n" + missing.url() + ",\"200,4xx\",c\n"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, ",up,,") == 2);
  CHECK(lines_with(result.out, ",mismatch,status_not_expected,") == 1);
}
