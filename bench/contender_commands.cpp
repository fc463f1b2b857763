// How each contender is run: as its users run it, with what it takes to do the same work, so one
// packet for each target and the same timeout, and with its limits on speed taken off.
#include "contender_commands.hpp"

#include "support/loopback.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster::bench {
namespace {

std::string seconds(const work& wanted) {
  return fmt::format("{:g}", std::chrono::duration<double>(wanted.timeout).count());
}

std::string url(const work& wanted, std::uint32_t index) {
  if (wanted.probe.kept) {
    return fmt::format("http://{}:{}/?{}", wanted.targets.text(0), wanted.probe.port, index);
  }
  return fmt::format("{}://{}:{}/", wanted.probe.tls ? "https" : "http", wanted.targets.text(index),
                     wanted.probe.port);
}

bool arrive(const work& wanted) { return wanted.arrival.count() > 0; }

void append(words& command, const words& more) {
  command.insert(command.end(), more.begin(), more.end());
}

std::string range(const work& wanted) { return wanted.targets.describe(); }

/// The user's targets as `--targets` takes them, however many there are.
std::string targets_word(const toolbox& tools, const work& wanted) {
  if (wanted.targets.what() != targets::kind::listed) return wanted.targets.describe();
  work hosts = wanted;
  hosts.probe = {};
  return "@" + write_list(tools, hosts);
}

/// A task or a program that does nothing, for a number rather than a host.
bool is_small(const work& wanted) {
  return wanted.probe.kind == probe_kind::task || wanted.probe.kind == probe_kind::program;
}

/// What one target costs with a command of its own.
words single_command(const work& wanted) {
  if (is_small(wanted)) return {"true"};
  if (wanted.probe.kind == probe_kind::http) {
    return {"curl",       "-sk",          "-o", "/dev/null", "-w", "%{url} %{http_code}\\n",
            "--max-time", seconds(wanted)};
  }
  return {"ping", "-n", "-c", "1", "-W", seconds(wanted)};
}

bool is_program_a_target(const work& wanted) {
  return wanted.probe.kind == probe_kind::icmp || wanted.probe.kind == probe_kind::http;
}

}  // namespace

std::string write_list(const toolbox& tools, const work& wanted) {
  const bool urls = wanted.probe.kind == probe_kind::http;
  std::string text;
  for (std::uint32_t i = 0; i < wanted.targets.size(); ++i) {
    text += urls ? url(wanted, i) : wanted.targets.text(i);
    text += '\n';
  }
  auto path = fmt::format("{}/{}.txt", tools.files, urls ? "urls" : "hosts");
  test::write_whole_file(path, text);
  return path;
}

maybe_words own_runner(const char* name, const toolbox& tools, const work& wanted,
                       std::uint32_t width) {
  return own_command(tools, width > 0 ? fmt::format("{}:{}", name, width) : name, wanted);
}

words own_command(const toolbox& tools, const std::string& runner, const work& wanted) {
  words out{tools.bench,
            "--run-one",
            runner,
            "--probe",
            wanted.probe.describe(),
            "--targets",
            targets_word(tools, wanted),
            "--timeout",
            fmt::format("{}ms", wanted.timeout.count())};
  if (arrive(wanted)) out.emplace_back("--from-stdin");
  return out;
}

namespace {

words muster_run(const toolbox& tools, const work& wanted) {
  words out{tools.muster, "run", "--lines", "--json", "-iL", write_list(tools, wanted)};
  if (wanted.in_flight > 0) append(out, {"--max-in-flight", fmt::format("{}", wanted.in_flight)});
  append(out, {"--", "true"});
  return out;
}

words process_loop(const toolbox& tools, const work& wanted) {
  const auto count = wanted.targets.size();
  return {tools.directory + "/limit_process",
          "--number",
          "--in-flight",
          fmt::format("{}", wanted.in_flight > 0 ? wanted.in_flight : count),
          fmt::format("{}", count),
          "true"};
}

}  // namespace

maybe_words muster_sweep(const toolbox& tools, const work& wanted, std::uint32_t) {
  if (wanted.probe.kind == probe_kind::task) return own_runner("coroutine", tools, wanted, 0);
  if (wanted.probe.kind == probe_kind::program) return muster_run(tools, wanted);
  words out{tools.muster, "sweep"};
  if (arrive(wanted)) {
    out.emplace_back("-");
  } else if (wanted.targets.what() == targets::kind::addresses &&
             wanted.probe.kind != probe_kind::http) {
    out.push_back(range(wanted));
  } else {
    append(out, {"-iL", write_list(tools, wanted)});
  }
  if (wanted.probe.kind == probe_kind::tcp)
    append(out, {"--tcp", fmt::format("{}", wanted.probe.port)});
  if (wanted.probe.tls) append(out, {"--insecure", "--http-versions", "1.1"});
  if (wanted.probe.kept) append(out, {"--keep-alive", "--max-per-host", "0"});
  append(out, {"--rate", "0", "--json"});
  constexpr std::chrono::milliseconds default_timeout{3000};
  if (wanted.timeout != default_timeout) append(out, {"--timeout", seconds(wanted) + "s"});
  if (wanted.in_flight > 0) append(out, {"--max-in-flight", fmt::format("{}", wanted.in_flight)});
  return out;
}

maybe_words plain_loop(const toolbox& tools, const work& wanted, std::uint32_t) {
  if (wanted.probe.kind == probe_kind::task) return own_runner("limit", tools, wanted, 0);
  if (wanted.probe.kind == probe_kind::program) return process_loop(tools, wanted);
  const bool is_range = wanted.targets.what() == targets::kind::addresses;
  if (!is_range || arrive(wanted) || is_small(wanted) || wanted.probe.tls || wanted.probe.kept) {
    return std::nullopt;
  }
  const auto program = tools.directory + "/limit_";
  if (wanted.probe.kind == probe_kind::icmp) return words{program + "icmp", range(wanted)};
  words out{program + (wanted.probe.kind == probe_kind::tcp ? "tcp" : "http")};
  if (wanted.in_flight > 0) append(out, {"--in-flight", fmt::format("{}", wanted.in_flight)});
  if (wanted.live == 0 && wanted.rest == "refused") out.emplace_back("--refused");
  append(out, {range(wanted), fmt::format("{}", wanted.probe.port)});
  return out;
}

maybe_words fping(const toolbox& tools, const work& wanted, std::uint32_t) {
  if (wanted.probe.kind != probe_kind::icmp) return std::nullopt;
  words out{"fping", "-a", "-i", "0", "-r", "0", "-t", fmt::format("{}", wanted.timeout.count())};
  if (arrive(wanted)) return out;
  // It makes no more than so many itself.
  constexpr std::uint32_t generated_max = 65'535;
  if (wanted.targets.what() == targets::kind::addresses && wanted.targets.size() <= generated_max) {
    append(out, {"-g", wanted.targets.text(0), wanted.targets.text(wanted.targets.size() - 1)});
  } else {
    append(out, {"-f", write_list(tools, wanted)});
  }
  return out;
}

maybe_words nmap(const toolbox& tools, const work& wanted, std::uint32_t) {
  words out{"nmap",
            "-n",
            "--max-retries",
            "0",
            "--min-rtt-timeout",
            seconds(wanted) + "s",
            "--initial-rtt-timeout",
            seconds(wanted) + "s",
            "--max-rtt-timeout",
            seconds(wanted) + "s"};
  if (wanted.probe.kind == probe_kind::icmp) {
    append(out, {"-sn", "-PE"});
  } else if (wanted.probe.kind == probe_kind::tcp) {
    append(out, {"-sT", "-Pn", "-p", fmt::format("{}", wanted.probe.port)});
  } else {
    return std::nullopt;
  }
  append(out, {"-oG", "-", "-iL", arrive(wanted) ? "-" : write_list(tools, wanted)});
  return out;
}

maybe_words xargs(const toolbox& tools, const work& wanted, std::uint32_t width) {
  if (!is_program_a_target(wanted) && !is_small(wanted)) return std::nullopt;
  words out{"xargs", "-P", fmt::format("{}", width), "-n", "1"};
  if (!arrive(wanted)) append(out, {"-a", write_list(tools, wanted)});
  append(out, single_command(wanted));
  return out;
}

maybe_words gnu_parallel(const toolbox& tools, const work& wanted, std::uint32_t width) {
  if (!is_program_a_target(wanted) && !is_small(wanted)) return std::nullopt;
  words out{"parallel", "--will-cite", "-q", "-j", fmt::format("{}", width)};
  if (!arrive(wanted)) append(out, {"-a", write_list(tools, wanted)});
  append(out, single_command(wanted));
  return out;
}

maybe_words curl_parallel(const toolbox& tools, const work& wanted, std::uint32_t width) {
  if (wanted.probe.kind != probe_kind::http) return std::nullopt;
  std::string text;
  for (std::uint32_t i = 0; i < wanted.targets.size(); ++i)
    text += fmt::format("url = \"{}\"\noutput = \"/dev/null\"\n", url(wanted, i));
  const auto path = tools.files + "/curl.conf";
  test::write_whole_file(path, text);
  return words{"curl",
               "-sk",
               "--http1.1",
               "--parallel",
               "--parallel-max",
               fmt::format("{}", width),
               "--max-time",
               seconds(wanted),
               "-w",
               "%{url} %{http_code}\\n",
               "-K",
               path};
}

maybe_words wrk(const toolbox&, const work& wanted, std::uint32_t width) {
  if (wanted.probe.kind != probe_kind::http) return std::nullopt;
  words out{"wrk", "-t", "1", "-c", fmt::format("{}", width), "-d", "1s"};
  if (!wanted.probe.kept) append(out, {"-H", "Connection: close"});
  out.push_back(url(wanted, 0));
  return out;
}

// It begins again with a new session as soon as it is done, and counts.
maybe_words openssl_handshakes(const toolbox&, const work& wanted, std::uint32_t) {
  if (!wanted.probe.tls) return std::nullopt;
  return words{"openssl",
               "s_time",
               "-new",
               "-time",
               "2",
               "-connect",
               fmt::format("{}:{}", wanted.targets.text(0), wanted.probe.port)};
}

maybe_words hey(const toolbox&, const work& wanted, std::uint32_t width) {
  if (wanted.probe.kind != probe_kind::http) return std::nullopt;
  // Each of its workers makes as many requests as the others.
  const auto workers = std::min(width, wanted.targets.size());
  const auto requests = (wanted.targets.size() + workers - 1) / workers * workers;
  words out{"hey", "-n", fmt::format("{}", requests), "-c", fmt::format("{}", workers)};
  if (!wanted.probe.kept) out.emplace_back("-disable-keepalive");
  out.push_back(url(wanted, 0));
  return out;
}

}  // namespace muster::bench
