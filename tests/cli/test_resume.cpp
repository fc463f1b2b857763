#include "cli/sweep.hpp"
#include "store/checkpoint_record.hpp"

#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// How often each target and port stands in a file of JSON lines; whole lines only.
std::map<std::string, int> targets_in(const std::string& text) {
  std::map<std::string, int> times;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find("\"target\":\"");
    REQUIRE(begin != std::string::npos);
    REQUIRE(line.back() == '}');
    const auto port = line.find("\"port\":");
    ++times[line.substr(begin, line.find('"', begin + 10) - begin) + ' ' +
            (port == line.npos ? "" : line.substr(port, line.find(',', port) - port))];
  }
  return times;
}

void check_each_once(const std::string& text, std::size_t probes) {
  const auto times = targets_in(text);
  CHECK(times.size() == probes);
  for (const auto& [name, count] : times) {
    CAPTURE(name);
    CHECK(count == 1);
  }
}

/// Kills `muster sweep` again and again at some moment, and goes on until it ends by itself.
process_result run_with_kills(std::vector<std::string> arguments, const std::string& checkpoint,
                              const std::string& input = {}) {
  std::mt19937 chance{17};
  arguments.insert(arguments.begin(), "sweep");
  int kills = 0;
  std::chrono::microseconds unit = 1ms;
  for (int round = 0; round < 40; ++round) {
    auto command = arguments;
    const bool there = std::filesystem::exists(checkpoint);
    command.insert(command.end(), {there ? "--resume" : "--checkpoint", checkpoint,
                                   "--checkpoint-interval", "20ms"});
    process child{muster_command(command), {.input = input}};
    // The moments are what is tested, so this waits for real; a slow machine gets ever more time.
    std::this_thread::sleep_for((60 + static_cast<int>(chance() % 250)) * unit);
    unit += unit / 10;
    if (!child.running()) {
      CHECK(kills >= 2);
      return child.wait();
    }
    child.send_signal(SIGKILL);
    child.wait();
    ++kills;
  }
  FAIL("it never came to its end");
  return {};
}

}  // namespace

TEST_CASE("a sweep that is killed again and again leaves every target in the file exactly once") {
  temporary_directory directory;
  const std::string file = directory.file("out.jsonl");
  const auto last = run_with_kills({"127.0.0.0/22", "--tcp", "1,2", "--rate", "1200", "-q", "-o",
                                    file, "-o", directory.file("out.csv")},
                                   directory.file("checkpoint"));
  CAPTURE(last.err);
  CHECK(last.exit_code == 1);
  check_each_once(read_whole_file(file), 1022 * 2);
  const std::string table = read_whole_file(directory.file("out.csv"));
  CHECK(lines_with(table, "status,reason") == 1);
  CHECK(lines_with(table, ",tcp,") == 1022 * 2);
}

TEST_CASE("a sweep of a file is killed and gone on with, in order") {
  temporary_directory directory;
  std::string list;
  for (int i = 0; i < 1000; ++i)
    list += "127.0." + std::to_string(i / 250) + '.' + std::to_string(1 + i % 250) + ":1\n";
  write_whole_file(directory.file("list"), list);
  const std::string file = directory.file("out.jsonl");
  run_with_kills({"-iL", directory.file("list"), "--rate", "800", "--ordered", "-q", "-o", file},
                 directory.file("checkpoint"));
  const std::string out = read_whole_file(file);
  check_each_once(out, 1000);
  std::istringstream lines{out};
  std::istringstream wanted{list};
  for (std::string line, target; std::getline(lines, line) && std::getline(wanted, target);)
    CHECK(contains(line, "\"target\":\"" + target + "\""));
}

TEST_CASE("a shard in random order, of rows that name their probes, is killed and gone on with") {
  temporary_directory directory;
  std::string list = "target,port,probe\n";
  for (int i = 0; i < 1200; ++i) {
    list += "127.0." + std::to_string(i / 250) + '.' + std::to_string(1 + i % 250);
    list += i % 3 == 0 ? ",1,tcp\n" : ",,\n";
  }
  write_whole_file(directory.file("list.csv"), list);
  const std::string file = directory.file("out.jsonl");
  // A row that names no probe gets both ports.
  run_with_kills({"-iL", directory.file("list.csv"), "--tcp", "1,2", "--randomize", "--seed", "5",
                  "--shard", "2/2", "--rate", "800", "-q", "-o", file},
                 directory.file("checkpoint"));
  const std::string out = read_whole_file(file);
  const auto times = targets_in(out);
  std::map<std::string, int> probes_by_target;
  for (const auto& [name, count] : times) {
    CAPTURE(name);
    CHECK(count == 1);
    ++probes_by_target[name.substr(0, name.find(' '))];
  }
  CHECK(probes_by_target.size() == 600);
}

TEST_CASE("a random order without a seed is gone on with in the same order") {
  temporary_directory directory;
  const std::string file = directory.file("out.jsonl");
  run_with_kills({"127.0.0.0/22", "--tcp", "1", "--randomize", "--rate", "900", "-q", "-o", file},
                 directory.file("checkpoint"));
  check_each_once(read_whole_file(file), 1022);
}

TEST_CASE("a sweep of standard input is killed and gone on with") {
  temporary_directory directory;
  std::string list;
  for (int i = 0; i < 800; ++i)
    list += "127.1." + std::to_string(i / 250) + '.' + std::to_string(1 + i % 250) + ":1\n";
  const std::string file = directory.file("out.jsonl");
  run_with_kills({"-", "--rate", "800", "-q", "-o", file}, directory.file("checkpoint"), list);
  check_each_once(read_whole_file(file), 800);
}

TEST_CASE("hosts that answered first, and those that did not, are gone on with as they were") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.101-192.168.0.255");
  temporary_directory directory;
  const std::string file = directory.file("out.jsonl");
  run_with_kills(
      {"192.168.0.1-192.168.0.200", "--alive-first", "--tcp", "1-4", "--timeout", "150ms",
       "--retries", "1", "--backoff", "10ms", "--rate", "500", "-q", "-o", file},
      directory.file("checkpoint"));
  const std::string out = read_whole_file(file);
  check_each_once(out, 200 * 5);
  CHECK(lines_with(out, R"("reason":"host_silent")") == 400);
  CHECK(lines_with(out, R"("status":"refused")") == 400);
}

TEST_CASE("a sweep in stages that is killed is gone on with, in order or not") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.101-192.168.0.255");
  for (const bool ordered : {false, true}) {
    CAPTURE(ordered);
    temporary_directory directory;
    const std::string file = directory.file("out.jsonl");
    std::vector<std::string> command{"192.168.0.1-192.168.0.200",
                                     "--icmp",
                                     "--then",
                                     "--tcp",
                                     "1-3",
                                     "--then",
                                     "--http",
                                     "--timeout",
                                     "150ms",
                                     "--rate",
                                     "500",
                                     "-q",
                                     "-o",
                                     file};
    if (ordered) command.emplace_back("--ordered");
    run_with_kills(command, directory.file("checkpoint"));
    const std::string out = read_whole_file(file);
    check_each_once(out, 200 * 4);
    CHECK(lines_with(out, R"("probe":"http")") == 0);
    CHECK(lines_with(out, R"("reason":"host_silent")") == 300);
  }
}

TEST_CASE("what was done before is told in probes, and not in numbers that none has") {
  temporary_directory directory;
  const std::string checkpoint = directory.file("checkpoint");
  const std::string file = directory.file("out.jsonl");
  const std::vector<std::string> command{"127.0.0.1", "127.0.0.2", "--address", "each",
                                         "-o",        file,        "--json"};
  auto first = command;
  first.insert(first.end(), {"--checkpoint", checkpoint});
  CHECK(sweep(first).exit_code == 0);
  auto second = command;
  second.insert(second.end(), {"--resume", checkpoint});
  const auto result = sweep(second);
  CAPTURE(result.err);
  CHECK(contains(result.err, "2 probes were done before"));
}

TEST_CASE("after Ctrl-C, what was cut off is probed again and the rest is not") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.17-192.168.0.255");
  temporary_directory directory;
  const std::string file = directory.file("out.jsonl");
  const std::string checkpoint = directory.file("checkpoint");
  process child{muster_command({"sweep", "192.168.0.1-192.168.0.50", "--timeout", "60s", "--json",
                                "-o", file, "--checkpoint", checkpoint})};
  REQUIRE(child.wait_for_output("192.168.0.16\"", 20s));
  child.send_signal(SIGINT);
  CHECK(child.wait().exit_code == 130);
  CHECK(lines_with(read_whole_file(file), "cancelled") > 0);
  const auto rest = sweep({"192.168.0.1-192.168.0.50", "--timeout", "100ms", "--json", "-o", file,
                           "--resume", checkpoint});
  CAPTURE(rest.err);
  CHECK(rest.exit_code == 1);
  CHECK(contains(rest.err, "16 probes were done before"));
  CHECK(lines_with(rest.out, "\"target\"") == 34);
  const std::string out = read_whole_file(file);
  check_each_once(out, 50);
  CHECK(lines_with(out, R"("status":"up")") == 16);
  CHECK(lines_with(out, R"("status":"timeout")") == 34);
}

TEST_CASE("a finished run leaves nothing to go on with, and its outcome stands") {
  temporary_directory directory;
  const std::string checkpoint = directory.file("checkpoint");
  const auto first = sweep({"127.0.0.1:1", "--checkpoint", checkpoint});
  CHECK(first.exit_code == 1);
  const auto again = sweep({"127.0.0.1:1", "--resume", checkpoint, "--json"});
  CAPTURE(again.err);
  CHECK(again.exit_code == 1);
  CHECK(again.out.empty());
  CHECK(contains(again.err, "1 probe was done before"));
}

TEST_CASE("another command, another file, and what is no checkpoint are refused by name") {
  temporary_directory directory;
  const std::string checkpoint = directory.file("checkpoint");
  const std::string list = directory.file("list");
  const std::string out = directory.file("out.jsonl");
  write_whole_file(list, "127.0.0.1:1\n");
  REQUIRE(sweep({"-iL", list, "-o", out, "--checkpoint", checkpoint}).exit_code == 1);
  const auto refused = [](std::vector<std::string> arguments, const std::string& why, int code) {
    const auto result = sweep(std::move(arguments));
    CAPTURE(result.err);
    CHECK(result.exit_code == code);
    CHECK(result.out.empty());
    CHECK(contains(result.err, why));
  };
  refused({"-iL", list, "-o", out, "--tcp", "2", "--resume", checkpoint}, "--tcp 2", 2);
  refused({"-iL", list, "--resume", checkpoint}, "-o " + out, 2);
  refused({"-iL", list, "-o", out, "--resume", directory.file("none")}, "No such file or directory",
          3);
  const std::string other = directory.file("other");
  write_whole_file(other, "127.0.0.1:1\n");
  refused({"-iL", list, "-o", out, "--resume", other}, "no checkpoint of muster", 2);
  refused({"-iL", list, "-o", out, "--resume", list}, "the same file", 2);
  // The file of results lost some of them.
  std::filesystem::resize_file(out, 10);
  refused({"-iL", list, "-o", out, "--resume", checkpoint}, out + " has 10 bytes, but", 3);
  write_whole_file(list, "127.0.0.1:1\n127.0.0.1:2\n");
  refused({"-iL", list, "-o", out, "--resume", checkpoint}, "-iL " + list, 2);
}

TEST_CASE("a plugin whose words are quoted otherwise is another command") {
  temporary_directory directory;
  const std::string checkpoint = directory.file("checkpoint");
  REQUIRE(sweep({"127.0.0.1", "--exec", "echo 'a b'", "--checkpoint", checkpoint}).exit_code == 0);
  const auto other = sweep({"127.0.0.1", "--exec", "echo a b", "--resume", checkpoint});
  CAPTURE(other.err);
  CHECK(other.exit_code == 2);
  CHECK(contains(other.err, "--exec"));
  CHECK(sweep({"127.0.0.1", "--exec", "echo \"a b\"", "--resume", checkpoint}).exit_code == 0);
}

TEST_CASE("a checkpoint that can't be written any more is said so once, and the old one stays") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/16");
  // Every second one is silent, so the checkpoint has to list hundreds of intervals.
  for (int i = 0; i < 250; i += 2)
    lab::drop_echo_requests("192.168.1." + std::to_string(i));
  temporary_directory directory;
  const std::string checkpoint = directory.file("checkpoint");
  // No file may grow past 1 KiB, as on a full disk; results go to a pipe.
  const std::string command = "ulimit -f 1; exec " + std::string{MUSTER_BINARY} +
                              " sweep 192.168.1.0-192.168.1.249 --timeout 1500ms --rate 0 --json"
                              " --checkpoint-interval 50ms --checkpoint " +
                              checkpoint;
  const std::string complaint = "can't write checkpoint " + checkpoint + ": File too large";
  process killed{{"bash", "-c", command}};
  REQUIRE(killed.wait_for_error_output(complaint, 20s));
  killed.send_signal(SIGKILL);
  killed.wait();
  const auto kept = muster::parse_checkpoint(read_whole_file(checkpoint));
  REQUIRE(kept);
  CHECK(kept->done.size() < 250);
  CHECK(std::distance(std::filesystem::directory_iterator{directory.path()}, {}) == 1);

  const auto whole = run({"bash", "-c", command});
  CAPTURE(whole.err);
  CHECK(whole.exit_code == 1);
  CHECK(lines_with(whole.out, "\"target\"") == 250);
  CHECK(lines_with(whole.err, complaint) == 1);
}

TEST_CASE("a page can't be gone on with, and is refused together with a checkpoint") {
  temporary_directory directory;
  const auto result = sweep({"127.0.0.1:1", "--checkpoint", directory.file("checkpoint"), "-o",
                             directory.file("page.html")});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.err, "page.html: a page is written as a whole"));
  CHECK(result.out.empty());
}

TEST_CASE("a checkpoint that can't be written at all stops the run before it starts") {
  const auto result = sweep({"127.0.0.1:1", "--json", "--checkpoint", "/nonexistent/checkpoint"});
  CHECK(result.exit_code == 3);
  CHECK(result.out.empty());
  CHECK(contains(result.err, "can't write checkpoint /nonexistent/checkpoint"));
}
