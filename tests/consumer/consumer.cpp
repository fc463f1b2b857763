// A stranger's program: sweeps two ports of loopback where nothing listens, and fails unless it is
// told so.
#include <cstdio>
#include <exception>
#include <string>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <muster/probe/tcp.hpp>
#include <muster/sweep.hpp>

int main() {
  asio::io_context context;
  muster::target_stream targets;
  targets.add_text("127.0.0.0/30");
  muster::sweep_options options;
  options.plan.of<muster::tcp_spec>().ports = {1};
  std::string found;
  muster::sweep sweep{context, options, targets, [&found](const muster::probe_result& result) {
                        found += result.subject.to_string() + ' ';
                        found += to_string(result.status);
                        found += '\n';
                      }};
  bool right = false;
  asio::co_spawn(context, sweep.run(), [&](std::exception_ptr, muster::sweep_summary summary) {
    right = summary.asked == 2 && summary.totals.of(muster::status::refused) == 2;
  });
  context.run();
  std::fputs(found.c_str(), stdout);
  return right ? 0 : 1;
}
