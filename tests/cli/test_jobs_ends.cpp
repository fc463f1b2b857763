// How jobs end when something is in their way: always with a state, and its reason.
#include "cli/jobs.hpp"

using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("a job whose database another program holds for long has failed, and says why") {
  if (!has_program("sqlite3")) MUSTER_SKIP("needs sqlite3");
  const job_place place;
  const std::string notes = place.file("notes");
  place.start("a", "1\n2\n3\n4\n", {"-P", "1"},
              {"sh", "-c",
               "echo $1 >> " + notes + "; while [ $1 = 2 ] && ! [ -e " + notes +
                   ".end ]; do sleep 0.02; done",
               "sh"});
  wait_for_lines(notes, 2);
  process_options options;
  options.input = "BEGIN IMMEDIATE;\n.shell touch " + notes + ".held\n";
  options.keep_stdin = true;
  process holder{{"sqlite3", place.database("a")}, options};
  for (int i = 0; i < 1000 && !std::filesystem::exists(notes + ".held"); ++i)
    ::usleep(10'000);
  REQUIRE(std::filesystem::exists(notes + ".held"));
  let_end(notes);
  const auto ended = place.muster({"jobs", "wait", "a"});
  CAPTURE(ended.err);
  CHECK(ended.exit_code == 3);
  CHECK(contains(ended.err, "a: results could not be kept: "));
  CHECK(contains(ended.err, "in use by another program"));
  CHECK(place.state("a") == R"("failed")");
  CHECK(contains(place.json(), "in use by another program"));
  holder.close_stdin();
  holder.wait();
  CHECK(place.state("a") == R"("failed")");
  // What could not be kept is run again, and then the job has another end.
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  CHECK(place.state("a") == R"("done")");
  CHECK(targets_of(place.muster({"jobs", "receive", "a", "--json"}).out) ==
        std::multiset<std::string>{"1", "2", "3", "4"});
}

TEST_CASE("a job that is told twice to stop has stopped, and what it killed has a result") {
  const job_place place;
  const std::string notes = place.file("notes");
  place.start(
      "a", "1\n", {"--grace", "100s"},
      {"sh", "-c", "trap '' TERM; echo $1 >> " + notes + "; sleep 600 & wait; sleep 600", "sh"});
  wait_for_lines(notes, 1);
  const pid_t job = place.process("a");
  REQUIRE(job > 0);
  ::kill(job, SIGTERM);
  ::usleep(100'000);
  CHECK(place.state("a") == R"("running")");
  CHECK(place.muster({"jobs", "stop", "a"}).exit_code == 0);
  CHECK(place.state("a") == R"("stopped")");
  CHECK(place.field("a", "exit_code") == "130");
  const auto received = place.muster({"jobs", "receive", "a", "--json"});
  CHECK(contains(received.out, R"("status":"cancelled","reason":"interrupted")"));
}

TEST_CASE("a job that is told to stop again and again in a moment has stopped all the same") {
  const job_place place;
  const std::string notes = place.file("notes");
  place.start("a", "1\n", {}, {"sh", "-c", "echo $1 >> " + notes + "; exec sleep 600", "sh"});
  wait_for_lines(notes, 1);
  const pid_t job = place.process("a");
  REQUIRE(job > 0);
  for (int i = 0; i < 5; ++i)
    ::kill(job, SIGTERM);
  place.muster({"jobs", "wait", "a"});
  CHECK(place.state("a") == R"("stopped")");
}

TEST_CASE("a job that muster can't bring to its end says why") {
  const job_place place;
  place.start("a", "1\n", {"--begin", "exit 7"}, {"true"});
  const auto ended = place.muster({"jobs", "wait", "a"});
  CHECK(ended.exit_code == 3);
  CHECK(contains(ended.err, "a: --begin: the script did not succeed: exit code 7"));
  CHECK(place.state("a") == R"("failed")");
}

TEST_CASE("a job whose database has another header is damaged, whichever bytes are wrong") {
  const job_place place;
  place.start("a", "x\n", {}, {"true"});
  place.muster({"jobs", "wait", "a"});
  const std::string whole = read_whole_file(place.database("a"));
  REQUIRE(whole.size() > 100);
  for (const std::size_t at : std::vector<std::size_t>{0, 16, 18, 19, 21, 22, 23, 44, 56}) {
    std::string broken = whole;
    broken[at] = '\x5b';
    write_whole_file(place.database("a"), broken);
    CAPTURE(at, place.json());
    CHECK(place.state("a") == R"("damaged")");
  }
  // Random ones, but always the same.
  unsigned state = 1;
  for (int i = 0; i < 20; ++i) {
    std::string broken = whole;
    for (std::size_t at = 0; at < 100; ++at) {
      state = state * 1103515245U + 12345U;
      broken[at] = static_cast<char>(state >> 16U);
    }
    write_whole_file(place.database("a"), broken);
    CAPTURE(i, place.json());
    CHECK(place.state("a") == R"("damaged")");
  }
  CHECK(place.muster({"jobs", "remove", "a"}).exit_code == 0);
}
