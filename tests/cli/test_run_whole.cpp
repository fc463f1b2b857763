// What tasks wrote reaches whoever asked for it: whole, and once, whatever happens in between.
#include "cli/jobs.hpp"
#include "cli/run.hpp"

#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <sstream>

using namespace muster::test;
using namespace std::chrono_literals;

using words = std::vector<std::string>;

namespace {

constexpr const char* much = "300000";  // lines of seq: more than is kept in a result

const std::string& much_text() {
  static const std::string text = run({"seq", much}).out;
  return text;
}

std::vector<std::string> lines_in(const std::string& path) {
  std::vector<std::string> lines;
  std::istringstream text{std::filesystem::exists(path) ? read_whole_file(path) : ""};
  for (std::string line; std::getline(text, line);)
    lines.push_back(line);
  return lines;
}

/// A run of 60 tasks that is killed at twenty moments, gone on with each time, and at last let come
/// to its end.
class killed_run {
 public:
  explicit killed_run(words more) : more_{std::move(more)} {}

  /// What the shell makes of the command's standard output.
  void go(const std::string& redirection) {
    std::mt19937 chance{20'26};
    std::uniform_int_distribution<int> moment{5'000, 80'000};
    for (int i = 0; i < 20; ++i) {
      process running{command(redirection), options()};
      ::usleep(static_cast<useconds_t>(moment(chance)));
      running.send_signal(SIGKILL);
      running.wait(10s);
    }
    const auto last = run(command(redirection), options());
    CAPTURE(last.err);
    CHECK(last.exit_code == 0);
  }

  static constexpr int tasks = 60;
  std::string file(const std::string& name) const { return directory_.file(name); }

 private:
  words command(const std::string& redirection) const {
    words all{"sh", "-c", "exec \"$@\" " + redirection, "sh", MUSTER_BINARY, "run"};
    for (const char* word : {"--lines", "-P", "4", "--resume", "log"})
      all.emplace_back(word);
    all.insert(all.end(), more_.begin(), more_.end());
    all.insert(all.end(), {"--", "sh", "-c", "sleep 0.005; echo begin $1; echo end $1", "sh"});
    return all;
  }
  process_options options() const {
    process_options here = input(numbers(tasks));
    here.directory = directory_.path().string();
    return here;
  }

  temporary_directory directory_;
  words more_;
};

}  // namespace

TEST_CASE("all that a task writes is shown, however much it is") {
  for (const words& how : {words{}, words{"--ordered"}, words{"--output-max", "10"}}) {
    words all{"a", "--lines", "--stdin"};
    all.insert(all.end(), how.begin(), how.end());
    all.insert(all.end(), {"--", "sh", "-c", "seq 300000; seq 300000 >&2"});
    const auto result = tasks(all);
    CAPTURE(how);
    CHECK(result.exit_code == 0);
    CHECK(result.out == much_text());
    CHECK(result.err.starts_with(much_text()));
  }
}

TEST_CASE("of several tasks that write much, each output is whole and by itself") {
  const auto result = tasks(
      {"--lines", "-P", "3", "--ordered", "--", "sh", "-c",
       R"(i=0; while [ $i -lt 30 ]; do head -c 100000 /dev/zero | tr '\0' "$1"; i=$((i+1)); done)",
       "sh"},
      input("a\nb\nc\n"));
  CHECK(result.out ==
        std::string(3'000'000, 'a') + std::string(3'000'000, 'b') + std::string(3'000'000, 'c'));
}

TEST_CASE("only the last try of a task is shown, and that whole") {
  temporary_directory directory;
  process_options here;
  here.directory = directory.path().string();
  const auto result = tasks({"a", "--lines", "--stdin", "--retries", "1", "--backoff", "1ms", "--",
                             "sh", "-c", "seq 300000; test -e tried || { touch tried; exit 1; }"},
                            here);
  CHECK(result.exit_code == 0);
  CHECK(result.out == much_text());
}

TEST_CASE("a log of a target has all that its task wrote") {
  temporary_directory directory;
  const auto result = tasks({"a", "b", "--lines", "-q", "--log-dir", directory.file("logs"),
                             "--stdin", "--", "sh", "-c", "seq 300000; echo error >&2"});
  CHECK(result.exit_code == 0);
  for (const char* name : {"logs/a.log", "logs/b.log"})
    CHECK(read_whole_file(directory.file(name)) == much_text() + "error\n");
}

TEST_CASE("a line with a tag is whole, however long it is") {
  for (const words& how : {words{"--tag"}, words{"--tag", "--ordered"}}) {
    words all{"a", "--lines", "--stdin"};
    all.insert(all.end(), how.begin(), how.end());
    all.insert(all.end(),
               {"--", "sh", "-c", R"(head -c 3000000 /dev/zero | tr '\0' x; echo; echo y)"});
    CHECK(tasks(all).out == "a\t" + std::string(3'000'000, 'x') + "\na\ty\n");
  }
}

TEST_CASE("errors and output of a task can be one, in the order in which it wrote them") {
  const auto result = tasks({"a", "--lines", "--stdin", "--merge", "--json", "--", "sh", "-c",
                             "echo 1; echo 2 >&2; echo 3; echo 4 >&2"});
  CHECK(contains(result.out, R"("output":"1\n2\n3\n4\n")"));
  CHECK(contains(result.out, R"("errors":"")"));
}

TEST_CASE("records that keep only the beginning say so, and so does the exit status") {
  const words rest{"--", "seq", much};
  words unasked{"a", "--lines", "--json", "--stdin"};
  unasked.insert(unasked.end(), rest.begin(), rest.end());
  const auto cut = tasks(unasked);
  CHECK(cut.exit_code == 3);
  CHECK(contains(cut.out, "\"truncated\":true"));
  CHECK(contains(cut.err, "the record of 1 task has the first 1048576 bytes of an output only"));
  unasked.insert(unasked.begin(), {"--output-max", "1000"});
  const auto asked = tasks(unasked);
  CHECK(asked.exit_code == 0);
  CHECK(contains(asked.err, "the first 1000 bytes of an output only; --output-max keeps more"));
}

TEST_CASE("a job gives back all that its tasks wrote, however much it was") {
  const job_place place;
  place.start("a", "x\n", {"--stdin"}, {"sh", "-c", "seq 300000; seq 300000 >&2"});
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  const auto kept = place.muster({"jobs", "receive", "a", "--keep"});
  CHECK(kept.out == much_text());
  CHECK(kept.err == much_text());
  CHECK(place.muster({"jobs", "receive", "a"}).out == much_text());
  CHECK(place.muster({"jobs", "receive", "a"}).out.empty());
}

TEST_CASE("a file of records has each task of a run that is killed and gone on with once") {
  killed_run killed{{"-q", "-o", "r.jsonl"}};
  killed.go("");
  std::multiset<std::string> seen;
  for (const std::string& line : lines_in(killed.file("r.jsonl"))) {
    CHECK(line.ends_with('}'));
    const auto at = line.find("\"target\":\"") + 10;
    seen.insert(line.substr(at, line.find('"', at) - at));
  }
  CHECK(seen.size() == killed_run::tasks);
  CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == killed_run::tasks);
}

TEST_CASE("a text file has all of each task of a run that is killed and gone on with, once") {
  killed_run killed{{"-q", "-o", "r.txt", "--ordered"}};
  killed.go("");
  std::map<std::string, int> seen;
  for (const std::string& line : lines_in(killed.file("r.txt")))
    ++seen[line];
  CHECK(seen.size() == 2 * killed_run::tasks);
  for (const auto& [line, times] : seen) {
    CAPTURE(line);
    CHECK(times == 1);
  }
}

TEST_CASE("each target has the log of its task though the run is killed and gone on with") {
  killed_run killed{{"-q", "--log-dir", "logs"}};
  killed.go("");
  for (int i = 1; i <= killed_run::tasks; ++i) {
    const std::string number = std::to_string(i);
    CHECK(read_whole_file(killed.file("logs/" + number + ".log")) ==
          "begin " + number + "\nend " + number + "\n");
  }
}

TEST_CASE("standard output gets all of each task of a run that is killed and gone on with") {
  for (const words& how : {words{}, words{"--ordered"}}) {
    killed_run killed{how};
    killed.go(">>out");
    std::map<std::string, int> seen;
    std::string before;
    for (const std::string& line : lines_in(killed.file("out"))) {
      ++seen[line];
      // Never a part of one, nor two that are mixed.
      if (line.starts_with("end ")) CHECK(before == "begin " + line.substr(4));
      before = line;
    }
    CHECK(seen.size() == 2 * killed_run::tasks);
  }
}

TEST_CASE("a run that is killed before it wrote anything leaves nothing to go on behind") {
  temporary_directory directory;
  process_options here = input("a\n");
  here.directory = directory.path().string();
  write_whole_file(directory.file("r.txt"), "of another run\n");
  const words command{"run",
                      "--lines",
                      "-q",
                      "--resume",
                      "log",
                      "-o",
                      "r.txt",
                      "--",
                      "sh",
                      "-c",
                      "touch began; test -e go || sleep 600; echo $1",
                      "sh"};
  process running{muster_command(command), here};
  for (int i = 0; i < 1000 && !std::filesystem::exists(directory.file("began")); ++i)
    ::usleep(10'000);
  running.send_signal(SIGKILL);
  running.wait(10s);
  write_whole_file(directory.file("go"), "");
  CHECK(run(muster_command(command), here).exit_code == 0);
  CHECK(read_whole_file(directory.file("r.txt")) == "a\n");
}

TEST_CASE("what is written after its reader went away is run again") {
  temporary_directory directory;
  process_options here = input(numbers(40));
  here.directory = directory.path().string();
  // What a pipe holds when its reader goes is lost to both, so nobody writes while he is about to.
  const std::string command = std::string{MUSTER_BINARY} +
                              " run --lines -P 2 --resume log -- sh -c '"
                              "[ $1 -le 5 ] || until [ -e gone ]; do sleep 0.01; done; echo $1' sh";
  run({"sh", "-c", command + " 2>/dev/null | { head -n 5 >first; exec <&-; : >gone; }"}, here);
  run({"sh", "-c", command + " >second"}, here);
  std::multiset<std::string> seen;
  for (const char* name : {"first", "second"}) {
    for (const std::string& line : lines_in(directory.file(name)))
      seen.insert(line);
  }
  CHECK(seen.size() == 40);
  CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 40);
}

TEST_CASE("what a full disk has no room for is run again") {
  temporary_directory directory;
  process_options here = input(numbers(40));
  here.directory = directory.path().string();
  const std::string command =
      std::string{MUSTER_BINARY} + " run --lines -P 2 -q --resume log -o r.txt -- echo";
  // No file may be longer than a KiB, which is some lines of the log.
  const auto full = run({"bash", "-c", "ulimit -f 1; " + command}, here);
  CHECK(full.exit_code != 0);
  const auto whole = run({"sh", "-c", command}, here);
  CAPTURE(whole.err);
  CHECK(whole.exit_code == 0);
  const auto lines = lines_in(directory.file("r.txt"));
  // The last lines of the log were cut off, so a few may be there twice, but none is missing.
  CHECK(std::set<std::string>(lines.begin(), lines.end()).size() == 40);
}

TEST_CASE("what tasks write to standard error is asked for, too, unless that is closed") {
  temporary_directory directory;
  process_options here;
  here.directory = directory.path().string();
  const std::string command =
      std::string{MUSTER_BINARY} +
      " run a b --lines --ordered --resume log -- sh -c 'echo out $1; echo err $1 >&2' sh";
  CHECK(run({"sh", "-c", command + " 2>/dev/full"}, here).exit_code == 3);
  CHECK_FALSE(contains(read_whole_file(directory.file("log")), R"("status":"up")"));
  const auto closed = run({"sh", "-c", command + " 2>&-"}, here);
  CHECK(closed.exit_code == 0);
  CHECK(closed.out == "out a\nout b\n");
}

TEST_CASE("output that has no room to wait in stops the run, and is not taken for shown") {
  temporary_directory directory;
  process_options here = input("a\n");
  here.directory = directory.path().string();
  here.environment = {"TMPDIR=/no/such/directory"};
  const auto result = tasks({"--lines", "--stdin", "--resume", "log", "--", "seq", much}, here);
  CHECK(result.exit_code == 3);
  CHECK(contains(result.err, "/no/such/directory"));
  CHECK_FALSE(contains(read_whole_file(directory.file("log")), R"("status":"up")"));
}
