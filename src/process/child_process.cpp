// Strategy: one coroutine for each process. It starts the process, waiting in line while the
// machine is short of something, and then wakes up for whatever comes first: output, room for
// input, the process's end (its pidfd), the time that is set for the stage it is in, or a wish to
// stop it.
//
// The stages: `running` until its timeout; `ending` after SIGTERM, until its grace is over;
// `killed` after SIGKILL, when it is waited for once more; and `ended`, when output that others
// hold open is read on for its grace. The process is reaped last of all, so its number, which is
// that of its group, is not used again before whatever is left of the group has been killed.
#include "process/child_process.hpp"

#include "net/patient_step.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster {
namespace {

using clock = std::chrono::steady_clock;

// Pieces that are read of one stream before others have their turn.
constexpr int reads_max = 4;
// How long a process that was killed is waited for when there is no loop to wait on.
constexpr int last_wait_ms = 100;

class pipe_ends {
 public:
  pipe_ends() = default;
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  ~pipe_ends() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  bool open() { return ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  int take_reader() { return take(0); }
  int take_writer() { return take(1); }

 private:
  // What this process does with its end is never to block it.
  int take(std::size_t which) {
    const int end = std::exchange(ends_[which], -1);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
    return end;
  }
  std::array<int, 2> ends_{-1, -1};
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 2);
  for (const std::string& text : texts)
    pointers.push_back(const_cast<char*>(text.c_str()));
  return pointers;
}

/// This process's environment with `own` on top of it.
std::vector<char*> environment_with(const std::vector<std::string>& own) {
  std::vector<char*> all = pointers_to(own);
  std::unordered_set<std::string_view> names;
  for (const std::string& entry : own)
    names.insert(std::string_view{entry}.substr(0, entry.find('=')));
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (names.empty() || !names.contains(text.substr(0, text.find('=')))) all.push_back(*entry);
  }
  all.push_back(nullptr);
  return all;
}

reason reason_of(spawn_step step, int error) {
  if (error == EMFILE || error == ENFILE) return reason::too_many_open_files;
  if (error == EAGAIN || error == ENOMEM || step == spawn_step::process) return reason::no_process;
  if (step == spawn_step::directory) return reason::no_directory;
  if (error == ENOENT || error == ENOTDIR) return reason::command_not_found;
  if (error == E2BIG) return reason::arguments_too_long;
  return reason::not_executable;
}

std::chrono::nanoseconds time_of(const timeval& value) {
  return std::chrono::seconds{value.tv_sec} + std::chrono::microseconds{value.tv_usec};
}

}  // namespace

/// What the coroutine of a process keeps in its frame.
class child_life final : private deadline {
 public:
  enum class stage : std::uint8_t { starting, running, ending, killed, ended };

  child_life(child_process& owner, std::vector<std::string>&& arguments, process_options&& options)
      : owner_{&owner},
        host_{owner.host_},
        options_{std::move(options)},
        arguments_{std::move(arguments)},
        input_{host_.streams()},
        output_{host_.streams()},
        errors_{host_.streams()},
        end_{host_.streams()} {
    owner.life_ = this;
  }
  child_life(const child_life&) = delete;
  child_life& operator=(const child_life&) = delete;
  ~child_life() {
    if (owner_) owner_->life_ = nullptr;
    if (process_ > 0) kill_and_reap();
  }

  static job live(process_host& host, child_process& owner, std::vector<std::string> arguments,
                  process_options options);

  void stop(reason why);
  void kill();
  /// Nobody waits for it any more: ends the coroutine where it is suspended.
  void abandon() {
    owner_->life_ = nullptr;
    owner_ = nullptr;
    self_.destroy();
  }

 private:
  /// `co_await introduction{…}`: tells what the coroutine is called, and goes on.
  struct introduction {
    child_life& own;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> coroutine) const noexcept {
      own.self_ = coroutine;
      return false;
    }
    void await_resume() const noexcept {}
  };
  /// `co_await wait{…}`: until there is something to do.
  class wait {
   public:
    explicit wait(child_life& own) : own_{own} {}
    wait(const wait&) = delete;
    wait& operator=(const wait&) = delete;
    ~wait() { forget(); }
    bool await_ready() const { return own_.something_ready(); }
    void await_suspend(std::coroutine_handle<> coroutine);
    void await_resume() { forget(); }

   private:
    void forget();
    child_life& own_;
  };

  /// An errno, or 0 when the process runs.
  int try_to_start();
  spawned spawn(const spawn_request& base, const pipe_ends& output, const pipe_ends& errors,
                int input);
  bool something_ready() const;
  bool done() const;
  void turn();
  void read(polled_socket& from, process_stream stream);
  void write_input();
  void note_end();
  void move_on();
  void set_clock(stage next, std::chrono::nanoseconds length);
  void on_deadline(ending why) override;
  void signal_group(int signal) const {
    if (process_ > 0) ::kill(-process_, signal);
  }
  void terminate();
  void reap();
  void kill_and_reap();
  void conclude();

  child_process* owner_;
  process_host& host_;
  process_options options_;
  std::vector<std::string> arguments_;
  process_result result_;
  std::coroutine_handle<> self_;
  bool waiting_ = false;
  probe_deadline* starting_ = nullptr;  // while it waits for its start
  polled_socket input_;
  polled_socket output_;
  polled_socket errors_;
  polled_socket end_;
  pid_t process_ = -1;
  std::size_t written_ = 0;
  clock::time_point began_{};
  spawn_step failed_ = spawn_step::none;
  stage stage_ = stage::starting;
  bool rang_ = false;  // the time for this stage is over
  bool timed_out_ = false;
  bool through_shell_ = false;
  reason stopped_ = reason::none;
  bool stop_wanted_ = false;  // not acted on yet
};

// ---- The wait

void child_life::wait::await_suspend(std::coroutine_handle<> coroutine) {
  own_.waiting_ = true;
  own_.end_.await(readiness::readable, coroutine);
  if (own_.output_.descriptor() >= 0) own_.output_.await(readiness::readable, coroutine);
  if (own_.errors_.descriptor() >= 0) own_.errors_.await(readiness::readable, coroutine);
  if (own_.input_.descriptor() >= 0) own_.input_.await(readiness::writable, coroutine);
}

void child_life::wait::forget() {
  if (!std::exchange(own_.waiting_, false)) return;
  for (polled_socket* one : {&own_.end_, &own_.output_, &own_.errors_, &own_.input_})
    one->forget_waiter();
}

bool child_life::something_ready() const {
  return rang_ || stop_wanted_ || (stage_ != stage::ended && end_.ready(readiness::readable)) ||
         output_.ready(readiness::readable) || errors_.ready(readiness::readable) ||
         input_.ready(readiness::writable);
}

// ---- Its start

spawned child_life::spawn(const spawn_request& base, const pipe_ends& output,
                          const pipe_ends& errors, int input) {
  spawn_request request = base;
  const program_paths::found& program = host_.programs().find(arguments_.front());
  if (program.path.empty()) return {-1, -1, program.error, spawn_step::program};
  std::vector<char*> arguments = pointers_to(arguments_);
  std::string path = program.path;
  std::string shell = "/bin/sh";
  if (through_shell_) {
    arguments.insert(arguments.begin(), shell.data());
    arguments[1] = path.data();
  }
  arguments.push_back(nullptr);
  request.path = through_shell_ ? shell.c_str() : path.c_str();
  request.arguments = arguments.data();
  request.input = input;
  request.output = output.writer();
  request.errors = errors.writer();
  return host_.starter().spawn(request);
}

int child_life::try_to_start() {
  failed_ = spawn_step::process;
  pipe_ends input;
  pipe_ends output;
  pipe_ends errors;
  if (!output.open() || !errors.open()) return errno;
  if (!options_.input.empty() && !input.open()) return errno;
  const std::vector<char*> environment = environment_with(options_.environment);
  spawn_request request;
  request.environment = environment.data();
  request.directory = options_.directory.empty() ? nullptr : options_.directory.c_str();
  const int from = options_.input.empty() ? host_.nothing() : input.reader();

  output_.assign(output.take_reader());
  errors_.assign(errors.take_reader());
  if (!options_.input.empty()) input_.assign(input.take_writer());
  int error = output_.watch();
  if (error == 0) error = errors_.watch();
  if (error == 0 && input_.descriptor() >= 0) error = input_.watch();
  spawned born;
  if (error == 0) {
    began_ = clock::now();
    result_.began = host_.time().wall();
    born = spawn(request, output, errors, from);
    if (born.error == ENOEXEC && !through_shell_) {
      through_shell_ = true;
      born = spawn(request, output, errors, from);
    }
    if (born.failed == spawn_step::program && born.error == ENOENT) {
      host_.programs().forget(arguments_.front());
    }
    error = born.error;
    failed_ = born.failed;
  }
  if (error != 0) {
    for (polled_socket* one : {&input_, &output_, &errors_})
      one->close();
    return error;
  }
  process_ = born.process;
  end_.assign(born.descriptor);
  if (const int unwatched = end_.watch(); unwatched != 0) {
    // It may have done something already, so it must not be started again.
    kill_and_reap();
    return EIO;
  }
  result_.started = true;
  return 0;
}

job child_life::live(process_host& host, child_process& owner, std::vector<std::string> arguments,
                     process_options options) {
  child_life own{owner, std::move(arguments), std::move(options)};
  introduction hello{own};
  co_await hello;
  int error = own.try_to_start();
  for (bool again = false; error != 0; again = true) {
    const scarce_resource missing = shortage_of(error);
    if (missing == scarce_resource::none || host.scarce().hopeless()) break;
    probe_deadline starting;
    own.starting_ = &starting;
    shortage_pause pause{host.scarce(), starting, missing, again};
    co_await pause;
    own.starting_ = nullptr;
    if (starting.ended() != ending::none) break;
    error = own.try_to_start();
  }
  if (error == 0) {
    host.scarce().taken();
    own.set_clock(stage::running, own.options_.timeout);
    while (!own.done()) {
      wait next{own};
      co_await next;
      own.turn();
    }
    host.scarce().given_back();
  } else if (own.stopped_ == reason::none) {
    own.result_.status = status::local_error;
    own.result_.reason = reason_of(own.failed_, error);
  }
  own.conclude();
}

// ---- Its life

void child_life::set_clock(stage next, std::chrono::nanoseconds length) {
  stage_ = next;
  disarm();
  rang_ = false;
  const bool endless = next == stage::running && length.count() == 0;
  if (!endless) host_.deadlines().arm(*this, clock::now(), length);
}

void child_life::on_deadline(ending) {
  rang_ = true;
  if (waiting_) self_.resume();
}

void child_life::stop(reason why) {
  if (stopped_ != reason::none || timed_out_) return;
  if (stage_ == stage::ended) {
    rang_ = true;  // what others may still write is not waited for
  } else {
    stopped_ = why;
    if (starting_) return starting_->end(ending::cancelled);
    stop_wanted_ = true;
  }
  if (waiting_) self_.resume();
}

void child_life::kill() { signal_group(SIGKILL); }

bool child_life::done() const {
  return stage_ == stage::ended && output_.descriptor() < 0 && errors_.descriptor() < 0;
}

void child_life::turn() {
  // Output first: what it wrote before its end is there by then.
  const bool has_ended = stage_ != stage::ended && end_.ready(readiness::readable);
  read(output_, process_stream::output);
  read(errors_, process_stream::errors);
  write_input();
  if (has_ended) {
    note_end();
  } else if (std::exchange(stop_wanted_, false)) {
    terminate();
  } else if (std::exchange(rang_, false)) {
    move_on();
  }
}

void child_life::read(polled_socket& from, process_stream stream) {
  if (from.descriptor() < 0 || !from.ready(readiness::readable)) return;
  const bool is_output = stream == process_stream::output;
  std::string& kept = is_output ? result_.output : result_.errors;
  std::uint64_t& bytes = is_output ? result_.output_bytes : result_.error_bytes;
  const auto buffer = host_.read_buffer();
  for (int i = 0; i < reads_max; ++i) {
    const ssize_t count = ::read(from.descriptor(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return from.used_up(readiness::readable);
    if (count <= 0) return from.close();
    const std::string_view piece{buffer.data(), static_cast<std::size_t>(count)};
    bytes += piece.size();
    kept += piece.substr(0, options_.output_bytes_max - kept.size());
    owner_->consumer_.on_output(stream, piece);
  }
  from.tell_again();
}

void child_life::write_input() {
  if (input_.descriptor() < 0) return;
  for (int i = 0; i < reads_max; ++i) {
    if (written_ == options_.input.size()) return input_.close();
    const ssize_t count = ::write(input_.descriptor(), options_.input.data() + written_,
                                  options_.input.size() - written_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return input_.used_up(readiness::writable);
    if (count < 0) return input_.close();  // it does not want it
    written_ += static_cast<std::size_t>(count);
  }
  if (written_ == options_.input.size()) return input_.close();
  input_.tell_again();
}

// Its end is noted without reaping it.
void child_life::note_end() {
  siginfo_t info{};
  const int failed =
      ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (failed == 0 && info.si_pid == 0) return end_.used_up(readiness::readable);
  result_.took = clock::now() - began_;
  if (failed == 0 && info.si_code == CLD_EXITED) {
    result_.exit_code = info.si_status;
  } else if (failed == 0) {
    result_.signal = info.si_status;
  }
  stop_wanted_ = false;
  input_.close();
  set_clock(stage::ended, options_.grace);
}

void child_life::terminate() {
  signal_group(SIGTERM);
  signal_group(SIGCONT);  // one that is stopped would not hear it
  set_clock(stage::ending, options_.grace);
}

void child_life::move_on() {
  switch (stage_) {
    case stage::running:
      timed_out_ = true;
      return terminate();
    case stage::ending:
      signal_group(SIGKILL);
      return set_clock(stage::killed, options_.grace);
    case stage::killed:
      // The kernel does not let it go: what is known has to do.
      result_.took = clock::now() - began_;
      result_.signal = SIGKILL;
      [[fallthrough]];
    case stage::ended:
      result_.left_open = true;
      output_.close();
      errors_.close();
      stage_ = stage::ended;
      return;
    case stage::starting:
      return;
  }
}

// ---- Its end

void child_life::reap() {
  rusage usage{};
  if (::wait4(process_, nullptr, WNOHANG, &usage) == process_) {
    result_.cpu_time = time_of(usage.ru_utime) + time_of(usage.ru_stime);
  }
  process_ = -1;
}

void child_life::kill_and_reap() {
  signal_group(SIGKILL);
  pollfd entry{end_.descriptor(), POLLIN, 0};
  if (entry.fd >= 0) ::poll(&entry, 1, last_wait_ms);
  reap();
}

void child_life::conclude() {
  disarm();
  host_.deadlines().rest();
  if (process_ > 0) {
    signal_group(SIGKILL);
    reap();
  }
  end_.close();
  if (result_.status != status::local_error) {
    if (stopped_ != reason::none) {
      result_.status = status::cancelled;
      result_.reason = stopped_;
    } else if (timed_out_) {
      result_.status = status::timeout;
      result_.reason = reason::command_timeout;
    } else if (result_.exit_code == 0) {
      result_.status = status::up;
    } else {
      result_.status = status::mismatch;
      result_.reason = result_.signal != 0 ? reason::killed_by_signal : reason::exit_code_not_zero;
    }
  }
  child_process& owner = *std::exchange(owner_, nullptr);
  owner.life_ = nullptr;
  owner.consumer_.on_end(std::move(result_));
}

// ---- What others see of it

child_process::child_process(process_host& host, process_consumer& consumer)
    : host_{host}, consumer_{consumer} {}

child_process::~child_process() {
  if (life_) life_->abandon();
}

void child_process::start(std::vector<std::string> arguments, process_options options) {
  child_life::live(host_, *this, std::move(arguments), std::move(options));
}

void child_process::stop(reason why) {
  if (life_) life_->stop(why);
}

void child_process::kill() {
  if (life_) life_->kill();
}

// ---- What they share

process_host::process_host(asio::io_context& context)
    : time_{context}, deadlines_{time_}, streams_{context}, scarce_{context} {
  deadlines_.on_before_expiry([this] { streams_.poll(); });
  // Descriptors that are passed on as 0, 1 and 2 must not be these themselves. What was closed
  // stays unusable.
  for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; ++standard) {
    if (::fcntl(standard, F_GETFD) < 0) ::open("/dev/null", O_PATH | O_CLOEXEC);
  }
  nothing_ = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing_ < 0) throw std::system_error{errno, std::generic_category(), "/dev/null"};
}

process_host::~process_host() {
  scope_.destroy_all();
  ::close(nothing_);
}

}  // namespace muster
