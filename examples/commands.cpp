// Commands: one for each target, at most four at once, tried again when they fail. For example
//   example_commands 127.0.0.0/29 -- ping -c1 {}
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <fmt/core.h>

#include <muster/printable.hpp>
#include <muster/run.hpp>

class printer final : public muster::run_observer {
 public:
  void on_task(const muster::task_result& result) override {
    for (const muster::target& subject : result.targets)
      fmt::print("{}: {}", subject.to_string(), to_string(result.status));
    fmt::print(", exit code {}, {} ms\n", result.process.exit_code,
               std::chrono::duration_cast<std::chrono::milliseconds>(result.process.took).count());
    std::string shown;  // whatever a program writes, made safe for a terminal
    muster::append_printable_lines(shown, result.process.output);
    std::fputs(shown.c_str(), stdout);
  }
};

int main(int argc, char** argv) try {
  asio::io_context context;
  muster::target_stream targets;
  muster::run_options options;
  int at = 1;
  for (; at < argc && std::string_view{argv[at]} != "--"; ++at)
    targets.add_text(argv[at]);
  for (++at; at < argc; ++at)
    options.command.push_back(argv[at]);
  options.in_flight_max = 4;
  options.retries = 1;
  options.process.timeout = std::chrono::seconds{5};

  printer observer;
  muster::command_run run{context, options, targets, observer};
  bool all_up = false;
  asio::co_spawn(context, run.run(), [&](std::exception_ptr failure, muster::run_summary sum) {
    if (failure) std::rethrow_exception(failure);
    fmt::print("{} targets, {} up\n", sum.asked, sum.totals.of(muster::status::up));
    all_up = sum.totals.of(muster::status::up) == sum.asked;
  });
  context.run();
  return all_up ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "example_commands: {}\n", error.what());
  return 2;
}
