#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster::bench {

/// Several measurements of the same thing.
struct spread {
  double median = 0;
  double min = 0;
  double max = 0;
  /// Of at least one value.
  static spread of(std::vector<double> values);
};

/// What became of a contender in a scenario.
enum class verdict {
  good,          ///< Every result was there, and right.
  disqualified,  ///< Results were lost or wrong.
  failed,        ///< It could not do it; `why` says what stood in its way.
  absent,        ///< It is not installed.
};

/// One contender in one scenario.
struct row {
  std::string contender;
  std::string command;  ///< As it was run.
  verdict outcome = verdict::good;
  std::string why;
  std::uint64_t probes = 0;  ///< In each run.
  bool scaled = false;       ///< Fewer than the scenario has.
  unsigned runs = 0;
  std::uint64_t wrong = 0;  ///< In the worst run.
  std::uint64_t lost = 0;   ///< In the worst run.
  std::string statuses;     ///< How many ended as what, where results are told one by one.
  spread wall_s, user_s, system_s, cpu_s, memory_kib, threads, processes, switches, first_s, rate;
  /// Probes a second, as a share of the plain loop's in the same rounds.
  std::optional<spread> of_limit;

  bool measured() const { return runs > 0; }
  double cpu_us_per_probe() const {
    return probes > 0 ? cpu_s.median * 1e6 / static_cast<double>(probes) : 0;
  }
};

struct scenario_report {
  std::string name;
  std::string title;
  std::uint64_t probes = 0;
  std::vector<row> rows;

  const row* find(const std::string& contender) const;
};

/// One point of a growth curve.
struct growth_point {
  double x = 0;
  double cpu_us_per_probe = 0;
  double wall_s = 0;
  double memory_kib = 0;
  std::string why_not;  ///< Why there is no figure here; empty if there is.
};
struct growth_line {
  std::string contender;
  std::vector<growth_point> points;
};
struct growth_report {
  std::string name;
  std::string title;
  std::string x_title;
  std::vector<growth_line> lines;
};

/// A figure that is asked of muster, or one for comparison, of which nothing is asked.
struct figure {
  std::string what;
  std::string asked;  ///< Empty: nothing.
  std::string measured;
  bool met = false;
};

struct machine_report {
  std::string time;
  std::string kernel;
  std::string processor;
  unsigned cores = 0;
  std::string memory;
  std::vector<std::string> versions;
};

struct report {
  machine_report machine;
  std::vector<scenario_report> scenarios;
  std::vector<figure> figures;
  std::vector<growth_report> growth;
};

/// Who did better than the coroutine, and in what: time, CPU or memory for each probe, the first
/// result. Only where all rounds of the one were better, by a hundredth, than all rounds of the
/// other; the plain loop and those who were disqualified are left out. Empty if nobody did.
std::string ahead_of_muster(const scenario_report& one);
/// The same as a sentence, which also says when there is nothing to compare.
std::string about_ahead(const scenario_report& one);

/// A median, with the least and the greatest where they look different.
std::string range_text(const spread& of, std::string (*text)(double));

std::string text_of(const report& all);
std::string text_of(const scenario_report& one);
std::string text_of(const std::vector<figure>& figures);
std::string text_of(const growth_report& one);
std::string json_of(const report& all);
std::string markdown_of(const report& all);
/// A page that needs nothing but itself.
std::string html_of(const report& all);

/// Adds what is in a file that was written by `json_of`; of the machine, what is there last stays.
/// Throws std::runtime_error when it can't be read.
void add_json(report& all, const std::string& file);

}  // namespace muster::bench
