// A probe of one's own, with the limits, retries and deadlines of all probes: the first line that
// each server says. For example
//   example_own_probe 192.168.0.0/24:22 mail.example:25
#include <string>

#include <asio.hpp>
#include <fmt/core.h>

#include <muster/printable.hpp>
#include <muster/probe/own.hpp>
#include <muster/resolver.hpp>
#include <muster/sweep.hpp>

using asio::use_awaitable;

asio::awaitable<muster::own_answer> first_line(muster::resolver& names, muster::target server) {
  muster::ip_address address = server.address();
  if (server.needs_lookup()) {
    const auto found = co_await names.async_resolve(std::string{server.host()}, use_awaitable);
    if (found.addresses.empty()) {
      co_return muster::own_answer{muster::status::name_error, found.failure, {}, {}};
    }
    address = found.addresses.front();
  }
  asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
  const asio::ip::tcp::endpoint place{asio::ip::make_address(address.to_string()), server.port()};
  co_await socket.async_connect(place, use_awaitable);
  muster::own_answer answer;
  auto room = asio::dynamic_buffer(answer.text, 1024);
  co_await asio::async_read_until(socket, room, '\n', use_awaitable);
  co_return answer;
}

int main(int argc, char** argv) {
  asio::io_context context;
  muster::resolver names{context, muster::resolver_options{}};
  muster::target_stream targets;
  while (--argc > 0)
    targets.add_text(*++argv);
  muster::sweep_options options;
  options.rate = 50;  // a second, and 100 of them at once
  options.probe.in_flight_max = 100;
  const auto ask = [&names](muster::target server) { return first_line(names, server); };
  options.plan.of<muster::own_spec>().questions = {{"first line", ask}};
  muster::sweep sweep{
      context, options, targets, [](const muster::probe_result& result) {
        std::string shown;  // a stranger's words, made safe for a terminal
        if (const auto* own = result.details.get<muster::own_details>()) {
          const std::string line = own->text.substr(0, own->text.find_first_of("\r\n"));
          muster::append_printable(shown, line, 200);
        }
        fmt::print("{} {} {}\n", result.subject.to_string(), to_string(result.status), shown);
      }};
  asio::co_spawn(context, sweep.run(), asio::detached);
  context.run();
}
