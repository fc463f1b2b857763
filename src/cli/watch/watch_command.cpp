#include "cli/watch/watch_command.hpp"

#include "cli/bracketed_words.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_clashes.hpp"
#include "cli/orphan_reaping.hpp"
#include "cli/output_paths.hpp"
#include "cli/say.hpp"
#include "cli/say_why.hpp"
#include "cli/session.hpp"
#include "cli/sweep_targets.hpp"
#include "cli/target_intake.hpp"
#include "cli/unkillable.hpp"
#include "cli/usage_error.hpp"
#include "cli/watch/watch_arguments.hpp"
#include "cli/watch/watch_outputs.hpp"
#include "core/duration_text.hpp"
#include "net/descriptor_limit.hpp"
#include "net/privileges.hpp"
#include "probe/kind.hpp"
#include "record/numbers.hpp"
#include "watch/check_maker.hpp"
#include "watch/news.hpp"
#include "watch/watch_config.hpp"
#include "watch/watch_engine.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr const char* lack_of_memory_text =
    "out of memory; --max-in-flight decides how much it takes";

std::string grouped(std::uint64_t number) {
  std::string text;
  append_grouped(text, number);
  return text;
}

std::string count_of(std::uint64_t number, const char* thing) {
  return fmt::format("{} {}{}", grouped(number), thing, number == 1 ? "" : "s");
}

/// Throws when something on the command line belongs into the configuration.
void refuse_options_beside(const std::string& configuration, const watch_arguments& arguments) {
  const auto refuse = [&](std::string_view what, std::string_view where) {
    throw usage_error{fmt::format("{} belong{} into {}, {}", what, what.ends_with('s') ? "" : "s",
                                  configuration, where)};
  };
  if (arguments.targets.size() > 1 || !arguments.input_files.empty()) {
    refuse("targets", "under checks: targets");
  }
  if (arguments.has_group_options) {
    refuse("what --every, --recheck, --rise and --fall say", "under checks or defaults");
  }
  if (!arguments.kind_options.empty()) {
    refuse(arguments.kind_options.front().name, "under probes");
  }
  if (!arguments.plan.common.implied()) refuse("what targets are asked", "under probes");
}

/// What is watched: the checks of a configuration, or those of the command line.
class checks_read {
 public:
  explicit checks_read(const watch_arguments& arguments)
      : arguments_{arguments}, configuration_{configuration_of(arguments)} {
    if (arguments.check_config && configuration_.empty()) {
      throw usage_error{"--check-config: name a configuration, FILE.yml"};
    }
    if (!configuration_.empty()) refuse_options_beside(configuration_, arguments);
  }

  /// All of them, and whom none is to ask. Throws usage_error when something is wrong with them,
  /// which has been said.
  void read(asio::io_context& context, watch_plan& into) const {
    check_maker maker;
    try {
      if (configuration_.empty()) {
        into.excludes = read_targets(context, maker);
      } else {
        into.excludes = read_configuration(maker);
      }
    } catch (const too_many_checks& many) {
      throw usage_error{many.what()};
    }
    into.checks = maker.take();
    if (into.checks.empty()) throw usage_error{"there is no target to watch"};
  }

 private:
  exclude_set read_configuration(check_maker& maker) const {
    const target_stream_options reading = stream_options_of(arguments_);
    read_config read = read_watch_config(configuration_);
    std::vector<config_problem> problems = maker.add(read.config, reading);
    problems.insert(problems.begin(), read.problems.begin(), read.problems.end());
    for (const config_problem& one : problems)
      say(one.text());
    if (problems.size() >= config_file::problems_max) say("what else is wrong is not told");
    if (!problems.empty()) throw usage_error{"nothing was watched"};
    refuse_to_write_over(read.config);
    return reading.excludes;
  }

  /// Throws usage_error when events would be written over what is watched.
  void refuse_to_write_over(const watch_config& config) const {
    std::vector<named_files> read{{"the configuration", {configuration_}}};
    for (const configured_checks& one : config.checks)
      read.push_back({"files", one.files});
    refuse_file_clashes(read, {{"-o", arguments_.output_files}});
  }

  exclude_set read_targets(asio::io_context& context, check_maker& maker) const {
    target_intake intake{context, arguments_, {"watch", "watched"}};
    bool is_refused = false;
    intake.open([&is_refused] { is_refused = true; });
    const auto group = std::make_shared<const check_group>(arguments_.group);
    const std::vector<check_maker::question> asked{
        {"", std::make_shared<const probe_plan>(arguments_.plan.common)}};
    using pull = target_stream::pull;
    target one;
    for (pull next; (next = intake.targets().next(one)) != pull::end && !is_refused;) {
      if (next == pull::target) {
        maker.add(one, asked, group);
        continue;
      }
      bool is_ready = false;
      intake.read([&is_ready] { is_ready = true; });
      while (!is_ready && context.run_one() > 0) {
      }
      context.restart();
    }
    if (is_refused) throw usage_error{"nothing was watched (--strict)"};
    return intake.targets().excludes();
  }

  const watch_arguments& arguments_;
  const std::string configuration_;
};

/// How many checks there are of each health.
class health_counts {
 public:
  explicit health_counts(std::size_t checks) { counts_[0] = checks; }

  void note(const check_state::change& change) {
    --counts_[static_cast<std::size_t>(change.from)];
    ++counts_[static_cast<std::size_t>(change.to)];
  }
  std::size_t of(health one) const { return counts_[static_cast<std::size_t>(one)]; }
  /// "250 up, 4 down"
  std::string text() const {
    std::string all;
    for (const health one : {health::up, health::degraded, health::down, health::unknown}) {
      if (of(one) == 0) continue;
      all += fmt::format("{}{} {}", all.empty() ? "" : ", ", grouped(of(one)), to_string(one));
    }
    return all;
  }

 private:
  std::array<std::size_t, 4> counts_{};
};

/// Everything that a watch consists of, in the order in which it may be taken apart.
class watch_run final : public watch_observer {
 public:
  explicit watch_run(const watch_arguments& arguments)
      : arguments_{arguments},
        checks_{arguments},
        session_{arguments.deadline, [this] { stop(reason::out_of_memory); }},
        outputs_{session_.delivered(), arguments, [this] { stop(reason::output_failed); }},
        world_{session_.context()} {}

  int run() {
    watch_plan plan = arguments_.plan;
    plan.run_deadline = arguments_.deadline;
    checks_.read(session_.context(), plan);
    const std::size_t count = plan.checks.size();
    counts_ = health_counts{count};
    news_.emplace(count);
    seen_.resize(count);
    engine_.emplace(session_.context(), world_, std::move(plan), *this);
    tell_idle_options();
    const auto interrupt = [this] { stop(reason::interrupted); };
    const bool has_plugins =
        asks([](probe_kind kind) { return description_of(kind).need() == scarce_need::process; });
    if (has_plugins) {
      orphans_.emplace(session_.context());
      engine_->on_unkillable(
          [](const target& subject, pid_t process) { say(explain_unkillable(subject, process)); });
      session_.signals().watch(interrupt, [this] { engine_->probes().kill(); });
    } else {
      session_.signals().watch(interrupt);
    }
    session_.begin();
    if (may_open_raw_sockets()) engine_->probes().open();
    drop_capabilities(has_plugins ? ends_others::yes : ends_others::no);
    const bool is_over = session_.run(engine_->run());
    outputs_.flush_all();
    if (!is_over) {
      say(lack_of_memory_text);
      return exit_code::cannot;
    }
    session_.rethrow();
    return conclude();
  }

 private:
  void stop(reason why) {
    if (engine_) engine_->stop(why);
  }

  /// Whether there is a check of such a kind.
  template <class Which>
  bool asks(Which is_meant) const {
    return std::ranges::any_of(engine_->plan().checks,
                               [&](const watch_check& one) { return is_meant(one.spec->kind()); });
  }

  void tell_idle_options() const {
    const auto has_probes = [this](probe_kind kind) {
      return asks([kind](probe_kind one) { return one == kind; });
    };
    for (const std::string& line : explain_idle(arguments_.kind_options, has_probes))
      say(line);
  }

  void on_check(const watch_event& event) override {
    const auto number = static_cast<std::size_t>(&event.check - engine_->plan().checks.data());
    if (event.change) counts_.note(*event.change);
    const bool is_news = news_->takes(number, event);
    if (is_news || arguments_.all) outputs_.write(event);
    if (seen_[number]) return;
    seen_[number] = true;
    if (++seen_count_ < seen_.size() || arguments_.quiet) return;
    announce(fmt::format("{}, each made once: {}", count_of(seen_count_, "check"), counts_.text()));
  }

  int conclude() {
    const bool interrupted = session_.signals().pending();
    if (outputs_.reader_gone() && !interrupted) return exit_code::output_gone;
    if (!arguments_.quiet) show(summary());
    if (const watch_sink* failed = outputs_.failed(); failed && !outputs_.reader_gone()) {
      say(explain_unwritten(*failed));
      return interrupted ? exit_code::interrupted : exit_code::cannot;
    }
    if (const std::string problem = engine_->probes().problem(); !problem.empty()) {
      say(problem);
      return exit_code::cannot;
    }
    if (session_.memory().used()) {
      say(lack_of_memory_text);
      return exit_code::cannot;
    }
    if (interrupted) return exit_code::interrupted;
    return counts_.of(health::up) == seen_.size() ? exit_code::all_up : exit_code::not_all_up;
  }

  std::string summary() const {
    const watch_figures now = engine_->figures();
    std::string text = fmt::format("{}: {}\n{} made", count_of(seen_.size(), "check"),
                                   counts_.text(), count_of(now.checks, "result"));
    if (now.skipped > 0)
      text += fmt::format(", {} skipped as the last was under way", grouped(now.skipped));
    if (now.missed > 0) text += fmt::format(", {} missed", grouped(now.missed));
    if (now.lag.count() > 0) {
      text += "; started ";
      append_milliseconds(text, now.lag.quantile(0.5));
      text += " ms after they were due, 99 % within ";
      append_milliseconds(text, now.lag.quantile(0.99));
      text += " ms";
    }
    return text + '\n';
  }

  const watch_arguments& arguments_;
  checks_read checks_;
  health_counts counts_{0};
  std::optional<news> news_;
  std::vector<bool> seen_;  // by check: whether it was made
  std::size_t seen_count_ = 0;
  session session_;
  watch_outputs outputs_;
  std::optional<orphan_reaping> orphans_;  // when there are plugins
  system_world world_;
  std::optional<watch_engine> engine_;
};

int check_configuration(const watch_arguments& arguments) {
  asio::io_context context;
  checks_read checks{arguments};
  watch_plan plan;
  checks.read(context, plan);
  show(fmt::format("{}: {}, nothing is wrong\n", configuration_of(arguments),
                   count_of(plan.checks.size(), "check")));
  return exit_code::all_up;
}

class watch_command final : public command {
 public:
  const char* name() const override { return "watch"; }
  const char* summary() const override {
    return "Check targets again and again, tell what changes";
  }
  void add_options(CLI::App& parser) override { add_watch_options(parser, arguments_); }
  bool takes_rest() const override { return true; }
  void take_rest(words rest) override { rest_ = std::move(rest); }
  std::string parsed() override {
    unmark_bracketed_words(arguments_.targets);
    arguments_.targets.insert(arguments_.targets.end(), rest_.begin(), rest_.end());
    using choice = address_choice;
    const choice addresses = arguments_.plan.probe.addresses;
    if (addresses == choice::each || addresses == choice::all) {
      return "--address: a check is of one address; first and any are possible";
    }
    return {};
  }
  int run(const words&) override {
    return say_why(
        [this] {
          if (arguments_.check_config) return check_configuration(arguments_);
          raise_descriptor_limit();
          refuse_file_clashes(files_read(arguments_), {{"-o", arguments_.output_files}});
          return watch_run{arguments_}.run();
        },
        lack_of_memory_text);
  }

 private:
  watch_arguments arguments_;
  words rest_;
};

}  // namespace

std::unique_ptr<command> make_watch_command() { return std::make_unique<watch_command>(); }

}  // namespace muster
