#include "rounds.hpp"

#include "support/process.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace muster::bench {
namespace {

constexpr std::uint32_t warm_up_targets_max = 64;
constexpr std::chrono::milliseconds warm_up_timeout{200};

struct single_run {
  run_cost cost;
  std::uint64_t probes = 0;
  std::uint64_t wrong = 0;
  std::uint64_t lost = 0;
  std::string first_wrong;
  std::string statuses;
};

std::string status_counts(const tally& results) {
  std::string out;
  for (const auto& [word, count] : results.words())
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, word);
  return out;
}

single_run run_once(const toolbox& tools, const contender& who, const work& wanted,
                    std::vector<std::string> command) {
  tally results{wanted};
  run_request request{std::move(command)};
  if (wanted.arrival.count() > 0) {
    request.between_lines = wanted.arrival;
    for (std::uint32_t i = 0; i < wanted.targets.size(); ++i)
      request.lines.push_back(wanted.targets.text(i));
  }
  single_run out;
  out.cost = measured_run(tools.directory + "/measure", request,
                          [&](std::string_view line) { who.read(wanted, &line, results); });
  who.read(wanted, nullptr, results);
  out.probes = who.counts_itself ? results.right() : wanted.targets.size();
  out.wrong = results.wrong();
  out.lost = who.counts_itself ? 0 : results.lost();
  out.first_wrong = results.first_wrong();
  // Who only counts has no first result.
  if (results.words().empty()) out.cost.first_s = -1;
  out.statuses = status_counts(results);
  return out;
}

/// One contender's part in the rounds.
class contest {
 public:
  contest(const toolbox& tools, const work& whole, participant who)
      : tools_{tools}, who_{std::move(who)}, work_{whole} {
    if (who_.targets > 0 && who_.targets < whole.targets.size()) {
      work_.targets = whole.targets.first(who_.targets);
      work_.live = std::min(work_.live, who_.targets);
      out_.scaled = true;
    }
    out_.contender = who_.who.name;
    out_.probes = work_.targets.size();
    out_.outcome = is_there(*who_.who.who) ? verdict::good : verdict::absent;
    if (out_.outcome == verdict::absent) {
      out_.why = fmt::format("{} is not installed", who_.who.who->program);
    }
  }

  void warm_up();
  void take_turn(const rounds_options& options);
  row result() const;
  const std::vector<single_run>& runs() const { return runs_; }

 private:
  void judge(const single_run& run);
  spread over(double (*value)(const single_run&)) const;

  const toolbox& tools_;
  participant who_;
  work work_;
  row out_;
  double seconds_used_ = 0;
  std::vector<single_run> runs_;
};

void contest::warm_up() {
  if (out_.outcome != verdict::good) return;
  work little = work_;
  little.targets = work_.targets.first(warm_up_targets_max);
  little.live = std::min(work_.live, little.targets.size());
  little.timeout = std::min(work_.timeout, warm_up_timeout);
  little.arrival = std::min<std::chrono::microseconds>(work_.arrival, warm_up_timeout / 100);
  if (auto command = who_.who.who->command(tools_, little, who_.who.width)) {
    run_once(tools_, *who_.who.who, little, *std::move(command));
  }
}

void contest::judge(const single_run& run) {
  out_.wrong = std::max(out_.wrong, run.wrong);
  out_.lost = std::max(out_.lost, run.lost);
  out_.statuses = run.statuses;
  // Who names only those that are up, and broke off, has named nobody wrongly.
  const bool broke_off = run.cost.exit_code > who_.who.who->fine_exit_code_max;
  if (run.wrong == 0 && run.lost == 0 && !run.cost.timed_out && !broke_off) return;
  if (run.cost.timed_out) {
    out_.outcome = verdict::failed;
    out_.why = fmt::format("not done after {:.0f} s", run.cost.wall_s);
  } else if (broke_off && run.wrong == 0) {
    out_.outcome = verdict::failed;
    out_.why = run.cost.complaint.empty() ? fmt::format("it ended with code {}", run.cost.exit_code)
                                          : run.cost.complaint;
  } else {
    out_.outcome = verdict::disqualified;
    out_.why = fmt::format("{} results lost, {} wrong", run.lost, run.wrong);
    if (!run.first_wrong.empty()) out_.why += fmt::format(" (first: {})", run.first_wrong);
  }
}

void contest::take_turn(const rounds_options& options) {
  if (out_.outcome != verdict::good || seconds_used_ > options.seconds_max) return;
  auto command = who_.who.who->command(tools_, work_, who_.who.width);
  if (!command) {
    out_.outcome = verdict::failed;
    out_.why = "this is not what it does";
    return;
  }
  out_.command = fmt::format("{}", fmt::join(*command, " "));
  runs_.push_back(run_once(tools_, *who_.who.who, work_, *std::move(command)));
  seconds_used_ += runs_.back().cost.wall_s;
  judge(runs_.back());
}

spread contest::over(double (*value)(const single_run&)) const {
  std::vector<double> values;
  for (const auto& run : runs_)
    values.push_back(value(run));
  return spread::of(std::move(values));
}

double rate_of(const single_run& run) {
  return run.cost.wall_s > 0 ? static_cast<double>(run.probes) / run.cost.wall_s : 0;
}

row contest::result() const {
  row out = out_;
  out.runs = static_cast<unsigned>(runs_.size());
  if (runs_.empty()) return out;
  out.probes = runs_.back().probes;
  out.wall_s = over([](const single_run& run) { return run.cost.wall_s; });
  out.user_s = over([](const single_run& run) { return run.cost.user_s; });
  out.system_s = over([](const single_run& run) { return run.cost.system_s; });
  out.cpu_s = over([](const single_run& run) { return run.cost.cpu_s(); });
  out.memory_kib = over([](const single_run& run) { return run.cost.memory_kib; });
  out.threads = over([](const single_run& run) { return run.cost.threads; });
  out.processes = over([](const single_run& run) { return run.cost.processes; });
  out.switches = over([](const single_run& run) { return run.cost.switches; });
  out.first_s = over([](const single_run& run) { return run.cost.first_s; });
  out.rate = over(rate_of);
  return out;
}

/// Each contender's rate as a share of the plain loop's, round by round.
void relate_to_limit(const std::vector<contest>& contests, scenario_report& out) {
  const auto limit = std::find_if(out.rows.begin(), out.rows.end(),
                                  [](const row& one) { return one.contender == "limit"; });
  if (limit == out.rows.end() || limit->outcome != verdict::good) return;
  const auto& limit_runs = contests[static_cast<std::size_t>(limit - out.rows.begin())].runs();
  for (std::size_t i = 0; i < contests.size(); ++i) {
    std::vector<double> shares;
    const auto& runs = contests[i].runs();
    for (std::size_t at = 0; at < std::min(runs.size(), limit_runs.size()); ++at)
      shares.push_back(rate_of(runs[at]) / rate_of(limit_runs[at]));
    if (!shares.empty()) out.rows[i].of_limit = spread::of(std::move(shares));
  }
}

}  // namespace

spread spread::of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto half = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

const row* scenario_report::find(const std::string& contender) const {
  for (const auto& one : rows) {
    if (one.contender == contender) return &one;
  }
  return nullptr;
}

bool is_there(const contender& who) { return !who.program || test::has_program(who.program); }

scenario_report compete(const toolbox& tools, const work& whole,
                        const std::vector<participant>& participants,
                        const rounds_options& options) {
  std::vector<contest> contests;
  contests.reserve(participants.size());
  for (const auto& one : participants)
    contests.emplace_back(tools, whole, one);
  if (options.warm_up) {
    for (auto& one : contests)
      one.warm_up();
  }
  for (unsigned round = 1; round <= options.rounds; ++round) {
    if (options.say) options.say(fmt::format("round {} of {}", round, options.rounds));
    for (auto& one : contests)
      one.take_turn(options);
  }
  scenario_report out;
  out.probes = whole.targets.size();
  for (const auto& one : contests)
    out.rows.push_back(one.result());
  // Where somebody is silent, the loop is done when it has sent.
  const bool all_answer = whole.rest != "timeout" || whole.live == whole.targets.size();
  if (all_answer) relate_to_limit(contests, out);
  return out;
}

}  // namespace muster::bench
