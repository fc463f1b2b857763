#include "cli/jobs/jobs_command.hpp"

#include "cli/exit_code.hpp"
#include "cli/jobs/detached_job.hpp"
#include "cli/jobs/job_watch.hpp"
#include "cli/jobs/jobs_arguments.hpp"
#include "cli/jobs/jobs_table.hpp"
#include "cli/run/run_command.hpp"
#include "cli/say.hpp"
#include "cli/say_why.hpp"
#include "cli/sweep/outputs.hpp"
#include "cli/usage_error.hpp"
#include "core/parsed.hpp"
#include "muster/task_sink.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include <unistd.h>

namespace muster {
namespace {

constexpr std::size_t results_bytes_max = 1024 * 1024;

[[noreturn]] void refuse_unknown(const std::string& name) {
  throw usage_error{
      fmt::format("there is no job '{}'; muster jobs says which there are", excerpt(name))};
}

/// The jobs that are named, all of which there are; or all there are.
std::vector<std::string> chosen(const job_directory& jobs, const jobs_arguments& arguments) {
  if (arguments.names.empty()) return jobs.names();
  for (const std::string& name : arguments.names) {
    if (!job_directory::is_name(name) || !jobs.has(name)) refuse_unknown(name);
  }
  return arguments.names;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

int list(const job_directory& jobs, const jobs_arguments& arguments) {
  std::vector<job_view> views;
  for (const std::string& name : jobs.names())
    views.push_back(view_of(jobs, name));
  if (views.empty() && !arguments.json) {
    say("there are no jobs; muster run --detach --name NAME makes one");
  }
  print(arguments.json ? render_jobs_json(views)
                       : render_jobs(views, std::chrono::system_clock::now()));
  const bool damaged = std::any_of(views.begin(), views.end(),
                                   [](const job_view& one) { return !one.problem.empty(); });
  return damaged ? exit_code::cannot : exit_code::all_up;
}

// ---- wait

/// The exit code of a job that does not run.
int code_of(const job_view& view) {
  if (!view.problem.empty()) say(view.problem);
  if (view.state.word == "lost") {
    say(fmt::format("{} is lost: {}; muster jobs resume {} runs the rest", view.name,
                    view.state.problem, view.name));
  } else if (!view.state.problem.empty()) {
    say(fmt::format("{}: {}; muster jobs resume {} runs what is missing", view.name,
                    view.state.problem, view.name));
  }
  return view.state.exit_code.value_or(exit_code::cannot);
}

int wait(const job_directory& jobs, const jobs_arguments& arguments) {
  const std::vector<std::string> names = chosen(jobs, arguments);
  std::optional<std::chrono::steady_clock::time_point> until;
  if (arguments.timeout) until = std::chrono::steady_clock::now() + *arguments.timeout;
  const std::vector<std::string> ended =
      wait_for_jobs(jobs, names, arguments.any ? 1 : names.size(), until);
  if (arguments.any && !ended.empty()) print(ended.front() + '\n');
  if (ended.size() < (arguments.any ? std::min<std::size_t>(1, names.size()) : names.size())) {
    say(fmt::format("time is up: {} of {} jobs still run", names.size() - ended.size(),
                    names.size()));
    return exit_code::time_up;
  }
  int code = exit_code::all_up;
  for (const std::string& name : ended) {
    const int own = code_of(view_of(jobs, name));
    if (code == exit_code::all_up) code = own;
  }
  return code;
}

// ---- receive

/// Writes results to standard output and standard error.
class receiver {
 public:
  explicit receiver(const jobs_arguments& arguments) : errors_{STDERR_FILENO, false} {
    task_format format;
    format.parse_json = arguments.parse_json;
    format.terminal = ::isatty(STDOUT_FILENO) == 1;
    format.errors_terminal = ::isatty(STDERR_FILENO) == 1;
    format.rest_of_output = [this](const task_result&, process_stream stream,
                                   const job_store::taker& take) {
      store_->read_rest(number_, stream, take);
    };
    sink_ = make_task_sink(arguments.csv    ? output_format::csv
                           : arguments.json ? output_format::jsonl
                                            : output_format::text,
                           output_file{STDOUT_FILENO, false}, &errors_, "standard output", format);
  }

  /// The exit code when they can't be written, else 0; and only what was written is forgotten.
  int receive(job_store& store, bool keep, bool in_order) {
    if (in_order) {
      const std::vector<std::int64_t> numbers = store.numbers_in_order();
      for (std::span<const std::int64_t> left{numbers}; !left.empty();) {
        const auto results = store.results(left, results_bytes_max);
        if (const int code = print(store, results, keep)) return code;
      }
      return exit_code::all_up;
    }
    for (std::int64_t last = 0;;) {
      const auto results = store.results(last, results_bytes_max);
      if (results.empty()) return exit_code::all_up;
      if (const int code = print(store, results, keep)) return code;
      last = results.back().number;
    }
  }

 private:
  int print(job_store& store, const std::vector<job_store::kept_result>& results, bool keep) {
    store_ = &store;
    for (const auto& one : results) {
      number_ = one.number;
      sink_->write(one.result);
    }
    sink_->flush();
    errors_.flush();
    if (sink_->error() == std::errc::broken_pipe) return exit_code::output_gone;
    const std::error_code failed = sink_->error() ? sink_->error() : errors_.error();
    if (failed) {
      say(fmt::format("can't write {}: {}; the results are kept",
                      sink_->error() ? sink_->name() : "standard error", failed.message()));
      return exit_code::cannot;
    }
    if (!keep) store.forget(results);
    return exit_code::all_up;
  }

  output_file errors_;
  std::unique_ptr<task_sink> sink_;
  job_store* store_ = nullptr;  // of the result that is being written
  std::int64_t number_ = 0;     // of that result
};

/// Whether the job was asked to keep the order of its targets.
bool is_ordered(job_store& store) {
  try {
    return parse_run(store.description().arguments).run.ordered;
  } catch (const usage_error&) {
    return false;  // of a version that had other options
  }
}

int receive(const job_directory& jobs, const jobs_arguments& arguments) {
  receiver out{arguments};
  for (const std::string& name : chosen(jobs, arguments)) {
    std::optional<job_lock> taking;
    if (!arguments.keep && !(taking = jobs.try_lock_results(name))) {
      throw usage_error{fmt::format(
          "the results of {} are just being received by another; --keep shows them all the same",
          name)};
    }
    job_store store = arguments.keep ? job_store::look_at(jobs.database_of(name))
                                     : job_store::open(jobs.database_of(name));
    const bool in_order = is_ordered(store);
    if (const int code = out.receive(store, arguments.keep, in_order)) return code;
  }
  return exit_code::all_up;
}

// ---- stop, remove, resume

int stop(const job_directory& jobs, const jobs_arguments& arguments) {
  const std::vector<std::string> names = chosen(jobs, arguments);
  for (const std::string& name : names) {
    if (!stop_job(jobs, name)) say(name + " is not running");
  }
  wait_for_jobs(jobs, names, names.size(), std::nullopt);
  return exit_code::all_up;
}

int remove(const job_directory& jobs, const jobs_arguments& arguments) {
  for (const std::string& name : arguments.names) {
    // What is left of a job that never came to be can be removed, too.
    if (!job_directory::is_name(name) || !jobs.has_files(name)) refuse_unknown(name);
    const bool is_job = jobs.has(name);
    if (is_job && arguments.force && stop_job(jobs, name)) {
      wait_for_jobs(jobs, {name}, 1, std::nullopt);
    }
    const std::optional<job_lock> lock = jobs.try_lock(name);
    if (!lock && !is_job) {
      throw usage_error{fmt::format("{} is just being started; remove it when it runs", name)};
    }
    if (!lock) {
      throw usage_error{fmt::format(
          "{} runs: stop it first (muster jobs stop {}), or remove it with --force", name, name)};
    }
    jobs.remove(name);
  }
  return exit_code::all_up;
}

int resume(const job_directory& jobs, const jobs_arguments& arguments) {
  int code = exit_code::all_up;
  for (const std::string& name : chosen(jobs, arguments)) {
    const int own = resume_job(jobs, name);
    if (code == exit_code::all_up) code = own;
  }
  return code;
}

int run_verb(const jobs_arguments& arguments) {
  const job_directory jobs = jobs_at(arguments.state_directory);
  jobs.check();
  switch (arguments.verb) {
    case jobs_verb::list:
      return list(jobs, arguments);
    case jobs_verb::wait:
      return wait(jobs, arguments);
    case jobs_verb::receive:
      return receive(jobs, arguments);
    case jobs_verb::stop:
      return stop(jobs, arguments);
    case jobs_verb::remove:
      return remove(jobs, arguments);
    case jobs_verb::resume:
      return resume(jobs, arguments);
  }
  return exit_code::bug;
}

class jobs_command final : public command {
 public:
  const char* name() const override { return "jobs"; }
  const char* summary() const override {
    return "Runs that go on by themselves: their state, results";
  }
  void add_options(CLI::App& parser) override { add_jobs_options(parser, arguments_); }
  int run(const words&) override {
    return say_why([this] {
      try {
        return run_verb(arguments_);
      } catch (const store_error& error) {
        if (!error.damaged()) throw;
        say(error.what() + std::string{"; muster jobs remove NAME removes such a job"});
        return exit_code::cannot;
      }
    });
  }

 private:
  jobs_arguments arguments_;
};

}  // namespace

std::unique_ptr<command> make_jobs_command() { return std::make_unique<jobs_command>(); }

}  // namespace muster
