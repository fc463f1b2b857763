#include "machine.hpp"

#include "numbers_text.hpp"
#include "rounds.hpp"
#include "support/process.hpp"

#include <chrono>
#include <ctime>
#include <fstream>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <sys/sysinfo.h>
#include <sys/utsname.h>

namespace muster::bench {
namespace {

std::string first_line(const std::string& text) {
  const auto begin = text.find_first_not_of(" \n");
  return begin == text.npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
}

std::string version_of(const std::vector<std::string>& command) {
  const bool is_path = command[0].find('/') != std::string::npos;
  if (!is_path && !test::has_program(command[0])) return command[0] + ": not installed";
  const auto said = test::run(command);
  auto line = first_line(said.out);
  return line.empty() ? first_line(said.err) : line;
}

// hey has no option that says its version.
std::string package_version(const char* package) {
  if (!test::has_program("dpkg-query")) return {};
  return first_line(test::run({"dpkg-query", "-W", package}).out);
}

std::string processor() {
  std::ifstream in{"/proc/cpuinfo"};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

}  // namespace

machine_report describe_machine(const toolbox& tools) {
  machine_report out;
  out.time = fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)));
  utsname system{};
  uname(&system);
  out.kernel = fmt::format("{} {} {}", system.sysname, system.release, system.machine);
  out.processor = processor();
  out.cores = static_cast<unsigned>(get_nprocs());
  struct sysinfo memory {};
  sysinfo(&memory);
  out.memory = memory_text(static_cast<double>(memory.totalram) * memory.mem_unit / 1024);
  out.versions = {version_of({tools.muster, "--version"}),
                  version_of({"fping", "--version"}),
                  version_of({"nmap", "--version"}),
                  version_of({"ping", "-V"}),
                  version_of({"xargs", "--version"}),
                  version_of({"parallel", "--version"}),
                  version_of({"curl", "--version"}),
                  version_of({"wrk", "--version"}),
                  test::has_program("hey") ? package_version("hey") : "hey: not installed",
                  version_of({"prometheus-blackbox-exporter", "--version"}),
                  version_of({"nginx", "-v"})};
  return out;
}

}  // namespace muster::bench
