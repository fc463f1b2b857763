#include "cli/run/run_command.hpp"

#include "cli/bracketed_words.hpp"
#include "cli/command_parser.hpp"
#include "cli/file_clashes.hpp"
#include "cli/foreign_option_tables.hpp"
#include "cli/jobs/detached_job.hpp"
#include "cli/jobs/job_keeper.hpp"
#include "cli/orphan_reaping.hpp"
#include "cli/run/command_check.hpp"
#include "cli/run/command_identity.hpp"
#include "cli/run/earlier_run.hpp"
#include "cli/run/run_control.hpp"
#include "cli/run/run_end.hpp"
#include "cli/run/run_outputs.hpp"
#include "cli/run/script_run.hpp"
#include "cli/say.hpp"
#include "cli/say_why.hpp"
#include "cli/session.hpp"
#include "cli/target_arguments.hpp"
#include "cli/target_intake.hpp"
#include "cli/unkillable.hpp"
#include "cli/usage_error.hpp"
#include "core/parsed.hpp"
#include "muster/printable.hpp"
#include "net/descriptor_limit.hpp"
#include "targets/target_parts.hpp"
#include "targets/task_key.hpp"

#include <algorithm>
#include <cstddef>
#include <new>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/post.hpp>
#include <fmt/format.h>

#include <unistd.h>

namespace muster {
namespace {

// What is more than this of an output waits in a file for its turn.
constexpr std::size_t text_bytes_kept = 64 * 1024;

/// Everything that a run consists of, in the order in which it may be taken apart.
class task_command final : private run_observer {
 public:
  task_command(const run_arguments& arguments, job_keeper* keeper)
      : arguments_{arguments},
        keeper_{keeper},
        // Before its log is appended to.
        earlier_{read_earlier(arguments)},
        begins_log_{!arguments.resume_file.empty() && !earlier_},
        intake_{session_.context(), arguments, {"run", "run"}},
        run_{session_.context(), options(), intake_.targets(), *this},
        control_{session_.context(), run_} {
    if (earlier_) succeeded_ = std::move(earlier_->succeeded);
    in_flight_allowed_ = run_.max_in_flight();
    if (!arguments.control_file.empty()) control_.watch_file(arguments.control_file);
    outputs_.emplace(session_.delivered(), arguments, command_identity(arguments), earlier_);
  }

  ~task_command() {
    standard_error().flush();
    if (keeper_) keeper_->leave();
  }

  int run() {
    control_.watch_signals();  // before a list may keep it waiting
    intake_.open([this] { run_.stop(reason::bad_target); }, found_before());
    watch_stop_signals();
    session_.begin();
    announce_limit();
    announce_beginning();
    if (keeper_) keeper_->begin(session_.context(), intake_.targets().size());
    const bool is_over = session_.run(whole_run(*this));
    outputs_->stop_watching();
    outputs_->flush_all();
    if (!is_over) throw std::bad_alloc{};
    session_.rethrow();
    const int code = conclude();
    if (keeper_) keeper_->end(code, session_.signals().pending());
    return code;
  }

 private:
  static std::optional<logged_run> read_earlier(const run_arguments& arguments) {
    if (arguments.resume_file.empty()) return std::nullopt;
    return read_earlier_run(arguments.resume_file, arguments.job_log, command_identity(arguments));
  }

  run_options options() const {
    run_options options = arguments_.run;
    if (options.dry_run) {
      options.refill.clear();  // it would look for targets in the commands
      options.rate = 0;
    }
    // Where no record has to have it, the beginning need not be in memory either.
    if (!writes_records(arguments_) && options.refill.empty() && !keeper_) {
      options.process.output_bytes_max =
          std::min(options.process.output_bytes_max, text_bytes_kept);
    }
    if (keeper_) {
      options.first_sequence = keeper_->first_sequence();
    } else if (earlier_) {
      // Where places are not the same in each run, numbers go on from the greatest one.
      options.number_by_place =
          options.batch_max == 1 && options.refill.empty() && !arguments_.randomize;
      if (!options.number_by_place) options.first_sequence = earlier_->tasks_max;
    }
    return options;
  }

  /// The second signal kills all that runs, and then muster; but a job writes down how it ended.
  void watch_stop_signals() {
    const auto stop = [this] {
      if (script_stoppable_) script_.stop();
      run_.stop(reason::interrupted);
    };
    const auto kill = [this] {
      script_.kill();
      run_.kill();
    };
    if (keeper_) {
      session_.signals().watch_to_the_end(stop, kill);
    } else {
      session_.signals().watch(stop, kill);
    }
  }

  /// Targets that came out of the tasks of an earlier run.
  std::vector<std::string> found_before() const {
    if (keeper_) return keeper_->refills();
    return earlier_ ? earlier_->found : std::vector<std::string>{};
  }

  // What the run tells.

  void on_task_start(std::uint64_t sequence) override {
    outputs_->begin_try(sequence);
    if (!keeper_) return;
    keeper_->take(sequence);
    stop_if_not_kept();
  }
  void on_task(const task_result& result) override { outputs_->write(result); }
  void on_task_over(const task_result& result) override {
    outputs_->note(result);
    if (!keeper_) return;
    keeper_->note(result, outputs_->rests());
    stop_if_not_kept();
  }
  void stop_if_not_kept() {
    if (keeper_->failure().empty()) return;
    asio::post(session_.context(), [this] { run_.stop(reason::output_failed); });
  }
  void on_task_output(std::uint64_t sequence, const std::vector<target>& targets,
                      process_stream stream, std::string_view bytes) override {
    outputs_->show(sequence, targets, stream, bytes);
  }
  void on_task_unkillable(std::uint64_t, const std::vector<target>& targets,
                          pid_t process) override {
    say(explain_unkillable(targets.front(), process));
  }
  void on_task_excess(std::uint64_t sequence, process_stream stream,
                      std::string_view bytes) override {
    outputs_->keep_rest(sequence, stream, bytes);
  }
  void on_try_end(std::uint64_t sequence) override { outputs_->end_try(sequence); }
  bool done_before(const target& subject) override {
    mention_ungrouped(subject);
    const bool is_kept = keeper_ && keeper_->done_before(subject);
    // What was kept is in the log, too, if that is the one to which this run appends.
    const std::string& log = arguments_.job_log;
    const bool is_logged = log.empty() || log == arguments_.resume_file;
    const bool is_done = (is_kept && !is_logged) || take_succeeded(subject) || is_kept;
    if (is_done) outputs_->pass_over(subject);
    return is_done;
  }
  bool take_succeeded(const target& subject) {
    if (succeeded_.empty()) return false;
    const auto found = succeeded_.find(task_key(subject));
    if (found == succeeded_.end()) return false;
    // A target that is there several times is done as often as it has succeeded.
    if (--found->second == 0) succeeded_.erase(found);
    return true;
  }
  void on_targets_wanted() override {
    intake_.read([this] { run_.targets_ready(); });
  }
  /// A column that is not there, perhaps for its name, is no limit: that is said once.
  void mention_ungrouped(const target& subject) {
    const std::string& column = arguments_.run.group_column;
    if (column.empty() || ungrouped_mentioned_) return;
    const target_parameters* const row = subject.parameters();
    const std::string* const group = row ? row->column(column) : nullptr;
    if (group && !group->empty()) return;
    ungrouped_mentioned_ = true;
    say(fmt::format(
        "--group-by: {} has nothing in a column {}; such targets are in no group, and no group's "
        "limit holds for them",
        excerpt(text_of(subject)), excerpt(column)));
  }

  // The run with the scripts around it.
  static asio::awaitable<void> whole_run(task_command& self) {
    const run_arguments& arguments = self.arguments_;
    if (arguments.run.dry_run) {
      self.outputs_->watch(self.run_);
      self.summary_ = co_await self.run_.run();
      co_return;
    }
    if (!arguments.begin_command.empty()) {
      co_await self.run_script("--begin", arguments.begin_command, true);
      self.begin_failed_ = self.script_failed_;
    }
    if (!self.begin_failed_) {
      self.outputs_->watch(self.run_);
      self.summary_ = co_await self.run_.run();
      self.outputs_->stop_watching();
      self.outputs_->flush_all();
    }
    const bool in_order = !self.summary_.stopped_early && !self.session_.signals().pending();
    if (!arguments.end_command.empty() && in_order && !self.begin_failed_) {
      co_await self.run_script("--end", arguments.end_command, true);
    }
    // The last one is not stopped by the Ctrl-C that brought it about.
    if (!arguments.finally_command.empty()) {
      co_await self.run_script("--finally", arguments.finally_command, false);
    }
  }

  asio::awaitable<void> run_script(const char* option, const std::string& script, bool stoppable) {
    process_options options = arguments_.run.process;
    options.timeout = {};
    const std::uint64_t up = summary_.totals.of(status::up);
    options.environment.push_back(fmt::format("MUSTER_TARGETS={}", summary_.totals.total()));
    options.environment.push_back(fmt::format("MUSTER_UP={}", up));
    options.environment.push_back(fmt::format("MUSTER_NOT_UP={}", summary_.totals.total() - up));
    script_stoppable_ = stoppable;
    const process_result result = co_await script_.run(script, std::move(options));
    // Standard output is for the results of tasks.
    std::string said = result.output + result.errors;
    if (::isatty(STDERR_FILENO) == 1) {
      std::string shown;
      append_printable_lines(shown, said);
      said = std::move(shown);
    }
    show(said);
    if (result.status == status::up) co_return;
    script_failed_ = true;
    say(fmt::format("{}: the script did not succeed: {}", option,
                    result.reason == reason::exit_code_not_zero
                        ? fmt::format("exit code {}", result.exit_code)
                        : std::string{to_string(result.reason)}));
  }

  void announce_beginning() const {
    if (arguments_.quiet || !begins_log_ || arguments_.run.dry_run) return;
    say(fmt::format("--resume: there is no {} yet: all targets are run, and it is begun",
                    arguments_.resume_file));
  }

  void announce_limit() const {
    if (arguments_.quiet || in_flight_allowed_ >= arguments_.run.in_flight_max) return;
    say(fmt::format("{} {} at once at the most, as no more files can be open; raise ulimit -Hn",
                    in_flight_allowed_, in_flight_allowed_ == 1 ? "task" : "tasks"));
  }

  int conclude() const {
    return tell_end({arguments_, summary_, *outputs_, keeper_, session_.signals().pending(),
                     begin_failed_, script_failed_, session_.memory().used(), intake_.failed(),
                     intake_.refused()});
  }

  const run_arguments& arguments_;
  job_keeper* const keeper_;
  std::optional<logged_run> earlier_;  // without what succeeded in it
  const bool begins_log_;
  bool script_stoppable_ = false;  // by the first signal
  bool script_failed_ = false;
  std::size_t in_flight_allowed_ = 0;  // before anybody changes it
  bool begin_failed_ = false;
  bool ungrouped_mentioned_ = false;
  std::unordered_map<std::string, std::uint64_t> succeeded_;
  run_summary summary_;
  session session_{arguments_.run.run_deadline, [this] { run_.stop(reason::out_of_memory); }};
  target_intake intake_;
  orphan_reaping orphans_{session_.context()};
  command_run run_;
  script_run script_{session_.context()};
  run_control control_;
  std::optional<run_outputs> outputs_;
};

class run_command final : public command {
 public:
  const char* name() const override { return "run"; }
  const char* summary() const override {
    return "Run a command for each target, under the same limits";
  }
  void add_options(CLI::App& parser) override { add_run_options(parser, arguments_); }
  bool takes_rest() const override { return true; }
  std::span<const foreign_option> foreign_options() const override {
    return foreign_options_of_run();
  }
  void take_rest(words rest) override { arguments_.run.command = std::move(rest); }
  std::string parsed() override {
    unmark_bracketed_words(arguments_.targets);
    return {};
  }
  int run(const words& typed) override {
    if (!arguments_.detach) return run_tasks(arguments_);
    return say_why([&] { return start_job(arguments_, typed); });
  }
  const run_arguments& arguments() const { return arguments_; }

 private:
  run_arguments arguments_;
};

}  // namespace

std::unique_ptr<command> make_run_command() { return std::make_unique<run_command>(); }

run_arguments parse_run(const command::words& typed) {
  command_parser line;
  try {
    line.parse(typed);
  } catch (const CLI::ParseError& error) {
    throw usage_error{std::string{"this version of muster can't go on with it: "} + error.what()};
  }
  const auto* const run = dynamic_cast<const run_command*>(&line.chosen());
  if (!run) throw usage_error{"this version of muster can't go on with it: it is no run"};
  return run->arguments();
}

int run_tasks(const run_arguments& arguments, job_keeper* keeper) {
  raise_descriptor_limit();
  const auto run_all = [&] {
    if (std::string wrong = check_order(arguments); !wrong.empty()) throw usage_error{wrong};
    check_command(arguments);
    mention_idle_defaults(arguments);
    refuse_file_clashes(files_read(arguments),
                        {{"-o", arguments.output_files}, {"--joblog", {arguments.job_log}}});
    task_command tasks{arguments, keeper};
    return tasks.run();
  };
  return say_why(run_all, run_memory_text);
}

}  // namespace muster
