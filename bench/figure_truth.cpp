// Whether the times that are reported are the network's, however many probes are in flight. Hosts
// that answer at once have it shown by times that stay what they are with one in flight; hosts that
// hold their answers back, and know how long, by what is reported beyond that.
#include "figure_parts.hpp"
#include "late_answer.hpp"
#include "network.hpp"
#include "numbers_text.hpp"
#include "rounds.hpp"
#include "support/process.hpp"
#include "truth_peers.hpp"
#include "truth_times.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include <signal.h>

namespace muster::bench {
namespace {

constexpr auto start_time_max = std::chrono::seconds{10};
constexpr const char* delay = "20ms";
constexpr std::uint16_t unused_port = 9;

struct subject {
  const char* what;
  probe_kind kind;
  bool live;
  bool names = false;
};
constexpr subject subjects[] = {{"ICMP echo", probe_kind::icmp, true},
                                {"TCP connect, accepted", probe_kind::tcp, true},
                                {"TCP connect, refused", probe_kind::tcp, false},
                                {"HTTP GET", probe_kind::http, true},
                                {"lookup of a name", probe_kind::http, false, true}};

work work_for(const subject& about, std::uint32_t count) {
  work out{.probe = {about.kind},
           .targets =
               about.names ? targets::named(count) : targets::addresses(late_hosts_address, count)};
  if (about.names) out.probe.port = unused_port;
  out.live = about.live ? count : 0;
  out.rest = "refused";
  return out;
}

surroundings around(const subject& about, bool late) {
  if (late) return surroundings::late;
  return about.names ? surroundings::name_server : surroundings::cable;
}

/// What is said of the same hosts in one run.
struct said_times {
  time_quantiles all;
  time_quantiles beyond;  ///< What they held back, if they did.
  std::size_t most_held = 0;
};

/// The hosts of one subject, as long as they are measured.
class truth_run {
 public:
  truth_run(const bench_place& at, const subject& about, bool late)
      : at_{at},
        late_{late},
        hosts_{work_for(about, at.small ? 100 : 10'000)},
        net_{around(about, late), hosts_, at.tools.directory},
        what_{fmt::format("{}, {} {}", about.what, grouped(hosts_.targets.size()),
                          late          ? "that answer 20 ms late"
                          : about.names ? "names"
                                        : "hosts behind a cable")} {}
  void add_own() const;
  void add_peer(const std::string& peer) const;

 private:
  said_times said(const std::function<reported_times()>& run) const;
  said_times said_by_muster(const char* in_flight, const work& hosts) const;

  const bench_place& at_;
  const bool late_;
  work hosts_;
  const network net_;
  const std::string what_;
};

said_times truth_run::said(const std::function<reported_times()>& run) const {
  if (!late_) return {run().quantiles(), {}};
  test::process answering{net_.on_their_side({at_.tools.bench, "--serve-late", delay})};
  if (!answering.wait_for_output("ready\n", start_time_max)) {
    throw std::runtime_error{"the late hosts don't start: " + answering.wait().err};
  }
  const auto reported = run();
  answering.send_signal(SIGTERM);
  const auto held = held_times::parse(answering.wait().out);
  return {reported.quantiles(), reported.beyond(held), held.most};
}

reported_times read_results(const work& hosts, const std::string& file) {
  const bool names = hosts.targets.what() == targets::kind::names;
  constexpr std::string_view target = R"("target":")";
  reported_times out{hosts};
  const auto text = test::read_whole_file(file);
  for_each_line(text, [&](std::string_view line) {
    const double ms = number_after(line, names ? R"("resolve_ms":)" : R"("rtt_ms":)");
    const auto begin = line.find(target);
    if (begin == line.npos) return;
    line.remove_prefix(begin + target.size());
    out.add(line.substr(0, line.find('"')), ms);
  });
  return out;
}

said_times truth_run::said_by_muster(const char* in_flight, const work& hosts) const {
  std::vector<std::string> command{
      "-iL", write_list(at_.tools, hosts), "--rate", "0", "--max-in-flight", in_flight};
  if (hosts.probe.kind == probe_kind::tcp) {
    command.insert(command.end(), {"--tcp", fmt::format("{}", hosts.probe.port)});
  }
  const auto run =
      at_.recorded(std::move(command), hosts.live > 0 ? "up" : "refused", hosts.targets.size());
  return said([&] {
    take_turns(at_.tools, 1, {run});
    return read_results(hosts, at_.results());
  });
}

/// Both quantiles with ten thousand in flight, to those with one, and those with a hundred.
std::string text_of(const time_quantiles& many, const time_quantiles& one,
                    const time_quantiles& some) {
  return fmt::format("{:.3f} to {:.3f} ms (100: {:.3f}); p95 {:.3f} to {:.3f} ms (100: {:.3f})",
                     many.p50, one.p50, some.p50, many.p95, one.p95, some.p95);
}

void truth_run::add_own() const {
  // One after the other, ten thousand of them would take minutes.
  work few = hosts_;
  if (late_) few.targets = hosts_.targets.first(at_.small ? 10 : 200);
  const auto one = said_by_muster("1", few);
  const auto some = said_by_muster("100", hosts_);
  const auto many = said_by_muster("10000", hosts_);
  constexpr double ms_allowed = 0.05;
  const auto reported = what_ + ": reported p50 with 10,000 in flight against 1";
  const auto text = text_of(many.all, one.all, some.all);
  if (!late_) {
    const bool holds =
        std::abs(many.all.p50 - one.all.p50) <= std::max(one.all.p50 / 10, ms_allowed);
    return at_.add(reported, "within 10 % or 50 µs", text, holds || at_.small);
  }
  // Whoever answers may be late, too, while there is no core for him.
  at_.add(reported, "",
          fmt::format("{}; {} held back at once (100: {})", text, grouped(many.most_held),
                      grouped(some.most_held)),
          true);
  at_.add(what_ + ": the same, beyond what each held its answer back", "≤ 50 µs more",
          text_of(many.beyond, one.beyond, some.beyond),
          many.beyond.p50 - one.beyond.p50 <= ms_allowed || at_.small);
}

void truth_run::add_peer(const std::string& peer) const {
  if (!takes_part(at_, peer, hosts_)) return;
  const auto what = fmt::format("{}: p50 that {} reports", what_, peer);
  if (!is_there(*entrant::parse(peer).who)) {
    return at_.add(what, "", "not measured: it is not installed", true);
  }
  try {
    const auto times = said([&] { return times_of_peer(at_, peer, hosts_); });
    auto text = fmt::format("{:.3f} ms; p95 {:.3f} ms", times.all.p50, times.all.p95);
    if (late_) {
      text += fmt::format("; beyond {:.3f} ms, p95 {:.3f} ms; {} held back at once",
                          times.beyond.p50, times.beyond.p95, grouped(times.most_held));
    }
    at_.add(what, "", text, true);
  } catch (const std::runtime_error& error) {
    at_.add(what, "", fmt::format("not measured: {}", error.what()), true);
  }
}

void add_truth(const bench_place& at, const subject& about, bool late) {
  if (const auto why_not = about.names ? why_no_name_server() : ""; !why_not.empty()) {
    return at.add(about.what, late ? "≤ 50 µs more" : "within 10 % or 50 µs",
                  "not measured: " + why_not, at.small);
  }
  const truth_run run{at, about, late};
  run.add_own();
  for (const auto& peer : truth_peers())
    run.add_peer(peer);
}

}  // namespace

void truth(const bench_place& at) {
  for (const auto& about : subjects) {
    for (const bool late : {false, true})
      add_truth(at, about, late);
  }
}

}  // namespace muster::bench
