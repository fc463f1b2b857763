// Jobs that were killed or stopped, and go on.
#include "cli/jobs.hpp"

using namespace muster::test;

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

TEST_CASE("what has ended out of its order is kept at once, and received in order") {
  const job_place place;
  const std::string go = place.file("go");
  const texts command{
      "sh", "-c", "test $1 -ne 1 || until test -e " + go + "; do sleep 0.02; done; echo $1", "sh"};
  const auto wait_for_two = [&place](const std::string& name) {
    for (int i = 0; i < 3000 && place.field(name, "kept") != "2"; ++i)
      ::usleep(10'000);
    return place.field(name, "kept") == "2";
  };
  for (const char* name : {"killed", "whole"})
    place.start(name, "1\n2\n3\n", {"--ordered", "-P", "3"}, command);
  CHECK(wait_for_two("killed"));
  CHECK(wait_for_two("whole"));
  kill_hard(place, "killed");
  write_whole_file(go, "");
  CHECK(place.muster({"jobs", "wait", "whole"}).exit_code == 0);
  CHECK(place.muster({"jobs", "receive", "whole"}).out == "1\n2\n3\n");
  CHECK(place.muster({"jobs", "resume", "killed"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "killed"}).exit_code == 0);
  const auto received = place.muster({"jobs", "receive", "killed", "--json"});
  CHECK(targets_of(received.out) == std::multiset<std::string>{"1", "2", "3"});
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

TEST_CASE("a job is done when every target has succeeded, and until then resume runs what failed") {
  const job_place place;
  const std::string notes = place.file("notes");
  const std::string good = place.file("good");
  const texts command{"sh", "-c",
                      "echo $1 >> " + notes + "; test $1 = a || test -e " + good + ".$1", "sh"};
  place.start("a", "a\nb\nc\n", {}, command);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 1);
  // Nothing has changed: they fail again, and are no more than they were.
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 1);
  CHECK(place.state("a") == R"("failed")");
  CHECK(place.field("a", "finished") == "3");
  CHECK(place.field("a", "failed") == "2");
  const auto failed = place.muster({"jobs", "receive", "a", "--json", "--keep"});
  CHECK(targets_of(failed.out) == std::multiset<std::string>{"a", "b", "c"});
  write_whole_file(good + ".b", "");
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 1);
  CHECK(place.state("a") == R"("failed")");
  CHECK(place.field("a", "failed") == "1");
  write_whole_file(good + ".c", "");
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  CHECK(place.state("a") == R"("done")");
  CHECK(place.field("a", "finished") == "3");
  CHECK(place.field("a", "failed") == "0");
  const auto all = place.muster({"jobs", "receive", "a", "--json"});
  CHECK(targets_of(all.out) == std::multiset<std::string>{"a", "b", "c"});
  CHECK(lines_with(all.out, R"("status":"up")") == 3);
  // What had succeeded was not run again.
  CHECK(lines_with(read_whole_file(notes), "a") == 1);
  CHECK(lines_with(read_whole_file(notes), "b") == 3);
  CHECK(lines_with(read_whole_file(notes), "c") == 4);
}

TEST_CASE("a number names one task of a job, though it is killed and stopped") {
  const job_place place;
  const std::string notes = place.file("notes");
  // Of what was killed nothing but this file may know.
  const texts command{"sh",
                      "-c",
                      "echo $2 >> " + notes + "; test $1 -ne 60 || test -e " + notes +
                          ".end || exec sleep 600; sleep 0.02",
                      "sh",
                      "{}",
                      "{#}"};
  place.start("a", numbers(60), {"-P", "4"}, command);
  wait_for_lines(notes, 20);
  kill_hard(place, "a");
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  wait_for_lines(notes, 40);
  CHECK(place.muster({"jobs", "stop", "a"}).exit_code == 0);
  let_end(notes);
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  std::istringstream lines{read_whole_file(notes)};
  std::set<std::string> told;
  for (std::string line; std::getline(lines, line);)
    CHECK(told.insert(line).second);
  CHECK(told.size() >= 60);
}

TEST_CASE("the numbers of a job that was stopped go on without a gap") {
  const job_place place;
  const std::string notes = place.file("notes");
  place.start("a", numbers(3), {"-P", "1"}, note_in(notes, 3));
  wait_for_lines(notes, 3);
  CHECK(place.muster({"jobs", "stop", "a"}).exit_code == 0);
  let_end(notes);
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  const auto received = place.muster({"jobs", "receive", "a", "--json"});
  CHECK(contains(received.out, R"("target":"2","task":2,)"));
  CHECK(contains(received.out, R"("target":"3","task":4,)"));
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

TEST_CASE("a job on a disk without a byte left says so, and begins no further run there") {
  const auto trial = run({"unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"});
  if (trial.exit_code != 0) MUSTER_SKIP("needs a mount namespace of its own");
  const temporary_directory directory;
  process_options options;
  options.directory = directory.path().string();
  options.environment = {"muster=" + std::string{MUSTER_BINARY}};
  const auto result = run({"unshare", "-rm", "sh", "-c",
                           R"(mount -t tmpfs -o size=1m tmpfs /mnt; exec 2>&1
                              $muster run -q --detach --name a --lines --state-dir /mnt a b -- \
                                sh -c 'until test -e go; do sleep 0.02; done' sh
                              cat /dev/zero > /mnt/fill; touch go
                              $muster jobs wait a --state-dir /mnt; echo wait $?
                              cat /dev/zero >> /mnt/fill
                              $muster jobs resume a --state-dir /mnt; echo resume $?
                              $muster jobs --json --state-dir /mnt
                              rm /mnt/fill
                              $muster jobs resume a --state-dir /mnt; echo resume $?
                              $muster jobs wait a --state-dir /mnt; echo wait $?)"},
                          options);
  CAPTURE(result.out);
  CHECK(contains(result.out, "muster: a: results could not be kept: can't "));
  CHECK(contains(result.out, "\nwait 3\n"));
  CHECK(contains(result.out, "\nresume 3\n"));
  CHECK(contains(result.out, R"("state":"unknown","problem":"can't use /mnt/jobs/a.db: No space)"));
  CHECK(contains(result.out, "\nresume 0\nwait 0\n"));
}

TEST_CASE("of a target that comes several times, a job with a log runs those again that failed") {
  const job_place place;
  const std::string log = place.file("log");
  place.start("a", "h\nh\nh\n", {"-P", "1", "--resume", log},
              {"sh", "-c", "test {#} -ne 2 || test -e " + place.file("go")});
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 1);
  write_whole_file(place.file("go"), "");
  CHECK(place.muster({"jobs", "resume", "a"}).exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  CHECK(place.field("a", "finished") == "3");
  CHECK(lines_with(read_whole_file(log), R"("status":"up")") == 3);
}

TEST_CASE("jobs are found in a directory whose name is in brackets") {
  const temporary_directory directory;
  process_options there;
  there.directory = directory.path().string();
  const auto muster = [&there](texts words) {
    return run(muster_command(std::move(words)), there);
  };
  CHECK(
      muster({"run", "--detach", "--name", "a", "--state-dir", "[d]", "--lines", "x", "--", "true"})
          .exit_code == 0);
  CHECK(std::filesystem::exists(directory.file("[d]/jobs/a.db")));
  CHECK(muster({"jobs", "wait", "a", "--state-dir", "[d]"}).exit_code == 0);
  CHECK(muster({"jobs", "remove", "a", "--state-dir", "[d]"}).exit_code == 0);
}
