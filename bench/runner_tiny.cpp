// What starting and ending a task costs, when the task itself costs nothing.
#include "muster/for_each.hpp"
#include "result_printer.hpp"
#include "runners.hpp"

#include <cstdio>
#include <exception>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

namespace muster::bench {
namespace {

asio::awaitable<void> trivial_task(std::uint32_t number, std::uint64_t& sum) {
  sum += number;
  co_return;
}

asio::awaitable<for_each_summary> all_tasks(std::uint32_t count, std::uint64_t& sum) {
  const auto next = [given = std::uint32_t{0}, count]() mutable -> std::optional<std::uint32_t> {
    if (given == count) return std::nullopt;
    return given++;
  };
  const auto task = [&sum](std::uint32_t number) { return trivial_task(number, sum); };
  const limits defaults;
  co_return co_await for_each(next, defaults, task);
}

#ifdef __clang__
#define MUSTER_OPAQUE gnu::noinline, clang::optnone
#else
#define MUSTER_OPAQUE gnu::noipa
#endif

/// What the compiler must not see through, as it can't see through a task either.
[[MUSTER_OPAQUE]] void trivial_call(std::uint32_t number, std::uint64_t& sum) { sum += number; }

int report(std::uint64_t sum, std::uint32_t count) {
  const std::uint64_t right = std::uint64_t{count} * (count - 1) / 2;
  std::printf("done %u\n", count);
  return sum == right ? 0 : 3;
}

}  // namespace

int run_tiny_coroutines(const work& wanted) {
  asio::io_context loop;
  std::uint64_t sum = 0;
  std::uint64_t completed = 0;
  asio::co_spawn(loop, all_tasks(wanted.targets.size(), sum),
                 [&completed](const std::exception_ptr& error, for_each_summary summary) {
                   if (!error) completed = summary.completed;
                 });
  loop.run();
  return completed == wanted.targets.size() ? report(sum, wanted.targets.size()) : 3;
}

int run_tiny_loop(const work& wanted) {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < wanted.targets.size(); ++i)
    trivial_call(i, sum);
  return report(sum, wanted.targets.size());
}

}  // namespace muster::bench
