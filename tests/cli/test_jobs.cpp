// Detached runs and the verbs that act on them.
#include "cli/sweep.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <sys/stat.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;

/// A place for jobs of its own. Whatever still runs at its end is killed.
class job_place {
 public:
  ~job_place() { muster({"jobs", "remove", "--force"}, all()); }

  process_result muster(texts arguments, const texts& more = {}, std::string input = {}) const {
    arguments.insert(arguments.end(), more.begin(), more.end());
    process_options options;
    options.input = std::move(input);
    options.environment = {"XDG_STATE_HOME=" + directory_.file("state")};
    return run(muster_command(std::move(arguments)), std::move(options));
  }
  /// Starts a job for the lines of `input`.
  process_result start(const std::string& name, const std::string& input, const texts& options,
                       const texts& command) const {
    texts arguments{"run", "--detach", "--name", name, "--lines"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), command.begin(), command.end());
    return muster(std::move(arguments), {}, input);
  }
  std::string json() const { return muster({"jobs", "--json"}).out; }
  /// What the list says about a job after a key; empty when there is no such job or key.
  std::string field(const std::string& name, const std::string& key) const {
    std::istringstream lines{json()};
    for (std::string line; std::getline(lines, line);) {
      if (!contains(line, "\"name\":\"" + name + "\"")) continue;
      const std::size_t at = line.find("\"" + key + "\":");
      if (at == line.npos) return {};
      const std::size_t begin = at + key.size() + 3;
      return line.substr(begin, line.find_first_of(",}", begin) - begin);
    }
    return {};
  }
  std::string state(const std::string& name) const { return field(name, "state"); }
  pid_t process(const std::string& name) const {
    return static_cast<pid_t>(std::atol(field(name, "process").c_str()));
  }
  std::string file(const std::string& name) const { return directory_.file(name); }
  std::string database(const std::string& name) const {
    return file("state/muster/jobs/" + name + ".db");
  }

 private:
  texts all() const {
    texts names;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator{file("state/muster/jobs"), none}) {
      if (entry.path().extension() == ".db") names.push_back(entry.path().stem().string());
    }
    return names;
  }
  temporary_directory directory_;
};

std::string numbers(int last) {
  std::string lines;
  for (int i = 1; i <= last; ++i)
    lines += std::to_string(i) + '\n';
  return lines;
}

/// A command that notes its target in a file, and then takes a little while. The last target takes
/// for ever until `let_end`, so that the job does not end before whatever is done to it.
texts note_in(const std::string& path, int last) {
  return {"sh", "-c",
          "echo $1 >> " + path + "; test $1 -ne " + std::to_string(last) + " || test -e " + path +
              ".end || exec sleep 600; sleep 0.02; echo $1",
          "sh"};
}

void let_end(const std::string& path) { write_whole_file(path + ".end", ""); }

void wait_for_lines(const std::string& path, std::size_t lines) {
  for (int i = 0; i < 3000 && lines_with(read_whole_file(path), "") < lines; ++i)
    ::usleep(10'000);
}

void kill_hard(const job_place& place, const std::string& name) {
  const pid_t process = place.process(name);
  REQUIRE(process > 0);
  ::kill(process, SIGKILL);
  for (int i = 0; i < 3000 && place.state(name) == R"("running")"; ++i)
    ::usleep(10'000);
}

/// Whether a process has ended; whoever adopted it may not have looked yet.
bool is_gone(pid_t process) {
  const std::string about = read_whole_file("/proc/" + std::to_string(process) + "/stat");
  return about.empty() || contains(about, ") Z ");
}

/// The targets of JSON lines.
std::multiset<std::string> targets_of(const std::string& out) {
  const std::string key = R"("target":")";
  std::multiset<std::string> targets;
  for (std::size_t at = out.find(key); at != out.npos; at = out.find(key, at)) {
    at += key.size();
    targets.insert(out.substr(at, out.find('"', at) - at));
  }
  return targets;
}

}  // namespace

TEST_CASE("a detached run has no terminal to lose, and gives back what it came to") {
  const job_place place;
  const auto started =
      place.start("scan", "a\nb\n", {}, {"sh", "-c", "echo out $1; sleep 600", "sh"});
  CAPTURE(started.err);
  CHECK(started.exit_code == 0);
  CHECK(started.out.empty());
  CHECK(contains(started.err, "job scan runs as process "));
  const pid_t process = place.process("scan");
  REQUIRE(process > 0);
  CHECK(::getsid(process) == process);
  ::kill(process, SIGHUP);
  CHECK(place.state("scan") == R"("running")");
  CHECK(place.muster({"jobs", "stop", "scan"}).exit_code == 0);
  CHECK(place.state("scan") == R"("stopped")");
  CHECK(is_gone(process));
}

TEST_CASE("receive prints what run would, and forgets it unless it is to be kept") {
  const job_place place;
  const texts command{"sh", "-c", "echo out $1; echo err $1 >&2; test $1 != 2", "sh"};
  const texts options{"-P", "1"};
  place.start("a", numbers(3), options, command);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 1);
  const auto text = place.muster({"jobs", "receive", "a", "--keep"});
  CHECK(text.out == "out 1\nout 2\nout 3\n");
  CHECK(contains(text.err, "err 1\n"));
  CHECK(contains(text.err, "muster: 2: mismatch, exit code 1 after"));
  const auto csv = place.muster({"jobs", "receive", "a", "--keep", "--csv"});
  CHECK(lines_with(csv.out, "out ") == 3);
  CHECK(csv.out.starts_with("time,target,"));
  const auto json = place.muster({"jobs", "receive", "a", "--json"});
  CHECK(targets_of(json.out) == std::multiset<std::string>{"1", "2", "3"});
  CHECK(contains(json.out, R"("target":"2","task":2,"status":"mismatch",)"
                           R"("reason":"exit_code_not_zero","exit_code":1,"started":)"));
  CHECK(contains(json.out, R"("output":"out 2\n","errors":"err 2\n"})"));
  CHECK(place.muster({"jobs", "receive", "a", "--json"}).out.empty());
  CHECK(place.field("a", "kept") == "0");
  CHECK(place.field("a", "finished") == "3");
  CHECK(place.field("a", "failed") == "1");
}

TEST_CASE("receive lifts a task's own JSON, and has the bytes that a task wrote") {
  const job_place place;
  place.start("a", "x\n", {}, {"printf", "{\"n\":1}"});
  place.muster({"jobs", "wait", "a"});
  CHECK(contains(place.muster({"jobs", "receive", "a", "--json", "--parse", "json"}).out,
                 R"("data":{"n":1})"));
  place.start("b", "x\n", {}, {"printf", "a\\0b\\377"});
  place.muster({"jobs", "wait", "b"});
  CHECK(place.muster({"jobs", "receive", "b"}).out == std::string{"a\0b\xff", 4});
}

TEST_CASE("results that can't be printed are kept") {
  const job_place place;
  place.start("a", numbers(3), {}, {"echo"});
  place.muster({"jobs", "wait", "a"});
  const std::string command =
      "XDG_STATE_HOME=" + place.file("state") + " " + MUSTER_BINARY + " jobs receive a > /dev/full";
  const auto full = run({"sh", "-c", command});
  CHECK(full.exit_code == 3);
  CHECK(contains(full.err, "the results are kept"));
  CHECK(place.field("a", "kept") == "3");
}

TEST_CASE("wait has the job's exit status, and 124 when time is up") {
  const job_place place;
  place.start("good", "x\n", {}, {"true"});
  place.start("bad", "x\n", {}, {"false"});
  place.start("long", "600\n", {}, {"sleep"});
  CHECK(place.muster({"jobs", "wait", "good"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "bad"}).exit_code == 1);
  CHECK(place.muster({"jobs", "wait", "good", "bad"}).exit_code == 1);
  const auto timed = place.muster({"jobs", "wait", "--timeout", "50ms"});
  CHECK(timed.exit_code == 124);
  CHECK(contains(timed.err, "time is up: 1 of 3 jobs still run"));
  const auto any = place.muster({"jobs", "wait", "--any", "long", "good"});
  CHECK(any.exit_code == 0);
  CHECK(any.out == "good\n");
  CHECK(place.muster({"jobs", "wait", "long", "-t", "0s"}).exit_code == 124);
}

TEST_CASE("wait ends when the job does") {
  const job_place place;
  const std::string fifo = place.file("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  place.start("a", "x\n", {}, {"sh", "-c", "read line < " + fifo});
  process_options options;
  options.environment = {"XDG_STATE_HOME=" + place.file("state")};
  process waiting{muster_command({"jobs", "wait", "--any"}), options};
  CHECK_FALSE(waiting.wait_for_output("a", 100ms));
  run({"sh", "-c", "echo go > " + fifo});
  const auto result = waiting.wait();
  CHECK(result.exit_code == 0);
  CHECK(result.out == "a\n");
}

TEST_CASE("a job that was killed is lost, and resume runs every target exactly once") {
  const job_place place;
  const std::string notes = place.file("notes");
  // Two targets come twice, and are run twice.
  place.start("a", numbers(150) + "1\n150\n", {"-P", "4"}, note_in(notes, 150));
  wait_for_lines(notes, 20);
  kill_hard(place, "a");
  CHECK(place.state("a") == R"("lost")");
  const auto lost = place.muster({"jobs", "wait", "a"});
  CHECK(lost.exit_code == 3);
  CHECK(contains(lost.err, "a is lost"));
  // What was received is no reason to run it again.
  const std::string before = place.muster({"jobs", "receive", "a", "--json"}).out;
  CHECK_FALSE(before.empty());
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  wait_for_lines(notes, 60);
  kill_hard(place, "a");
  let_end(notes);
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  CHECK(place.state("a") == R"("done")");
  CHECK(place.field("a", "finished") == "152");
  const auto all = targets_of(before + place.muster({"jobs", "receive", "a", "--json"}).out);
  CHECK(all.size() == 152);
  for (int i = 1; i <= 150; ++i)
    CHECK(all.count(std::to_string(i)) == (i == 1 || i == 150 ? 2U : 1U));
  // At most those that were running were begun a second time.
  CHECK(lines_with(read_whole_file(notes), "") <= 152 + 2 * 4);
}

TEST_CASE("a job that was stopped goes on with what it had not finished") {
  const job_place place;
  const std::string notes = place.file("notes");
  place.start("a", numbers(60), {"-P", "2"}, note_in(notes, 60));
  wait_for_lines(notes, 10);
  CHECK(place.muster({"jobs", "stop", "a"}).exit_code == 0);
  let_end(notes);
  CHECK(place.state("a") == R"("stopped")");
  CHECK(place.field("a", "exit_code") == "130");
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 130);
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  const auto all = targets_of(place.muster({"jobs", "receive", "a", "--json"}).out);
  CHECK(all.size() == 60);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == 60);
  const auto again = place.muster({"jobs", "resume", "a"});
  CHECK(again.exit_code == 0);
  CHECK(contains(again.err, "nothing left"));
}

TEST_CASE("targets that came out of the output of finished tasks are not lost with a kill") {
  const job_place place;
  const std::string notes = place.file("notes");
  const std::string go = place.file("go");
  // 1 gives 2, 2 gives 3, and so on up to 40; but 6 waits until it is killed.
  const std::string script = "echo $1 >> " + notes + "; test $1 -ne 6 || test -e " + go +
                             " || exec sleep 600; test $1 -ge 40 || echo next $(($1 + 1))";
  place.start("a", "1\n", {"--refill", "next ([0-9]+)", "-P", "1"}, {"sh", "-c", script, "sh"});
  wait_for_lines(notes, 6);
  kill_hard(place, "a");
  write_whole_file(go, "");
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  CHECK(targets_of(place.muster({"jobs", "receive", "a", "--json"}).out).size() == 40);
}

TEST_CASE("a job is gone on with in its own directory, wherever its user is") {
  const job_place place;
  write_whole_file(place.file("hosts"), numbers(3));
  process_options options;
  options.directory = place.file("");
  options.environment = {"XDG_STATE_HOME=" + place.file("state")};
  const auto started =
      run(muster_command({"run", "--detach", "--name", "a", "--lines", "-iL", "hosts", "--", "sh",
                          "-c", "pwd; test -e go || sleep 600"}),
          options);
  CHECK(started.exit_code == 0);
  place.muster({"jobs", "stop", "a"});
  write_whole_file(place.file("go"), "");
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  const auto received = place.muster({"jobs", "receive", "a"});
  const std::string there = std::filesystem::canonical(place.file("")).string();
  CHECK(lines_with(received.out, there) == 3);
}

TEST_CASE("names that are taken, unknown or none are said in one line") {
  const job_place place;
  CHECK(place.start("a", "x\n", {}, {"true"}).exit_code == 0);
  place.muster({"jobs", "wait", "a"});
  const auto taken = place.start("a", "x\n", {}, {"true"});
  CHECK(taken.exit_code == 2);
  CHECK(contains(taken.err, "muster: --name: there is a job a; choose another name, or remove it"));
  const auto bad = place.start("../a", "x\n", {}, {"true"});
  CHECK(bad.exit_code == 2);
  CHECK(contains(bad.err, "'../a' is no name for a job"));
  for (const char* verb : {"wait", "receive", "stop", "remove", "resume"}) {
    const auto unknown = place.muster({"jobs", verb, "b"});
    CAPTURE(verb, unknown.err);
    CHECK(unknown.exit_code == 2);
    CHECK(unknown.err == "muster: there is no job 'b'; muster jobs says which there are\n");
  }
  CHECK(place.muster({"jobs", "stop", "a"}).err == "muster: a is not running\n");
  CHECK(contains(place.muster({"jobs", "recieve", "a"}).err, "did you mean receive?"));
}

TEST_CASE("what goes wrong at the start is said at once, and leaves no job") {
  const job_place place;
  const auto expression = place.start("a", "x\n", {"--refill", "("}, {"true"});
  CHECK(expression.exit_code == 2);
  CHECK_FALSE(expression.err.empty());
  const auto file =
      place.muster({"run", "--detach", "--name", "a", "-iL", "/no/such/file", "--", "true"});
  CHECK(file.exit_code == 3);
  CHECK(contains(file.err, "/no/such/file"));
  const auto empty = place.start("a", "", {}, {"true"});
  CHECK(empty.exit_code == 2);
  CHECK(contains(empty.err, "standard input was empty"));
  CHECK(place.json().empty());
  const auto alone = place.muster({"run", "--detach", "127.0.0.1", "--", "true"});
  CHECK(alone.exit_code == 2);
  CHECK(contains(alone.err, "--name"));
  for (const char* option : {"--json", "--csv", "--tag", "--dry-run"}) {
    const auto both = place.start("a", "x\n", {option}, {"true"});
    CHECK(both.exit_code == 2);
    CHECK(contains(both.err, option));
  }
}

TEST_CASE("without a home there is no place for jobs, unless one is named") {
  const temporary_directory directory;
  const texts start{"env", "-u", "HOME", "-u", "XDG_STATE_HOME", MUSTER_BINARY};
  texts nowhere = start;
  nowhere.insert(nowhere.end(), {"jobs"});
  const auto result = run(nowhere);
  CHECK(result.exit_code == 2);
  CHECK(result.err ==
        "muster: there is no place for jobs: set HOME or XDG_STATE_HOME, or name one "
        "with --state-dir\n");
  texts named = start;
  named.insert(named.end(), {"run", "--detach", "--name", "a", "--state-dir", directory.file("s"),
                             "127.0.0.1", "--", "echo"});
  CHECK(run(named).exit_code == 0);
  texts received = start;
  received.insert(received.end(), {"jobs", "wait", "a", "--state-dir", directory.file("s")});
  CHECK(run(received).exit_code == 0);
  const auto file = run(muster_command(
      {"run", "--detach", "--name", "a", "--state-dir", "/dev/null/x", "127.0.0.1", "--", "echo"}));
  CHECK(file.exit_code == 3);
  CHECK(contains(file.err, "can't make the directory for jobs, /dev/null/x/jobs"));
}

TEST_CASE("a damaged job is named, disturbs no other, and can be removed") {
  const job_place place;
  place.start("good", "x\n", {}, {"true"});
  place.start("bad", "x\n", {}, {"true"});
  place.muster({"jobs", "wait"});
  write_whole_file(place.database("bad"), std::string(8192, 'x'));
  const auto listed = place.muster({"jobs"});
  CAPTURE(listed.out, listed.err);
  CHECK(listed.exit_code == 3);
  CHECK(lines_with(listed.out, "damaged") == 1);
  CHECK(lines_with(listed.out, "done") == 1);
  const auto received = place.muster({"jobs", "receive", "bad"});
  CHECK(received.exit_code == 3);
  CHECK(contains(received.err, "bad.db is damaged"));
  CHECK(contains(received.err, "muster jobs remove NAME"));
  CHECK(place.muster({"jobs", "remove", "bad"}).exit_code == 0);
  CHECK(place.muster({"jobs"}).exit_code == 0);
}

TEST_CASE("a job that runs is removed only by force") {
  const job_place place;
  place.start("a", "600\n", {}, {"sleep"});
  const pid_t process = place.process("a");
  const auto refused = place.muster({"jobs", "remove", "a"});
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err, "a runs: stop it first"));
  const auto twice = place.muster({"jobs", "resume", "a"});
  CHECK(twice.exit_code == 2);
  CHECK(contains(twice.err, "a runs already"));
  CHECK(place.muster({"jobs", "remove", "--force", "a"}).exit_code == 0);
  CHECK(is_gone(process));
  CHECK(std::filesystem::is_empty(place.file("state/muster/jobs")));
}

TEST_CASE("a full disk ends a job with a clear line, and resume runs what was not kept") {
  const auto trial = run({"unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"});
  if (trial.exit_code != 0) MUSTER_SKIP("needs a mount namespace of its own");
  const std::string muster = std::string{MUSTER_BINARY} + " ";
  const std::string place = " --state-dir /mnt";
  const auto result =
      run({"unshare", "-rm", "sh", "-c",
           "mount -t tmpfs -o size=1m tmpfs /mnt\n"
           "seq 1 40 | " +
               muster + "run -q --detach --name a --lines" + place +
               " -- sh -c 'head -c 60000 /dev/zero' sh\n" + muster + "jobs wait a" + place +
               " 2>&1; echo wait $?\n"
               "mount -o remount,size=64m /mnt\n" +
               muster + "jobs resume a" + place + "; echo resume $?\n" + muster + "jobs wait a" +
               place + "; echo again $?\n" + muster + "jobs receive a --json" + place});
  CAPTURE(result.err, result.out.substr(0, 2000));
  CHECK(contains(result.out, "wait 3\n"));
  CHECK(contains(result.out, "muster: a: results could not be kept: can't "));
  CHECK(contains(result.out, "resume 0\n"));
  CHECK(contains(result.out, "again 0\n"));
  const auto all = targets_of(result.out);
  CHECK(all.size() == 40);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == 40);
}

TEST_CASE("the list has a line for each job") {
  const job_place place;
  const auto none = place.muster({"jobs"});
  CHECK(none.exit_code == 0);
  CHECK(none.out.empty());
  CHECK(contains(none.err, "there are no jobs"));
  place.start("b", "x\ny\n", {}, {"true"});
  place.start("a", "x\n", {}, {"printf", "%s", "\x1b[31m"});
  place.muster({"jobs", "wait"});
  const auto listed = place.muster({"jobs", "list"});
  CAPTURE(listed.out);
  CHECK(listed.out.starts_with("NAME  STATE "));
  CHECK(listed.out.find("\na  ") < listed.out.find("\nb  "));
  CHECK(lines_with(listed.out, "done") == 2);
  CHECK_FALSE(contains(listed.out, "\x1b"));
  CHECK(place.field("b", "log") == "\"" + place.file("state/muster/jobs/b.log") + "\"");
  CHECK(contains(read_whole_file(place.file("state/muster/jobs/b.log")), "2 targets in"));
}

TEST_CASE("the help of jobs and its verbs is as this one") {
  std::string all;
  for (const texts& verb : {texts{}, texts{"wait"}, texts{"receive"}, texts{"remove"}}) {
    texts arguments{"jobs"};
    arguments.insert(arguments.end(), verb.begin(), verb.end());
    arguments.emplace_back("--help");
    all += run(muster_command(arguments)).out;
  }
  CHECK(all == read_whole_file(MUSTER_SOURCE_DIR "/tests/cli/jobs_help.txt"));
}
