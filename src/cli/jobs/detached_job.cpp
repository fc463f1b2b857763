// Strategy: everything that may go wrong before the first task is said where the job was asked for:
// the process that forks waits until the job has begun or ended, and until then the job's messages
// go to the same terminal. From then on they go to its log.
#include "cli/jobs/detached_job.hpp"

#include "cli/exit_code.hpp"
#include "cli/jobs/job_keeper.hpp"
#include "cli/run/command_check.hpp"
#include "cli/run/run_command.hpp"
#include "cli/say.hpp"
#include "cli/sweep_targets.hpp"
#include "cli/usage_error.hpp"
#include "command/command_template.hpp"
#include "core/descriptor_path.hpp"
#include "core/parsed.hpp"
#include "store/job_record.hpp"
#include "store/kept_input.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

/// Has the targets of standard input read from a file instead.
void read_input_from(run_arguments& arguments, const std::string& path) {
  std::erase(arguments.targets, "-");
  std::erase(arguments.input_files, "-");
  arguments.input_files.push_back(path);
}

/// Lists of targets are read again when the job is resumed.
void need_lists_that_stay(const run_arguments& arguments) {
  std::vector<std::string> lists = arguments.input_files;
  std::erase(lists, "-");
  lists.insert(lists.end(), arguments.exclude_files.begin(), arguments.exclude_files.end());
  for (const std::string& path : lists) {
    struct stat about {};
    const bool is_pipe =
        ::stat(path.c_str(), &about) == 0 && !S_ISDIR(about.st_mode) && !S_ISREG(about.st_mode);
    if (!is_pipe && !leads_through_descriptor(path)) continue;
    throw usage_error{fmt::format(
        "--detach: {} can't be read again when the job is resumed; write it to a file and name "
        "that, or give targets on standard input",
        path)};
  }
}

/// A job has none of the descriptors that this process was started with. What has their numbers
/// then is its own, such as its database, which whoever wrote to it would destroy.
void need_no_descriptor(const char* option, const std::string& path, const char* instead) {
  if (path.empty() || !leads_through_descriptor(path)) return;
  throw usage_error{fmt::format(
      "{}: {} leads to a descriptor, which a job does not have; name a {}", option, path, instead)};
}

void need_paths_that_stay(const run_arguments& arguments) {
  need_lists_that_stay(arguments);
  need_no_descriptor("--job-log", arguments.job_log, "file");
  need_no_descriptor("--resume", arguments.resume_file, "file");
  need_no_descriptor("--control", arguments.control_file, "file");
  need_no_descriptor("--log-dir", arguments.log_directory, "directory");
  need_no_descriptor("--cwd", arguments.run.process.directory, "directory");
  need_no_descriptor("--state-dir", arguments.state_directory, "directory");
}

void point(int descriptor, const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) fail("can't open " + path);
  if (::dup2(file, descriptor) < 0) fail("can't use " + path);
  ::close(file);
}

// What the disk has to have left for a job to write down its end, and why.
constexpr off_t room_bytes = 64 * 1024;

/// The job's log, with room behind its end that no other file can take.
int open_log(const std::string& path) {
  const int log =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (log < 0) fail("can't open " + path);
  struct stat about {};
  const bool is_full = ::fstat(log, &about) == 0 &&
                       ::fallocate(log, FALLOC_FL_KEEP_SIZE, about.st_size, room_bytes) != 0 &&
                       errno == ENOSPC;
  if (!is_full) return log;
  ::close(log);
  errno = ENOSPC;
  fail("can't write " + path);
}

void give_room_back() {
  struct stat about {};
  if (::fstat(STDERR_FILENO, &about) != 0 || !S_ISREG(about.st_mode)) return;
  if (::ftruncate(STDERR_FILENO, about.st_size) != 0) errno = 0;  // then there is none to give
}

/// What this process was started with beyond the standard streams is not the job's: whoever waits
/// for the end of a pipe or for a lock is not to wait for the job. Nothing of its own is open yet.
void close_inherited() {
  constexpr unsigned first = STDERR_FILENO + 1;
  ::syscall(SYS_close_range, first, ~0U, 0U);
  reopen_standard_error();
}

void hear_nothing(int) {}

/// Closing the terminal is not to end the job. Its tasks begin with what this process was started
/// with: a handler, unlike what is ignored, does not reach them.
void outlive_terminal() {
  if (std::signal(SIGHUP, hear_nothing) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

/// A signal that comes before the run can be stopped in order is heard once it can.
void hold_signals_back() {
  sigset_t stopping;
  ::sigemptyset(&stopping);
  ::sigaddset(&stopping, SIGINT);
  ::sigaddset(&stopping, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &stopping, nullptr);
}

/// The job's own process: runs it, and tells through `told` when it has begun.
int live(const run_arguments& arguments, const job_directory& jobs, const std::string& name,
         const job_lock& lock, int told, bool is_new) {
  outlive_terminal();
  hold_signals_back();
  ::setsid();
  bool begun = false;
  int code = exit_code::cannot;
  try {
    lock.sign();
    point(STDIN_FILENO, "/dev/null", O_RDONLY);
    point(STDOUT_FILENO, "/dev/null", O_WRONLY);
    const int log = open_log(jobs.log_of(name));
    job_keeper keeper{job_store::open(jobs.database_of(name)), lock, arguments.run,
                      [&] {
                        if (::dup2(log, STDERR_FILENO) < 0) fail("can't use the job's log");
                        reopen_standard_error();
                        begun = true;
                        const char word = '!';
                        // Whoever waited may be gone; the job is not.
                        if (::write(told, &word, 1) < 0) errno = 0;
                        ::close(told);
                      },
                      give_room_back};
    code = run_tasks(arguments, &keeper);
    if (begun && !keeper.ended()) keeper.end(code, false);
  } catch (const std::invalid_argument& error) {
    say(error.what());
    code = exit_code::usage;
  } catch (const std::exception& error) {
    say(error.what());
  }
  // A job that never began is none.
  if (!begun && is_new) {
    try {
      jobs.remove(name);
    } catch (const std::exception& error) {
      say(error.what());
    }
  }
  return code;
}

int wait_for_end(pid_t child) {
  int status = 0;
  pid_t ended = 0;
  do {
    ended = ::waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);
  return ended == child && WIFEXITED(status) ? WEXITSTATUS(status) : int{exit_code::cannot};
}

int launch(run_arguments arguments, const job_directory& jobs, const std::string& name,
           const job_lock& lock, bool is_new) {
  const bool quiet = arguments.quiet;
  arguments.quiet = true;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("can't make a pipe");
  std::signal(SIGPIPE, SIG_IGN);
  // Whoever started muster may have ignored it, and then nobody hears how a process ended.
  std::signal(SIGCHLD, SIG_DFL);
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) fail("can't start a process for the job");
  if (child == 0) {
    ::close(ends[0]);
    return live(arguments, jobs, name, lock, ends[1], is_new);
  }
  ::close(ends[1]);
  char word = 0;
  ssize_t got = 0;
  do {
    got = ::read(ends[0], &word, 1);
  } while (got < 0 && errno == EINTR);
  ::close(ends[0]);
  if (got != 1) return wait_for_end(child);
  if (!quiet) {
    say(
        fmt::format("job {} runs as process {}; muster jobs wait {} waits for it, muster jobs "
                    "receive {} gives its results",
                    name, child, name, name));
  }
  return exit_code::all_up;
}

}  // namespace

job_directory jobs_at(const std::string& state_directory) {
  const std::string path =
      state_directory.empty() ? job_directory::default_path() : state_directory;
  if (path.empty()) {
    throw usage_error{
        "there is no place for jobs: set HOME or XDG_STATE_HOME, or name one with --state-dir"};
  }
  return job_directory{path};
}

int start_job(const run_arguments& arguments, const std::vector<std::string>& words) {
  const std::string& name = arguments.job_name;
  if (!job_directory::is_name(name)) {
    throw usage_error{fmt::format(
        "--name: '{}' is no name for a job; write up to {} letters, digits, dots, _ and -",
        excerpt(name), job_directory::name_bytes_max)};
  }
  need_paths_that_stay(arguments);
  close_inherited();
  check_command(arguments);  // before all of standard input is read
  const job_directory jobs = jobs_at(arguments.state_directory);
  jobs.make();
  const std::optional<job_lock> lock = jobs.try_lock(name);
  if (!lock) throw usage_error{fmt::format("--name: there is a job {}, and it runs", name)};
  if (jobs.has(name)) {
    throw usage_error{fmt::format(
        "--name: there is a job {}; choose another name, or remove it: muster jobs remove {}", name,
        name)};
  }
  run_arguments own = arguments;
  try {
    jobs.clear(name);  // what was left of one that never came to be
    if (reads_standard_input(arguments)) {
      if (::isatty(STDIN_FILENO) == 1) {
        throw usage_error{"no targets; name some, or pipe them in (see muster run --help)"};
      }
      const auto bytes = keep_input(STDIN_FILENO, jobs.input_of(name), kept_input_bytes_max);
      if (!bytes) {
        throw usage_error{
            "standard input holds more than 1 GiB, which is the most that a job keeps; write it to "
            "a file and name that: -iL FILE"};
      }
      const bool others = !arguments.targets.empty() || !arguments.input_files.empty();
      if (!others && *bytes == 0) throw usage_error{"no targets: standard input was empty"};
      read_input_from(own, jobs.input_of(name));
    }
    job_description about;
    about.arguments = words;
    std::array<char, 4096> directory{};
    if (::getcwd(directory.data(), directory.size()) == nullptr) fail("can't tell the directory");
    about.directory = directory.data();
    about.command = fmt::format("{}", fmt::join(arguments.run.command, " "));
    job_store::create(jobs.database_of(name), about);
  } catch (...) {
    jobs.remove(name);
    throw;
  }
  return launch(std::move(own), jobs, name, *lock, true);
}

int resume_job(const job_directory& jobs, const std::string& name) {
  need_no_descriptor("--state-dir", jobs.database_of(name), "directory");
  close_inherited();
  const std::optional<job_lock> lock = jobs.try_lock(name);
  if (!lock) throw usage_error{fmt::format("{} runs already", name)};
  job_description about;
  {
    job_store store = job_store::open(jobs.database_of(name));
    job_state state = store.state();
    note_end_of(state, jobs.note(name));
    if (state.word == "done") {
      say(fmt::format("{} is done: there is nothing left to run", name));
      return exit_code::all_up;
    }
    about = store.description();
  }
  if (::chdir(about.directory.c_str()) != 0) {
    fail(fmt::format("can't go to {}, where {} was started", about.directory, name));
  }
  run_arguments arguments = parse_run(about.arguments);
  if (reads_standard_input(arguments)) read_input_from(arguments, jobs.input_of(name));
  return launch(std::move(arguments), jobs, name, *lock, false);
}

}  // namespace muster
