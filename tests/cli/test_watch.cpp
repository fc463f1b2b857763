// Checks that are made again and again, as their users start them.
#include "cli/sweep.hpp"
#include "support/hostile_server.hpp"

#include <chrono>
#include <csignal>

#include <netinet/in.h>
#include <sys/socket.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// Runs `muster watch` with these arguments.
process_result watch(std::vector<std::string> arguments, process_options options = {}) {
  arguments.insert(arguments.begin(), "watch");
  return run(muster_command(std::move(arguments)), std::move(options));
}

std::string answering_page() {
  return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
}

/// Somebody who takes connections at this port of 127.0.0.1.
class tcp_listener {
 public:
  explicit tcp_listener(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    const int yes = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(socket_, 64) == 0);
  }
  tcp_listener(const tcp_listener&) = delete;
  tcp_listener& operator=(const tcp_listener&) = delete;
  ~tcp_listener() { ::close(socket_); }

 private:
  int socket_;
};

/// A configuration in a file, and what the command makes of it.
class written_config {
 public:
  explicit written_config(const std::string& text) : path{directory_.file("watch.yml")} {
    write_whole_file(path, text);
  }

 private:
  temporary_directory directory_;

 public:
  const std::string path;
};

}  // namespace

TEST_CASE("a watch tells what is not well at first, and each change after that") {
  const closed_port port;
  process muster{muster_command({"watch", "127.0.0.1", "--tcp", port.text(), "--every", "50ms"})};
  REQUIRE(muster.wait_for_output(" down     127.0.0.1:" + port.text(), 10s));
  CHECK(contains(muster.output_so_far(), "refused"));
  REQUIRE(muster.wait_for_error_output("1 check, each made once", 10s));
  muster.send_signal(SIGINT);
  const auto result = muster.wait();
  CHECK(result.exit_code == 130);
  CHECK(lines_with(result.out, "down") == 1);
  CHECK(contains(result.err, "1 check: 1 down\n"));
  CHECK(contains(result.err, "ms after they were due"));
}

TEST_CASE("what comes back is told with how long it was away") {
  const std::uint16_t port = free_port();
  process muster{muster_command({"watch", "127.0.0.1", "--tcp", std::to_string(port), "--every",
                                 "50ms", "--recheck", "10ms"})};
  REQUIRE(muster.wait_for_output(" down ", 10s));
  {
    const tcp_listener server{port};
    REQUIRE(muster.wait_for_output(" up ", 10s));
  }
  REQUIRE(muster.wait_for_output("was up for", 10s));
  muster.send_signal(SIGTERM);
  const auto result = muster.wait();
  CHECK(contains(result.out, "was down for"));
  CHECK(lines_with(result.out, "down     127") == 2);
}

TEST_CASE("a check that is well says nothing, until its time is over") {
  const hostile_server server{{.head = answering_page()}};
  const auto result =
      watch({"127.0.0.1", "--http=" + server.url(), "--every", "50ms", "--deadline", "400ms"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out.empty());
  CHECK(contains(result.err, "1 check, each made once: 1 up"));
  const auto all = watch({"127.0.0.1", "--http=" + server.url(), "--every", "50ms", "--deadline",
                          "400ms", "--all", "--json"});
  CHECK(lines_with(all.out, R"("health":"up")") >= 4);
  CHECK(lines_with(all.out, R"("status_code":200)") >= 4);
  CHECK(lines_with(all.out, R"("was":)") == 1);
  const auto quiet = watch(
      {"127.0.0.1", "--http=" + server.url(), "--every", "50ms", "--deadline", "300ms", "-q"});
  CHECK(quiet.out.empty());
  CHECK(quiet.err.empty());
}

TEST_CASE("events have the state first, and then what a sweep knows of a result") {
  const closed_port port;
  const auto result = watch({"127.0.0.1", "--tcp", port.text(), "--every", "40ms", "--deadline",
                             "400ms", "--fall", "3", "--json"});
  CAPTURE(result.out);
  CHECK(result.exit_code == 1);
  CHECK(result.out.starts_with(R"({"check":"127.0.0.1 tcp/)" + port.text() +
                               R"(","health":"down","since":")"));
  CHECK(contains(result.out, R"("was":"unknown","time":")"));
  CHECK(contains(result.out, R"("status":"refused","reason":"connection_refused")"));
  const temporary_directory directory;
  const auto csv = watch({"127.0.0.1", "--tcp", port.text(), "--every", "40ms", "--deadline",
                          "300ms", "-q", "-o", directory.file("events.csv")});
  CHECK(csv.out.empty());
  const std::string rows = read_whole_file(directory.file("events.csv"));
  CHECK(rows.starts_with("group,check,health,since,was,"));
  CHECK(contains(rows, "127.0.0.1 tcp/" + port.text() + ",down,"));
}

TEST_CASE("a configuration says what is watched, and how") {
  const closed_port port;
  const hostile_server server{{.head = answering_page()}};
  const written_config config{
      "defaults: {every: 50ms, labels: {site: lab}}\n"
      "probes: {web: {http: '" +
      server.url() +
      "'}}\n"
      "checks:\n"
      "  - {name: shop, targets: 127.0.0.1, probes: web}\n"
      "  - {name: ports, targets: 127.0.0.1, probes: {tcp: " +
      port.text() + "}}\n"};
  const auto checked = watch({config.path, "--check-config"});
  CAPTURE(checked.err);
  CHECK(checked.exit_code == 0);
  CHECK(contains(checked.err, "watch.yml: 2 checks, nothing is wrong"));
  const auto result = watch({config.path, "--deadline", "400ms", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, R"({"group":"ports","check":"127.0.0.1 tcp/)") == 1);
  CHECK(contains(result.out, R"("labels":["site=lab"])"));
  CHECK(contains(result.err, "2 checks: 1 up, 1 down"));
}

TEST_CASE("all that is wrong with a configuration is told at once, with its place") {
  const written_config config{
      "checks:\n"
      "  - {name: shop, targets: 'a b', every: 5 minutes}\n"
      "  - {nme: x, targets: 10.0.0.1, after: none}\n"};
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{config.path, "--check-config"}, {config.path}}) {
    const auto result = watch(words);
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "watch.yml:2:27: 'a b': "));
    CHECK(contains(result.err, "watch.yml:2:41: "));
    CHECK(contains(result.err, "watch.yml:3:6: 'nme' is no key of a check; 'name' is one"));
    CHECK(contains(result.err, "watch.yml:3:40: there is no check 'none'"));
    CHECK_FALSE(contains(result.err, "needs targets"));
    CHECK(contains(result.err, "nothing was watched"));
  }
  CHECK(watch({"/no/such.yml"}).exit_code == 2);
  CHECK(contains(watch({"/no/such.yml"}).err, "/no/such.yml: No such file or directory"));
}

TEST_CASE("what belongs into a configuration is refused beside one, and nothing to watch is") {
  const written_config config{"checks: [{name: a, targets: 127.0.0.1}]\n"};
  for (const std::vector<std::string>& more : {std::vector<std::string>{"10.0.0.1"},
                                               {"--every", "1s"},
                                               {"--tcp", "80"},
                                               {"--count", "3"}}) {
    std::vector<std::string> words{config.path};
    words.insert(words.end(), more.begin(), more.end());
    const auto result = watch(words);
    CAPTURE(more.front(), result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "into " + config.path));
  }
  CHECK(contains(watch({"127.0.0.1", "--check-config"}).err, "name a configuration, FILE.yml"));
  CHECK(contains(watch({"127.0.0.1", "--address", "each"}).err, "first and any are possible"));
  CHECK(contains(watch({"-"}).err, "there is no target to watch"));
  CHECK(contains(watch({"10.0.0.0/8"}).err, "more than 1,000,000 checks"));
  CHECK(contains(watch({"127.0.0.1", "-o", "page.html"}).err, "there is no page of a watch"));
  CHECK(contains(watch({"127.0.0.1", "--deadline", "100ms", "--method", "HEAD"}).err,
                 "--method is for HTTP probes, and there was none"));
}

TEST_CASE("targets come from a pipe, and a bad one is told") {
  const closed_port port;
  const auto result = watch({"-", "--tcp", port.text(), "--every", "50ms", "--deadline", "300ms"},
                            {.input = "127.0.0.1\nno target\n127.0.0.2\n"});
  CAPTURE(result.out, result.err);
  CHECK(contains(result.err, "stdin:2: no target: "));
  CHECK(contains(result.err, "2 checks: 2 down"));
  const auto strict = watch({"-", "--strict"}, {.input = "no target\n"});
  CHECK(strict.exit_code == 2);
}

TEST_CASE("a reader who goes away ends a watch, and a full disk does with a word") {
  const closed_port port;
  const auto result = run({"sh", "-c",
                           "\"$0\" watch 127.0.0.1 --tcp " + port.text() +
                               " --every 20ms --all --json | head -n 2; true",
                           MUSTER_BINARY});
  CHECK(lines_with(result.out, "refused") == 2);
  const auto full = watch({"127.0.0.1", "--tcp", port.text(), "--every", "20ms", "--all", "-q",
                           "-o", "/dev/full", "--json"});
  CAPTURE(full.err);
  CHECK(full.exit_code == 3);
  CHECK(contains(full.err, "can't write /dev/full: No space left"));
}

TEST_CASE("the help of watch is as it was last agreed on") {
  const auto result = watch({"--help"});
  CHECK(result.exit_code == 0);
  CHECK(result.out == read_whole_file(MUSTER_SOURCE_DIR "/tests/cli/watch_help.txt"));
  std::istringstream lines{result.out};
  for (std::string line; std::getline(lines, line);)
    CHECK(line.size() <= 100);
}

TEST_CASE("whom no check is to ask is not asked, with a configuration and without") {
  const written_config config{"checks: [{name: a, targets: 127.0.0.0/29, probes: {tcp: 1}}]\n"};
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{config.path}, {"127.0.0.0/29", "--tcp", "1"}}) {
    std::vector<std::string> all = words;
    for (const char* word : {"--exclude", "127.0.0.2-127.0.0.6", "--deadline", "100ms"})
      all.emplace_back(word);
    const auto result = watch(all);
    CAPTURE(result.err);
    CHECK(contains(result.err, "1 check: "));
  }
  // Nor by a name.
  const auto named = watch({"localhost", "-4", "--tcp", "1", "--exclude", "127.0.0.1", "--every",
                            "50ms", "--deadline", "300ms", "--all", "--json"});
  CAPTURE(named.out);
  CHECK(contains(named.out, R"("status":"skipped","reason":"excluded")"));
  CHECK_FALSE(contains(named.out, "refused"));
}

TEST_CASE("a configuration and its lists are not written over") {
  const temporary_directory directory;
  write_whole_file(directory.file("list.txt"), "127.0.0.1\n");
  const std::string text = "checks: [{name: a, files: " + directory.file("list.txt") + "}]\n";
  const written_config config{text};
  for (const std::string& path : {directory.file("list.txt"), config.path}) {
    const auto result = watch({config.path, "--json", "-o", path, "--deadline", "100ms"});
    CAPTURE(path, result.err);
    CHECK(result.exit_code == 2);
  }
  CHECK(read_whole_file(directory.file("list.txt")) == "127.0.0.1\n");
  CHECK(read_whole_file(config.path) == text);
}

TEST_CASE("a reader who takes nothing is named when a watch is ended, and holds up no check") {
  process muster{muster_command({"watch", "127.0.0.0/24", "--tcp", "1", "--every", "50ms", "--rate",
                                 "0", "--all", "--json"})};
  REQUIRE(muster.wait_for_error_output("each made once", 20s));
  REQUIRE(muster.wait_for_output("refused", 20s));
  ::usleep(1'500'000);  // in which more comes than a pipe holds
  muster.send_signal(SIGINT);
  ::usleep(2'500'000);  // before anything of it is read
  const auto result = muster.wait();
  CAPTURE(result.err);
  CHECK(result.exit_code == 130);
  CHECK(contains(result.err, "can't write standard output: its reader takes nothing"));
  CHECK_FALSE(contains(result.err, "missed"));
}
