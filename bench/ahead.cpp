#include "report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster::bench {
namespace {

/// All rounds of `a` were below all rounds of `b`, and by more than a hundredth.
bool below(const spread& a, const spread& b) { return a.max < b.min * 0.99; }

/// Per probe, as some do fewer of them.
spread each(const spread& of, std::uint64_t probes) {
  const auto count = static_cast<double>(probes > 0 ? probes : 1);
  return {of.median / count, of.min / count, of.max / count};
}

/// Whether it is compared with.
bool is_rival(const row& other) {
  const bool counts = other.contender != "coroutine" && other.contender != "limit";
  return counts && other.measured() && other.outcome == verdict::good;
}

}  // namespace

std::string ahead_of_muster(const scenario_report& one) {
  const auto* own = one.find("coroutine");
  std::string out;
  if (!own || !own->measured()) return out;
  for (const auto& other : one.rows) {
    if (!is_rival(other)) continue;
    std::string in;
    const auto add = [&in](bool ahead, const char* what) {
      if (ahead) in += (in.empty() ? "" : ", ") + std::string{what};
    };
    add(below(own->rate, other.rate), "time");
    add(below(each(other.cpu_s, other.probes), each(own->cpu_s, own->probes)), "CPU");
    add(below(other.memory_kib, own->memory_kib), "memory");
    add(other.first_s.median >= 0 && below(other.first_s, own->first_s), "the first result");
    if (!in.empty()) out += fmt::format("{}{} in {}", out.empty() ? "" : "; ", other.contender, in);
  }
  return out;
}

std::string about_ahead(const scenario_report& one) {
  const auto* own = one.find("coroutine");
  if (!own || !own->measured()) return "The coroutine was not measured.";
  if (own->outcome != verdict::good) {
    return "The coroutine lost results or had wrong ones: it is compared with nobody.";
  }
  if (std::none_of(one.rows.begin(), one.rows.end(), is_rival)) {
    return "Nobody else was measured.";
  }
  const auto ahead = ahead_of_muster(one);
  return ahead.empty() ? "Nobody is ahead of the coroutine."
                       : fmt::format("Ahead of the coroutine: {}.", ahead);
}

}  // namespace muster::bench
