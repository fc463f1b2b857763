// Strategy: a run is an object that lives from the start of its process to the report of its end.
// Its output is taken apart as it comes, so that nothing else of it is kept.
#include "probe/exec/exec_runner.hpp"

#include "codec/plugin_output.hpp"
#include "core/parsed.hpp"
#include "probe/prober.hpp"
#include "process/interpreter.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <unistd.h>

namespace muster {
namespace {

constexpr std::string_view plugins = "/usr/lib/nagios/plugins";

/// Where a program is: plugins are not in PATH.
std::string path_of(program_paths& programs, const std::string& name) {
  if (!programs.find(name).path.empty()) return name;
  std::string plugin = fmt::format("{}/{}", plugins, name);
  return ::access(plugin.c_str(), X_OK) == 0 ? plugin : name;
}

/// What an exit code says about the target, by the convention of monitoring plugins.
outcome outcome_of(const process_result& ended) {
  if (ended.status == status::local_error || ended.status == status::timeout ||
      ended.status == status::cancelled) {
    return {ended.status, ended.reason};
  }
  if (ended.signal != 0) return {status::local_error, reason::killed_by_signal};
  switch (ended.exit_code) {
    case 0:
      return {status::up, reason::none};
    case 1:
      return {status::mismatch, reason::plugin_warning};
    case 2:
      return {status::mismatch, reason::plugin_critical};
    case 3:
      return {status::local_error, reason::plugin_unknown};
    default:
      return {status::local_error, reason::plugin_exit_code};
  }
}

}  // namespace

class exec_run final : public list_hook, private process_consumer {
 public:
  exec_run(exec_runner& owner, probe_request&& request, const std::string& command)
      : owner_{owner},
        request_{std::move(request)},
        command_{command},
        child_{owner.processes().make_child(*this)} {}

  void start(std::vector<std::string> arguments) {
    prober& shared = owner_.shared();
    const time_limit limit = shared.limit(request_.subject);
    process_options options;
    // 0 would be no limit.
    options.timeout = std::max(shared.time_left(limit), std::chrono::nanoseconds{1});
    options.grace = owner_.spec().grace;
    options.output_bytes_max = 0;
    child_->start(std::move(arguments), std::move(options));
  }
  void stop(reason why) { child_->stop(why); }
  void kill() { child_->kill(); }

 private:
  void on_output(process_stream stream, std::string_view bytes) override {
    (stream == process_stream::output ? output_ : errors_).feed(bytes);
  }
  void on_unkillable(pid_t process) override {
    owner_.shared().tell_unkillable(request_.subject, process);
  }
  void on_end(process_result&& ended) override {
    const std::unique_ptr<exec_run> own{this};
    unlink();
    probe_result result = prober::result_of(request_);
    const outcome what = outcome_of(ended);
    result.status = what.status;
    result.reason = what.reason;
    if (ended.started || !ended.detail.empty()) {
      // A plugin that could not look says nothing about the target, and so not how far it is.
      if (what.status == status::up || what.status == status::mismatch) result.rtt = ended.took;
      auto& details = result.details.emplace<exec_details>();
      details.command = command_;
      details.detail = std::move(ended.detail);
      details.exit_code = ended.exit_code;
      details.signal = ended.signal;
      details.said = output_.finish();
      if (details.said.line.empty()) details.said.line = errors_.finish().line;
    }
    owner_.shared().deliver(std::move(result));
  }

  exec_runner& owner_;
  probe_request request_;
  const std::string& command_;
  codec::plugin_output_reader output_;
  codec::plugin_output_reader errors_;
  std::unique_ptr<child> child_;
};

exec_runner::exec_runner(prober& shared, const exec_spec& spec) : shared_{shared}, spec_{spec} {
  if (spec.commands.empty()) return;
  processes_ = shared.world().open_processes();
  for (const std::vector<std::string>& words : spec.commands) {
    commands_.emplace_back(words, command_template_options{});
    const std::string& program = words.front();
    if (program.find('{') != program.npos) continue;
    const std::string name = path_of(processes_->programs(), program);
    const std::string path = processes_->programs().find(name).path;
    if (!path.empty() && ::access(path.c_str(), X_OK) == 0) {
      const auto fault = find_interpreter_fault(path, {});
      if (!fault) continue;
      throw std::invalid_argument{
          fmt::format("--exec: can't run {}: {}", excerpt(path), describe(*fault))};
    }
    const bool is_path = name.find('/') != name.npos;
    throw std::invalid_argument{
        is_path ? fmt::format("--exec: can't run {}; is it there, and executable?", name)
                : fmt::format("--exec: there is no {}, neither in PATH nor in {}; Debian's plugins "
                              "come with monitoring-plugins-basic",
                              program, plugins)};
  }
}

exec_runner::~exec_runner() {
  while (!running_.empty())
    delete &running_.pop_front();
}

void exec_runner::start(probe_request&& request) {
  const command_template& command = commands_.at(request.index);
  const std::span<const target> targets{&request.subject, 1};
  command_template::filled filled = command.fill(targets, request.sequence + 1);
  if (filled.wrong != reason::none) {
    probe_result result = prober::result_of(request);
    result.status = status::skipped;
    result.reason = filled.wrong;
    auto& details = result.details.emplace<exec_details>();
    details.command = command.text();
    details.detail = std::move(filled.what);
    return shared_.deliver(std::move(result));
  }
  filled.arguments.front() = path_of(processes_->programs(), filled.arguments.front());
  auto* const run = new exec_run{*this, std::move(request), command.text()};
  running_.push_back(*run);
  run->start(std::move(filled.arguments));  // may be its end already
}

void exec_runner::rest() {
  if (processes_) processes_->rest();
}

void exec_runner::kill() {
  running_.visit_once([](exec_run& run) { run.kill(); });
  if (processes_) processes_->kill_marked();
}

void exec_runner::stop(reason why) {
  running_.visit_once([why](exec_run& run) { run.stop(why); });  // may be its end
}

}  // namespace muster
