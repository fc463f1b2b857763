#include "runners.hpp"

#include "blocking_probe.hpp"
#include "named_width.hpp"
#include "result_printer.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>

#include <unistd.h>

namespace muster::bench {
namespace {

struct runner_word {
  const char* word;
  runner_kind kind;
  const char* unit;
};
constexpr std::array runner_words{
    runner_word{"thread", runner_kind::thread, nullptr},
    runner_word{"pool", runner_kind::pool, "threads"},
    runner_word{"polling-pool", runner_kind::polling_pool, "threads"},
    runner_word{"process", runner_kind::process, "processes"},
    runner_word{"serial", runner_kind::serial, nullptr},
    runner_word{"coroutine", runner_kind::coroutine, nullptr},
    runner_word{"limit", runner_kind::limit, nullptr},
    runner_word{"blackbox", runner_kind::blackbox, "threads"},
};

}  // namespace

runner runner::parse(const std::string& text) {
  const auto name = named_width::name_of(text);
  for (const auto& known : runner_words) {
    if (name == known.word) return {known.kind, named_width::parse(text, known.unit).width};
  }
  throw std::invalid_argument{fmt::format("'{}' is not a runner", text)};
}

std::optional<std::uint32_t> target_feed::next() {
  if (given_ == wanted_.targets.size()) return std::nullopt;
  if (wanted_.arrival.count() == 0) return given_++;
  return next_line();
}

std::optional<std::uint32_t> target_feed::next_line() {
  for (;;) {
    if (const auto end = arrived_.find('\n'); end != arrived_.npos) {
      const auto line = arrived_.substr(0, end);
      arrived_.erase(0, end + 1);
      ++given_;
      if (const auto index = wanted_.targets.index_of(line)) return index;
      continue;
    }
    std::array<char, 4096> part;
    const ssize_t n = ::read(STDIN_FILENO, part.data(), part.size());
    if (n <= 0) return std::nullopt;
    arrived_.append(part.data(), static_cast<std::size_t>(n));
  }
}

int run_serially(const work& wanted) {
  result_printer out;
  target_feed feed{wanted};
  while (const auto index = feed.next())
    out.print(wanted.targets.text(*index), probe_once(wanted, *index));
  return 0;
}

int run_one(const runner& how, const work& wanted) {
  const bool tiny = wanted.probe.kind == probe_kind::task;
  switch (how.kind) {
    case runner_kind::thread:
      return run_threads(wanted);
    case runner_kind::pool:
      return run_pool(wanted, how.width, false);
    case runner_kind::polling_pool:
      return run_pool(wanted, how.width, true);
    case runner_kind::process:
      return run_processes(wanted, how.width);
    case runner_kind::serial:
      return run_serially(wanted);
    case runner_kind::blackbox:
      return run_blackbox(wanted, how.width);
    case runner_kind::coroutine:
      if (tiny) return run_tiny_coroutines(wanted);
      break;
    case runner_kind::limit:
      if (tiny) return run_tiny_loop(wanted);
      break;
  }
  std::fputs("muster-bench: this runner is a program of its own for this probe\n", stderr);
  return 2;
}

}  // namespace muster::bench
