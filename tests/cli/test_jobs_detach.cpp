// Runs that are detached, and those that can't be.
#include "cli/jobs.hpp"

#include <sys/stat.h>

using namespace muster::test;

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

TEST_CASE("a task of a job is ended by SIGHUP as any other") {
  const job_place place;
  place.start("a", "a\n", {"--stdin"}, {"sh", "-c", "kill -HUP $$; echo survived"});
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 1);
  CHECK(contains(place.muster({"jobs", "receive", "a"}).err, "a: killed, SIGHUP"));
}

TEST_CASE("a job holds nothing open that it was started with") {
  const job_place place;
  const std::string muster = std::string{MUSTER_BINARY} + " ";
  const std::string state = " --state-dir " + place.file("state/muster");
  const std::string start =
      "run --detach --name a" + state + " 127.0.0.1 -- sh -c 'exec sleep 600' sh";
  for (const std::string& command : {start, "jobs resume a" + state}) {
    // The end of its output comes, though the job goes on.
    const auto result =
        run({"sh", "-c", "exec 5>&1; " + muster + command}, {}, std::chrono::seconds{20});
    CAPTURE(command, result.err);
    CHECK_FALSE(result.timed_out);
    CHECK(result.exit_code == 0);
    CHECK(place.state("a") == R"("running")");
    place.muster({"jobs", "stop", "a"});
  }
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
  const auto program = place.start("a", "x\n", {}, {"no-such-command-here"});
  CHECK(program.exit_code == 2);
  CHECK(contains(program.err, "there is no program 'no-such-command-here'"));
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

TEST_CASE("what goes wrong at the start is the exit status, even where SIGCHLD is ignored") {
  const job_place place;
  process_options options;
  options.environment = {"XDG_STATE_HOME=" + place.file("state")};
  const auto refused =
      run({"bash", "-c", "trap '' CHLD; exec $0 run --detach --name a -iL /no/such/file -- true",
           MUSTER_BINARY},
          options);
  CHECK(refused.exit_code == 3);
  CHECK(contains(refused.err, "/no/such/file"));
}

TEST_CASE("a list that a resumed job could not read again is refused at once") {
  const job_place place;
  const std::string pipe = place.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const texts& list : {texts{"-iL", pipe}, texts{"-iL", "/dev/stdin"},
                            texts{"--exclude-file", pipe, "127.0.0.1"}}) {
    texts arguments{"run", "--detach", "--name", "a"};
    arguments.insert(arguments.end(), list.begin(), list.end());
    const auto refused = place.muster(arguments, {"--", "true"});
    CAPTURE(refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.err, "muster: --detach: " + list[1] + " can't be read again"));
  }
  CHECK(place.json().empty());
}

TEST_CASE("a descriptor that the job would not have is refused, whatever its name") {
  const job_place place;
  write_whole_file(place.file("list"), "127.0.0.1\n");
  std::filesystem::create_directory(place.file("directory"));
  std::filesystem::create_symlink("/dev/fd/5", place.file("link"));
  std::filesystem::create_symlink("link", place.file("link_to_it"));
  process_options options;
  options.environment = {"XDG_STATE_HOME=" + place.file("state"), "muster=" MUSTER_BINARY};
  options.directory = place.file("");
  const auto refused = [&](const std::string& more) {
    const auto result =
        run({"bash", "-c", "exec $muster run --detach --name a " + more + " -- true"}, options);
    CAPTURE(more, result.err);
    CHECK(result.exit_code == 2);
    return result.err;
  };
  const std::string list = " can't be read again when the job is resumed";
  for (const std::string option : {"-iL ", "--exclude-file "}) {
    CHECK(contains(refused("127.0.0.1 " + option + "<(echo 127.0.0.1)"), list));
    // A job has descriptors of its own, which may have that number.
    for (const std::string path : {"/dev/fd/5", "/proc/self/fd/5", "/proc/thread-self/fd/5",
                                   "/dev/../dev/fd//5", "link", "./link_to_it", "/dev/fd/6"}) {
      CHECK(contains(refused("127.0.0.1 " + option + path + " 5<list"),
                     "muster: --detach: " + path + list));
    }
    CHECK(contains(refused("127.0.0.1 " + option + "/dev/stdin <list"), list));
  }
  for (const std::string option : {"--job-log", "--resume", "--control"}) {
    for (const std::string path : {"/dev/fd/5", "link", "/dev/stdout", "/dev/stderr"}) {
      CHECK(refused("127.0.0.1 " + option + " " + path + " 5<>list") ==
            "muster: " + option + ": " + path +
                " leads to a descriptor, which a job does not have; name a file\n");
    }
  }
  CHECK(contains(refused("127.0.0.1 --job-log >(cat)"), "--job-log: /dev/fd/"));
  for (const std::string option : {"--log-dir", "--cwd", "--state-dir"}) {
    for (const std::string path : {"/dev/fd/5", "link/new"}) {
      CHECK(refused("127.0.0.1 " + option + " " + path + " 5<directory") ==
            "muster: " + option + ": " + path +
                " leads to a descriptor, which a job does not have; name a directory\n");
    }
  }
  CHECK(read_whole_file(place.file("list")) == "127.0.0.1\n");
  CHECK(std::filesystem::is_empty(place.file("directory")));
  CHECK(place.json().empty());
  place.start("a", "x\n", {}, {"false"});
  place.muster({"jobs", "wait", "a"});
  const auto resumed = run(
      {"bash", "-c", "exec $muster jobs resume --state-dir /dev/fd/5 a 5<state/muster"}, options);
  CHECK(resumed.exit_code == 2);
  CHECK(contains(resumed.err, "--state-dir: /dev/fd/5/jobs/a.db leads to a descriptor"));
}

TEST_CASE("a detached run that is ended before its input is complete leaves nothing of it") {
  const job_place place;
  const std::string jobs = place.file("state/muster/jobs");
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGKILL}) {
    process_options options;
    options.keep_stdin = true;
    options.environment = {"XDG_STATE_HOME=" + place.file("state")};
    process starting{muster_command({"run", "--lines", "--detach", "--name", "a", "--", "true"}),
                     options};
    // More than a pipe takes, so some of it has been read.
    REQUIRE(starting.write(std::string(1'000'000, 'x')));
    CHECK(place.muster({"jobs", "remove", "--force", "a"}).exit_code == 2);
    starting.send_signal(number);
    CHECK(starting.wait().signal == number);
    CHECK_FALSE(std::filesystem::exists(jobs + "/a.input"));
    CHECK(place.muster({"jobs", "remove", "a"}).exit_code == 0);
    CHECK(std::filesystem::is_empty(jobs));
  }
}

TEST_CASE("what is left of a job that never came to be is removed by hand, or by the next one") {
  const job_place place;
  const std::string jobs = place.file("state/muster/jobs");
  CHECK(place.muster({"jobs", "remove", "a"}).exit_code == 2);
  std::filesystem::create_directories(jobs);
  std::filesystem::permissions(jobs, std::filesystem::perms::owner_all);
  write_whole_file(jobs + "/a.input", "old\n");
  CHECK(place.muster({"jobs", "remove", "a"}).exit_code == 0);
  CHECK(std::filesystem::is_empty(jobs));
  write_whole_file(jobs + "/a.input", "old\n");
  const auto started =
      place.muster({"run", "--lines", "--detach", "--name", "a", "new", "--", "echo"});
  CHECK(started.exit_code == 0);
  CHECK(place.muster({"jobs", "wait", "a"}).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(jobs + "/a.input"));
}

TEST_CASE("a place for jobs that others can write to is refused before anything is in it") {
  const job_place place;
  const std::string jobs = place.file("state/muster/jobs");
  std::filesystem::create_directories(jobs);
  std::filesystem::permissions(jobs, std::filesystem::perms::all);
  const auto started = place.start("a", "x\n", {}, {"true"});
  CHECK(started.exit_code == 3);
  CHECK(contains(started.err, "chmod go-w " + jobs));
  CHECK(std::filesystem::is_empty(jobs));
  CHECK(place.muster({"jobs"}).exit_code == 3);
  CHECK(place.muster({"jobs", "wait", "a"}).err == started.err);
}

TEST_CASE("on a file system that is read-only, jobs can be looked at in a copy") {
  const auto trial = run({"unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"});
  if (trial.exit_code != 0) MUSTER_SKIP("needs a mount namespace of its own");
  const temporary_directory directory;
  process_options options;
  options.environment = {"muster=" + std::string{MUSTER_BINARY}, "copy=" + directory.file("copy")};
  const auto result = run({"unshare", "-rm", "sh", "-c",
                           R"(mount -t tmpfs tmpfs /mnt; exec 2>&1
                              $muster run -q --detach --name a --lines --state-dir /mnt/s x -- echo
                              $muster jobs wait a --state-dir /mnt/s
                              # As soon as the job's process has let go of its files.
                              i=0; until mount -o remount,ro /mnt 2>/dev/null || [ $i = 200 ]; do
                                i=$((i+1)); sleep 0.05; done
                              $muster jobs --state-dir /mnt/s; echo list $?
                              $muster jobs receive --keep a --state-dir /mnt/s; echo receive $?
                              cp -r /mnt/s "$copy"; $muster jobs receive a --state-dir "$copy")"},
                          options);
  CAPTURE(result.out);
  const std::string refused =
      "muster: the directory for jobs, /mnt/s/jobs, can't be written to: Read-only file system; to "
      "see what is in it, copy /mnt/s to another place, and name that with --state-dir\n";
  CHECK(result.out == refused + "list 3\n" + refused + "receive 3\nx\n");
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
