#pragma once

#include "contenders.hpp"
#include "figure_runs.hpp"
#include "report.hpp"
#include "work.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace muster::bench {

/// Where all figures are measured from.
struct bench_place {
  const toolbox& tools;
  bool small;
  std::vector<figure>& out;

  unsigned rounds(unsigned whole) const { return small ? 1 : whole; }
  std::string loop(const char* name) const { return tools.directory + "/limit_" + name; }
  std::string results() const { return tools.files + "/results.jsonl"; }

  figure_command sweep(std::vector<std::string> arguments, int exit_code = 0) const {
    std::vector<std::string> command{tools.muster, "sweep"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.emplace_back("-q");
    return {std::move(command), exit_code};
  }
  /// With results in a file, which are checked.
  figure_command recorded(std::vector<std::string> arguments, const char* status,
                          std::uint32_t count) const {
    arguments.insert(arguments.end(), {"-o", results()});
    auto one = sweep(std::move(arguments), std::string_view{status} == "up" ? 0 : 1);
    one.file = results();
    one.status = status;
    one.count = count;
    return one;
  }
  void add(std::string what, std::string asked, std::string measured, bool met) const {
    out.push_back({std::move(what), std::move(asked), std::move(measured), met});
  }
};

std::string ratio_text(double ratio, const spread& rounds);
/// The rate of `own` as a share of that of `other`, for so many targets each.
void add_rates(const bench_place& at, const std::string& what, const char* whom,
               const std::vector<run_cost>& other, const std::vector<run_cost>& own,
               std::uint32_t count, double asked);
/// Where the peer is not installed: nothing is measured, which is no failure of a trial.
void add_absent(const bench_place& at, const std::string& what, const char* whom, double asked);
work loopback_hosts(std::uint32_t first, std::uint32_t count);

// What is measured, each in one or several figures.
void icmp_rates(const bench_place& at);
void tcp_rates(const bench_place& at);
void http_rates(const bench_place& at);
void name_rates(const bench_place& at);
void truth(const bench_place& at);
void silence(const bench_place& at);
void million(const bench_place& at);
void interruption(const bench_place& at);
void block_memory(const bench_place& at);
void excluded_addresses(const bench_place& at);
void slash_8(const bench_place& at);
void tiny_tasks(const bench_place& at);
void flat_cost(const bench_place& at);
void starts(const bench_place& at);
void hosts_file_names(const bench_place& at);
void tiny_programs(const bench_place& at);
void sleeping_programs(const bench_place& at);
void writing_programs(const bench_place& at);
void large_outputs(const bench_place& at);

}  // namespace muster::bench
