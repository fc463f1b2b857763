// The verbs that act on jobs.
#include "cli/jobs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("receive prints what run would, and forgets it unless it is to be kept") {
  const job_place place;
  const texts command{"sh", "-c", "echo out $1; echo err $1 >&2; test $1 != 2", "sh"};
  const texts options{"-P", "1"};
  place.start("a", numbers(3), options, command);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 1);
  const auto text = place.muster({"jobs", "receive", "a", "--keep"});
  CHECK(text.out == "out 1\nout 2\nout 3\n");
  CHECK(contains(text.err, "err 1\n"));
  CHECK(contains(text.err, "muster: 2: failed, exit code 1 after"));
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

TEST_CASE("results whose errors can't be printed are kept, too") {
  const job_place place;
  place.start("a", "a\n", {}, {"sh", "-c", "echo wrong >&2"});
  place.muster({"jobs", "wait", "a"});
  const std::string receive =
      "XDG_STATE_HOME=" + place.file("state") + " " + MUSTER_BINARY + " jobs receive a";
  CHECK(run({"sh", "-c", receive + " 2> /dev/full"}).exit_code == 3);
  CHECK(place.field("a", "kept") == "1");
  CHECK(contains(run({"sh", "-c", receive}).err, "wrong\n"));
}

TEST_CASE("what is received into a file is as it was written, whatever standard error is") {
  MUSTER_NEED_TERMINAL();
  const job_place place;
  place.start("a", "a\n", {"--stdin"}, {"printf", "\\033[31mred\n"});
  place.muster({"jobs", "wait", "a"});
  const std::string receive =
      "XDG_STATE_HOME=" + place.file("state") + " " + MUSTER_BINARY + " jobs receive --keep a";
  CHECK(contains(run({"script", "-qec", receive, "/dev/null"}).out, "\\x1b[31mred"));
  run({"script", "-qec", receive + " > " + place.file("out"), "/dev/null"});
  CHECK(read_whole_file(place.file("out")) == "\033[31mred\n");
}

TEST_CASE("no two receive the same results") {
  const job_place place;
  place.start("a", "a\n", {"--stdin"}, {"head", "-c", "1000000", "/dev/zero"});
  place.muster({"jobs", "wait", "a"});
  process_options options;
  options.environment = {"XDG_STATE_HOME=" + place.file("state")};
  const std::string pipe = place.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  process first{{"sh", "-c", "exec $0 jobs receive a > $1", MUSTER_BINARY, pipe}, options};
  const int reader = ::open(pipe.c_str(), O_RDONLY);
  REQUIRE(reader >= 0);
  // From here on it can't go on until more is read.
  std::string bytes(1, '\0');
  CHECK(::read(reader, bytes.data(), 1) == 1);
  const auto second = place.muster({"jobs", "receive", "a"});
  CHECK(second.exit_code == 2);
  CHECK(second.out.empty());
  CHECK(contains(second.err, "muster: the results of a are just being received by another"));
  CHECK(place.muster({"jobs", "receive", "a", "--keep"}).out.size() == 1'000'000);
  std::size_t received = 1;
  bytes.resize(64 * 1024);
  for (ssize_t count = 0; (count = ::read(reader, bytes.data(), bytes.size())) > 0;)
    received += static_cast<std::size_t>(count);
  ::close(reader);
  CHECK(received == 1'000'000);
  CHECK(first.wait().exit_code == 0);
  CHECK(place.muster({"jobs", "receive", "a"}).out.empty());
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

TEST_CASE("a job that runs out of sight is not stopped, which is said") {
  const auto trial = run({"unshare", "-rpf", "true"});
  if (trial.exit_code != 0) MUSTER_SKIP("needs namespaces of processes of its own");
  const job_place place;
  process_options options;
  options.directory = place.file("");
  options.environment = {"XDG_STATE_HOME=" + place.file("state"),
                         "muster=" + std::string{MUSTER_BINARY}};
  const auto result =
      run({"sh", "-c",
           R"(unshare -rpf sh -c '$muster run -q --detach --name a --lines 600 -- sleep
                                                  touch begun
                                                  until test -e over; do sleep 0.02; done' &
                              until test -e begun; do sleep 0.02; done
                              unshare -rpf $muster jobs stop a; echo stop $?
                              touch over; wait)"},
          options);
  CAPTURE(result.err);
  CHECK(result.out == "stop 3\n");
  CHECK(contains(result.err, "muster: can't stop a: its process can't be seen from here"));
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
