#include "cli/sweep/sweep_command.hpp"

#include "cli/bracketed_words.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_clashes.hpp"
#include "cli/foreign_options.hpp"
#include "cli/orphan_reaping.hpp"
#include "cli/output_paths.hpp"
#include "cli/say.hpp"
#include "cli/say_why.hpp"
#include "cli/session.hpp"
#include "cli/sweep/checkpointing.hpp"
#include "cli/sweep/command_description.hpp"
#include "cli/sweep/outputs.hpp"
#include "cli/sweep/stray_arguments.hpp"
#include "cli/sweep/summary_file.hpp"
#include "cli/sweep/sweep_arguments.hpp"
#include "cli/sweep_targets.hpp"
#include "cli/target_arguments.hpp"
#include "cli/target_intake.hpp"
#include "cli/unkillable.hpp"
#include "cli/usage_error.hpp"
#include "command/shell_words.hpp"
#include "core/duration_text.hpp"
#include "engine/silent_time.hpp"
#include "net/descriptor_limit.hpp"
#include "net/privileges.hpp"
#include "probe/kind.hpp"
#include "probe/plan_slots.hpp"
#include "sink/summary.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <system_error>

#include <asio/awaitable.hpp>
#include <fmt/format.h>

#include <unistd.h>

namespace muster {
namespace {

// A run that may take longer than this is announced with the time that it may take.
constexpr std::chrono::seconds unannounced_max{10};
constexpr const char* no_memory_text =
    "out of memory; --max-in-flight, --dedupe and --randomize decide how much it takes";

/// The seed of an earlier run that is gone on with, or else a fresh one, short enough to be typed.
std::uint64_t choose_seed(const sweep_arguments& arguments) {
  if (const auto earlier = seed_of_earlier_run(arguments)) return *earlier;
  return std::random_device{}();
}

void refuse_clashes(const sweep_arguments& arguments) {
  std::vector<named_files> read = files_read(arguments);
  // A checkpoint may well be gone on with in its own place.
  if (arguments.resume_file != arguments.checkpoint_file) {
    read.push_back({"--resume", {arguments.resume_file}});
  }
  const bool to_output = arguments.summary_file == "-";
  refuse_file_clashes(read, {{"--checkpoint", {arguments.checkpoint_file}},
                             {"-o", arguments.output_files},
                             {"--summary", {to_output ? "" : arguments.summary_file}}});
}

constexpr std::size_t command_bytes_max = 4096;

/// The command line, such that a shell would read the same words.
std::string command_text(const command::words& typed) {
  std::string text = "muster";
  for (const std::string& one : typed) {
    if (text.size() >= command_bytes_max) break;
    text += ' ';
    append_shell_word(text, one);
  }
  return text;
}

/// Everything that a run consists of, in the order in which it may be taken apart.
class sweep_run {
 public:
  explicit sweep_run(const sweep_arguments& arguments)
      : arguments_{arguments},
        earlier_{read_earlier_run(arguments)},
        session_{arguments.sweep.run_deadline, [this] { sweep_.stop(reason::out_of_memory); }},
        intake_{session_.context(), arguments, {"sweep", "probed"}},
        outputs_{session_.delivered(), arguments, earlier_},
        checkpoints_{session_.context(), arguments, outputs_, earlier_},
        sweep_{session_.context(), options(), intake_.targets(),
               [this](const probe_result& result) {
                 outputs_.write(result);
                 checkpoints_.note(result);
               }} {}

  int run() {
    intake_.open([this] { sweep_.stop(reason::bad_target); });
    sweep_.on_targets_wanted([this] { intake_.read([this] { sweep_.targets_ready(); }); });
    sweep_.on_unasked(
        [this](std::uint64_t begin, std::uint64_t end, std::optional<std::uint64_t> cause) {
          checkpoints_.note_unasked(begin, end, cause);
        });
    sweep_.on_stopping([this] { checkpoints_.seal(); });
    const auto stop = [this] { sweep_.stop(reason::interrupted); };
    const bool has_plugins = needs(arguments_.sweep.plan, scarce_need::process);
    if (has_plugins) {
      orphans_.emplace(session_.context());
      sweep_.on_unkillable(
          [](const target& subject, pid_t process) { say(explain_unkillable(subject, process)); });
      session_.signals().watch(stop, [this] { sweep_.kill(); });
    } else {
      session_.signals().watch(stop);
    }
    session_.begin();
    if (may_open_raw_sockets()) sweep_.open_icmp();
    // A plugin may have become another user by the time that it is to be ended.
    drop_capabilities(has_plugins ? ends_others::yes : ends_others::no);
    checkpoints_.begin();  // with the rights that later ones will have
    announce_time();
    outputs_.watch(sweep_);
    const bool is_over = session_.run(whole_sweep(*this));
    outputs_.stop_watching();
    outputs_.flush_all();
    if (!is_over) return explain_lost();
    session_.rethrow();
    checkpoints_.finish();
    try {
      outputs_.finish(summary_);
    } catch (const std::bad_alloc&) {
      session_.memory().release();  // a page did not fit, which is the last thing that is written
    }
    return conclude();
  }

  /// What it came to; nullptr when it could not be brought to its end.
  const sweep_summary* summary() const { return is_finished_ ? &summary_ : nullptr; }

 private:
  /// The exit status, and what is to be said of it.
  struct verdict {
    int code;
    std::string said;
  };

  static asio::awaitable<void> whole_sweep(sweep_run& self) {
    self.summary_ = co_await self.sweep_.run();
    self.is_finished_ = true;
  }

  sweep_options options() const {
    sweep_options options = arguments_.sweep;
    if (earlier_) options.before = {earlier_->done, earlier_->up_targets};
    return options;
  }

  void announce_time() const {
    if (earlier_ && arguments_.quiet < 2) {
      const std::uint64_t done = earlier_->reported;
      announce(fmt::format("{} {} done before", done, done == 1 ? "probe was" : "probes were"));
    }
    const auto targets = intake_.targets().size();
    if (!targets || arguments_.quiet > 0) return;
    const std::size_t each =
        plan_slots{arguments_.sweep.plan, arguments_.sweep.alive_first}.size() *
        (arguments_.sweep.probe.addresses == address_choice::each ? resolver::addresses_max : 1);
    const std::uint64_t done = earlier_ ? earlier_->done.size() / each : 0;
    const auto longest = silent_time(arguments_.sweep, *targets - std::min(done, *targets));
    if (arguments_.sweep.retries == 0 && longest <= unannounced_max) return;
    // What is longer than nanoseconds can count is long enough.
    const auto shown = std::min<std::chrono::duration<double>>(longest, std::chrono::years{100});
    announce(
        fmt::format("this takes up to {} if nothing answers",
                    duration_text(std::chrono::duration_cast<std::chrono::nanoseconds>(shown))));
  }

  int explain_lost() {
    const sweep_progress now = sweep_.progress();
    say(fmt::format("{}; of {} probes that were asked for, {} have no record", no_memory_text,
                    now.asked, now.asked - now.totals->total()));
    return exit_code::cannot;
  }

  int conclude() {
    // A Ctrl-C that ended the reader of the pipe first is one all the same.
    if (outputs_.reader_gone() && session_.signals().pending()) {
      summary_.stop_reason = reason::interrupted;
    }
    const verdict end = judge();
    if (end.code != exit_code::output_gone && (arguments_.quiet < 2 || is_wrong(end.code))) {
      print_summary();
    }
    if (!end.said.empty()) say(end.said);
    tell_idle_options();
    return end.code;
  }

  void print_summary() const {
    const bool colour = wants_colour(STDERR_FILENO);
    std::string text = outputs_.alarms() + outputs_.render_pictures(summary_) +
                       render_summary(summary_, outputs_.hidden(), colour);
    if (arguments_.randomize) {
      text += fmt::format("random order: --seed {} gives it again\n", arguments_.seed.value_or(0));
    }
    if (const std::string mode = sweep_.icmp_mode(); !mode.empty()) text += mode + '\n';
    show(text);
  }

  /// What an earlier part of the run had is not known.
  void tell_idle_options() const {
    if (summary_.asked == 0 || earlier_ || arguments_.quiet > 1) return;
    const auto has_probes = [this](probe_kind kind) {
      return std::ranges::any_of(all_statuses,
                                 [&](status one) { return summary_.totals.of(kind, one) > 0; }) ||
             std::ranges::any_of(arguments_.sweep.plan.then, [kind](const probe_plan& later) {
               return later.of(kind).size() > 0;  // a stage that nothing came to
             });
    };
    for (const std::string& line : explain_idle(arguments_.kind_options, has_probes))
      say(line);
  }

  /// Whether an end with this exit status is one that somebody should hear of: that members of a
  /// block are silent is no fault.
  bool is_wrong(int code) const {
    if (code != exit_code::not_all_up) return code != exit_code::all_up;
    const bool was_alarming = earlier_ && earlier_->alarming > 0;
    return outputs_.alarming() > 0 || was_alarming || summary_.bad_targets > 0 ||
           summary_.stopped_early || arguments_.sweep.min_up > 0;
  }

  verdict judge() const {
    if (summary_.asked != summary_.totals.total()) {
      return {
          exit_code::bug,
          fmt::format("a bug: {} probes were asked for, but {} are accounted for; please report "
                      "it",
                      summary_.asked, summary_.totals.total())};
    }
    // A Ctrl-C ends the reader at the other end of the pipe as well.
    const bool interrupted =
        summary_.stop_reason == reason::interrupted || session_.signals().pending();
    if (outputs_.reader_gone() && !interrupted) return {exit_code::output_gone, {}};
    if (const sink* failed = outputs_.failed(); failed && !outputs_.reader_gone()) {
      return {interrupted ? exit_code::interrupted : exit_code::cannot, explain_unwritten(*failed)};
    }
    if (!sweep_.problem().empty()) return {exit_code::cannot, sweep_.problem()};
    if (session_.memory().used() || summary_.stop_reason == reason::out_of_memory) {
      return {exit_code::cannot, no_memory_text};
    }
    if (intake_.failed()) return {exit_code::cannot, {}};
    if (intake_.refused()) return {exit_code::usage, {}};
    if (arguments_.sweep.min_up > 0 && summary_.targets_up >= arguments_.sweep.min_up) {
      return {exit_code::all_up, {}};
    }
    if (interrupted) return {exit_code::interrupted, {}};
    const std::uint64_t not_up_before = earlier_ ? earlier_->not_up : 0;
    if (summary_.asked == 0 && !(earlier_ && !earlier_->done.empty())) {
      return {exit_code::usage,
              summary_.bad_targets == 0 ? "there was no target to probe" : std::string{}};
    }
    const bool all_up = summary_.totals.of(status::up) == summary_.asked && not_up_before == 0 &&
                        summary_.bad_targets == 0 && !summary_.stopped_early &&
                        arguments_.sweep.min_up == 0;
    return {all_up ? exit_code::all_up : exit_code::not_all_up, {}};
  }

  const sweep_arguments& arguments_;
  const std::optional<checkpoint_record> earlier_;
  bool is_finished_ = false;
  sweep_summary summary_;
  session session_;
  target_intake intake_;
  outputs outputs_;
  checkpointing checkpoints_;
  std::optional<orphan_reaping> orphans_;  // when there are plugins
  sweep sweep_;
};

/// Runs all of it.
int sweep_all(const sweep_arguments& arguments, summary_file& record) {
  if (std::string wrong = check_order(arguments); !wrong.empty()) throw usage_error{wrong};
  if (arguments.randomize && !arguments.checkpoint_file.empty() &&
      reads_standard_input(arguments)) {
    throw usage_error{
        "--checkpoint: standard input in random order can't be gone on with; use -iL FILE"};
  }
  sweep_arguments complete = arguments;
  if (arguments.randomize && !arguments.seed) complete.seed = choose_seed(arguments);
  refuse_clashes(complete);
  record.open(complete);
  sweep_run run{complete};
  const int code = run.run();
  if (const sweep_summary* summary = run.summary()) record.note(*summary);
  return code;
}

class sweep_command final : public command {
 public:
  const char* name() const override { return "sweep"; }
  const char* summary() const override {
    return "Probe each target once, stream the results, summarise";
  }
  void add_options(CLI::App& parser) override { add_sweep_options(parser, arguments_); }
  bool takes_rest() const override { return true; }
  std::span<const foreign_option> foreign_options() const override {
    return foreign_options_of_sweep();
  }
  std::string check(const CLI::App& parser, const words& typed) const override {
    return explain_disguised_option(parser, typed);
  }
  void take_rest(words rest) override { rest_ = std::move(rest); }
  std::string parsed() override {
    auto& targets = arguments_.targets;
    unmark_bracketed_words(targets);
    if (std::string wrong = explain_stray_argument(targets); !wrong.empty()) return wrong;
    targets.insert(targets.end(), rest_.begin(), rest_.end());
    return {};
  }
  int run(const words& typed) override {
    arguments_.command = command_text(typed);
    raise_descriptor_limit();
    summary_file record;
    return record.write(say_why([&] { return sweep_all(arguments_, record); }, no_memory_text));
  }

 private:
  sweep_arguments arguments_;
  words rest_;
};

}  // namespace

std::unique_ptr<command> make_sweep_command() { return std::make_unique<sweep_command>(); }

}  // namespace muster
