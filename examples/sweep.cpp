// A sweep: which TCP ports are open on which hosts. For example
//   example_sweep 127.0.0.0/28 localhost
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <fmt/core.h>

#include <muster/probe/tcp.hpp>
#include <muster/sweep.hpp>

int main(int argc, char** argv) try {
  asio::io_context context;
  muster::target_stream_options reading;
  reading.on_bad_target = [](const muster::target_diagnostic& bad) {
    fmt::print(stderr, "{}: {}\n", bad.text, bad.message);
  };
  muster::target_stream targets{reading};
  for (int i = 1; i < argc; ++i)
    targets.add_text(argv[i]);

  muster::sweep_options options;
  options.plan.of<muster::tcp_spec>().ports = {22, 80, 443};
  options.probe.timeout = std::chrono::seconds{1};
  options.rate = 1'000;      // probes a second
  options.per_host_max = 2;  // at once
  muster::sweep sweep{context, options, targets, [](const muster::probe_result& result) {
                        fmt::print("{}:{} {}\n", result.subject.to_string(), result.port,
                                   to_string(result.status));
                      }};

  // Ctrl-C ends the sweep in order: what is in flight is reported as cancelled.
  asio::signal_set signals{context, SIGINT};
  signals.async_wait([&sweep](std::error_code error, int) {
    if (!error) sweep.stop(muster::reason::interrupted);
  });

  asio::co_spawn(context, sweep.run(), [&](std::exception_ptr failure, muster::sweep_summary sum) {
    signals.cancel();  // the last that would keep the loop at work
    if (failure) std::rethrow_exception(failure);
    fmt::print("{} probes, {} up, in {:.3f} s\n", sum.asked, sum.totals.of(muster::status::up),
               std::chrono::duration<double>{sum.elapsed}.count());
  });
  context.run();
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "example_sweep: {}\n", error.what());
  return 1;
}
