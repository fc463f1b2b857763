#include "options.hpp"

#include "cli/duration_option.hpp"
#include "cli/help_formatter.hpp"
#include "cli/suggestion.hpp"
#include "contenders.hpp"
#include "figures.hpp"
#include "scenarios.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

namespace muster::bench {
namespace {

constexpr const char* about =
    "Measures coroutines against a thread per task, and against the tools people use now.\n"
    "Without options it runs every scenario; each is made and removed by itself, in a network\n"
    "namespace, and sends nothing outside it. With --targets it probes your own.";

const std::vector<const char*> output_suffixes{".txt", ".md", ".json", ".html"};

std::string wrong_scenario(const std::string& name) {
  std::string names;
  for (const auto& known : all_scenarios()) {
    if (name == known.name) return {};
    names += fmt::format("{}{}", names.empty() ? "" : ", ", known.name);
  }
  return fmt::format("'{}' is not a scenario; there are {}", name, names);
}

std::string wrong_runner(const std::string& name) {
  try {
    entrant::parse(name);
    return {};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

std::string wrong_figure_part(const std::string& name) {
  if (is_figure_part(name)) return {};
  return fmt::format("'{}' is not among the figures: {}", name, figure_part_names());
}

std::string wrong_output(const std::string& path) {
  const bool known = std::any_of(output_suffixes.begin(), output_suffixes.end(),
                                 [&path](const char* suffix) { return path.ends_with(suffix); });
  if (!known) return fmt::format("'{}' ends in none of .txt, .md, .json and .html", path);
  // To measure takes minutes; what can't be written is said before.
  const auto parent = std::filesystem::path{path}.parent_path().string();
  const bool is_there = ::access(path.c_str(), F_OK) == 0;
  const std::string looked_at = is_there ? path : parent.empty() ? "." : parent;
  if (::access(looked_at.c_str(), W_OK) == 0) return {};
  return fmt::format("can't write '{}': {}", path, std::generic_category().message(errno));
}

void add_what(CLI::App& app, bench_options& out) {
  const auto group = "What is measured";
  app.add_option("--scenario", out.scenarios, "Only these scenarios, comma-separated; see --list")
      ->delimiter(',')
      ->check(wrong_scenario)
      ->type_name("NAME")
      ->group(group);
  app.add_option("--runner", out.runners,
                 "Only these runners and peers: coroutine, thread, pool:64, fping …")
      ->delimiter(',')
      ->check(wrong_runner)
      ->type_name("NAME")
      ->group(group);
  app.add_flag("--all", out.all, "Every scenario, the figures and the growth: 19 minutes")
      ->group(group);
  app.add_flag("--figures", out.figures, "The figures that are asked of muster, met or not")
      ->group(group);
  app.add_option("--figure", out.figure_parts, "Only some of them: " + figure_part_names())
      ->delimiter(',')
      ->check(wrong_figure_part)
      ->type_name("NAME")
      ->group(group);
  app.add_flag("--growth", out.growth, "Costs against probes in flight and against targets")
      ->group(group);
  app.add_option("--rounds", out.rounds, "Measure each this often (as the scenario has it)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N")
      ->group(group);
  app.add_flag("--small", out.small,
               "Few targets, short timeouts, one round: to see that everything works")
      ->group(group);
  app.add_flag("--list", out.list, "Say what there is, and end")->group(group);
}

void add_own(CLI::App& app, bench_options& out) {
  const auto group = "Your own targets";
  app.add_option("--targets", out.targets,
                 "Addresses, blocks, ranges, names, comma-separated, or @FILE with one a line")
      ->type_name("TARGETS")
      ->group(group);
  app.add_option("--probe", out.probe, "icmp, tcp:PORT, http or http:PORT (icmp)")
      ->type_name("PROBE")
      ->group(group);
  add_duration(
      app, "--timeout", std::chrono::milliseconds{1},
      [&out](std::chrono::nanoseconds value) {
        out.timeout = std::chrono::ceil<std::chrono::milliseconds>(value);
      },
      "For each probe (3s)", std::chrono::hours{1})
      ->group(group);
  app.add_option("--max-in-flight", out.in_flight, "Probes in flight, where a tool lets one say")
      ->check(CLI::Range(1, 10'000'000))
      ->type_name("N")
      ->group(group);
}

void add_report(CLI::App& app, bench_options& out) {
  const auto group = "Report";
  app.add_option("-o,--output", out.outputs, "Write the report to FILE; .txt, .md, .json or .html")
      ->check(wrong_output)
      ->type_name("FILE")
      ->group(group);
  app.add_option("--from", out.from,
                 "Begin the report with that of an earlier run, as it was written to a .json file")
      ->check(CLI::ExistingFile)
      ->type_name("FILE")
      ->group(group);
  app.add_option("--muster", out.muster, "The command to measure (the one beside this program)")
      ->check(CLI::ExistingFile)
      ->type_name("FILE")
      ->group(group);
}

void add_inner(CLI::App& app, bench_options& out) {
  app.add_option("--run-one", out.run_one)->group("");
  app.add_flag("--from-stdin", out.from_stdin)->group("");
  app.add_option("--serve-names", out.serve_names)->group("");
  add_duration(
      app, "--serve-late", std::chrono::microseconds{1},
      [&out](std::chrono::nanoseconds value) { out.serve_late = value; }, "",
      std::chrono::minutes{1})
      ->group("");
}

std::string wrong_together(const bench_options& options) {
  if (!options.targets.empty() && !options.scenarios.empty()) {
    return "--targets are your own, and --scenario brings its own: give one of them";
  }
  if (options.targets.empty() || !options.run_one.empty()) return {};
  try {
    const auto kind = probe::parse(options.probe).kind;
    const auto what = targets::parse(options.targets).what();
    const bool made_up = what == targets::kind::names || what == targets::kind::tasks;
    if (kind == probe_kind::task || kind == probe_kind::program || made_up)
      return "tasks and made-up names are for scenarios";
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

std::optional<int> parse_options(int argc, char** argv, bench_options& out) {
  CLI::App app{about};
  app.name("muster-bench");
  app.formatter(std::make_shared<help_formatter>());
  add_what(app, out);
  add_own(app, out);
  add_report(app, out);
  add_inner(app, out);
  std::vector<std::string> arguments{argv + 1, argv + argc};
  std::reverse(arguments.begin(), arguments.end());
  std::string wrong;
  try {
    auto remaining = arguments;
    app.parse(std::move(remaining));
    wrong = wrong_together(out);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ExtrasError& error) {
    wrong = suggest_option(app, arguments);
    if (wrong.empty()) wrong = fmt::format("{}; your own targets: --targets", error.what());
  } catch (const CLI::ParseError& error) {
    wrong = suggest_option(app, arguments);
    if (wrong.empty()) wrong = error.what();
  }
  if (wrong.empty()) return std::nullopt;
  std::fprintf(stderr, "muster-bench: %s\n  see muster-bench --help\n", wrong.c_str());
  return 2;
}

work work_of(const bench_options& options) {
  work out;
  out.probe = probe::parse(options.probe);
  out.targets = targets::parse(options.targets);
  out.timeout = options.timeout;
  out.in_flight = options.in_flight;
  if (options.from_stdin) out.arrival = std::chrono::microseconds{1};
  return out;
}

}  // namespace muster::bench
