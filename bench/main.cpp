// muster-bench: the same work, done by everybody in turn. See docs/benchmarks.md.
#include "figures.hpp"
#include "growth.hpp"
#include "machine.hpp"
#include "network.hpp"
#include "numbers_text.hpp"
#include "options.hpp"
#include "rounds.hpp"
#include "runners.hpp"
#include "serve_late.hpp"
#include "support/loopback.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

#include <sys/resource.h>

namespace {

using namespace muster::bench;

void raise_open_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

void list_everything() {
  fmt::print("Scenarios\n");
  for (const auto& one : all_scenarios())
    fmt::print("  {:<14} {}\n", one.name, one.title);
  fmt::print("\nRunners and peers\n");
  for (const auto& one : all_contenders()) {
    const auto name = fmt::format("{}{}", one.name, one.width ? ":N" : "");
    fmt::print("  {:<14} {}{}\n", name, one.about,
               is_there(one) ? "" : fmt::format(" (absent: {} is not installed)", one.program));
  }
}

toolbox tools_beside(const bench_options& options, const std::string& files) {
  toolbox out;
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  out.bench = self.string();
  out.directory = self.parent_path().string();
  out.muster = options.muster.empty() ? out.directory + "/muster"
                                      : std::filesystem::absolute(options.muster).string();
  out.files = files;
  for (const auto& program :
       {out.muster, out.directory + "/measure", out.directory + "/limit_icmp"}) {
    if (!std::filesystem::exists(program)) {
      throw std::runtime_error{program + " is missing; build it first: cmake --build"};
    }
  }
  return out;
}

rounds_options rounds_of(const bench_options& options, unsigned rounds, const std::string& name) {
  rounds_options out;
  out.rounds = options.rounds > 0 ? options.rounds : rounds;
  out.warm_up = !options.small;
  out.say = [name](const std::string& what) {
    fmt::print(stderr, "{}: {}\n", name, what);
    std::fflush(stderr);
  };
  return out;
}

scenario_report run_scenario(const toolbox& tools, const bench_options& options, scenario what) {
  if (options.small) what = made_small(std::move(what));
  std::vector<participant> participants;
  for (const auto& one : what.entries) {
    if (options.runners.empty()) {
      participants.push_back({entrant::parse(one.contender), one.targets});
    }
  }
  for (const auto& name : options.runners) {
    const auto known = std::find_if(what.entries.begin(), what.entries.end(),
                                    [&](const entry& one) { return name == one.contender; });
    participants.push_back(
        {entrant::parse(name), known == what.entries.end() ? 0 : known->targets});
  }
  const network net{what.around, what.work, tools.directory};
  auto out = compete(tools, what.work, participants, rounds_of(options, what.rounds, what.name));
  out.name = what.name;
  out.title = what.title;
  if (options.small) out.title += fmt::format(" (no more than {} of them)", out.probes);
  return out;
}

scenario_report run_own_targets(const toolbox& tools, const bench_options& options) {
  std::vector<participant> participants;
  const std::vector<std::string> usual{"coroutine", "thread", "pool:64"};
  for (const auto& name : options.runners.empty() ? usual : options.runners)
    participants.push_back({entrant::parse(name)});
  const auto wanted = work_of(options);
  constexpr unsigned rounds = 3;
  auto out = compete(tools, wanted, participants, rounds_of(options, rounds, "own targets"));
  out.name = "own targets";
  out.title = fmt::format("{}, {} of {}", grouped(wanted.targets.size()), wanted.probe.describe(),
                          options.targets);
  return out;
}

void measure_all(const toolbox& tools, const bench_options& options, report& all) {
  const auto add = [&](scenario_report one) {
    std::fputs(text_of(one).c_str(), stdout);
    std::fflush(stdout);
    all.scenarios.push_back(std::move(one));
  };
  if (!options.targets.empty()) return add(run_own_targets(tools, options));
  const bool named = !options.scenarios.empty();
  const bool figures = options.all || options.figures || !options.figure_parts.empty();
  const bool growth = options.all || options.growth;
  const bool only_others = !options.all && (figures || growth || !options.from.empty());
  for (const auto& one : all_scenarios()) {
    const bool wanted =
        std::count(options.scenarios.begin(), options.scenarios.end(), one.name) > 0;
    if (wanted || (!named && !only_others)) add(run_scenario(tools, options, one));
  }
  const auto say = rounds_of(options, 1, "growth").say;
  if (growth) {
    for (auto& one : measure_growth(tools, options.small, say)) {
      std::fputs(text_of(one).c_str(), stdout);
      all.growth.push_back(std::move(one));
    }
  }
  if (figures) {
    const auto measured = measure_figures(tools, options.figure_parts, options.small,
                                          rounds_of(options, 1, "figures").say);
    std::fputs(text_of(measured).c_str(), stdout);
    all.figures.insert(all.figures.end(), measured.begin(), measured.end());
  }
}

void write_reports(const bench_options& options, const report& all) {
  for (const auto& path : options.outputs) {
    const auto text = path.ends_with(".html")   ? html_of(all)
                      : path.ends_with(".json") ? json_of(all)
                      : path.ends_with(".md")   ? markdown_of(all)
                                                : text_of(all);
    muster::test::write_whole_file(path, text);
  }
}

/// 1 when muster itself lost a result or had a wrong one.
int code_of(const report& all) {
  for (const auto& one : all.scenarios) {
    const auto* own = one.find("coroutine");
    if (own && own->outcome != verdict::good) return 1;
  }
  return 0;
}

int run(const bench_options& options) {
  if (options.list) {
    list_everything();
    return 0;
  }
  if (options.serve_names > 0) serve_names(options.serve_names);
  if (options.serve_late.count() > 0) return serve_late(options.serve_late);
  raise_open_files();
  if (!options.run_one.empty()) return run_one(runner::parse(options.run_one), work_of(options));
  const muster::test::temporary_directory files;
  const auto tools = tools_beside(options, files.path().string());
  report all;
  for (const auto& file : options.from)
    add_json(all, file);
  if (options.from.empty()) all.machine = describe_machine(tools);
  measure_all(tools, options, all);
  write_reports(options, all);
  return code_of(all);
}

}  // namespace

int main(int argc, char** argv) {
  bench_options options;
  if (const auto code = parse_options(argc, argv, options)) return *code;
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "muster-bench: {}\n", error.what());
    return 3;
  }
}
