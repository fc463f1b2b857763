// A probe of one's own, under limits: the first line that each server says. For example
//   example_own_probe 192.168.0.0/24:22 mail.example:25
#include <optional>
#include <string>

#include <asio.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <fmt/core.h>

#include <muster/for_each.hpp>
#include <muster/printable.hpp>
#include <muster/resolver.hpp>
#include <muster/target_stream.hpp>

using asio::use_awaitable;
asio::awaitable<std::string> first_line(muster::resolver& names, muster::target server) {
  muster::ip_address address = server.address();
  if (server.needs_lookup()) {
    const auto found = co_await names.async_resolve(std::string{server.host()}, use_awaitable);
    if (found.addresses.empty()) co_return std::string{to_string(found.failure)};
    address = found.addresses.front();
  }
  std::string line;
  try {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    const asio::ip::tcp::endpoint place{asio::ip::make_address(address.to_string()), server.port()};
    co_await socket.async_connect(place, use_awaitable);
    co_await asio::async_read_until(socket, asio::dynamic_buffer(line, 1024), '\n', use_awaitable);
  } catch (const std::system_error& error) {
    if (line.empty()) line = error.code().message();
  }
  std::string shown;  // a stranger's words, made safe for a terminal
  muster::append_printable(shown, line.substr(0, line.find_first_of("\r\n")), 200);
  co_return shown;
}

asio::awaitable<void> probe(muster::resolver& names, muster::target server) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::seconds{3}};
  const auto first = co_await (first_line(names, server) || timer.async_wait(use_awaitable));
  fmt::print("{} {}\n", server.to_string(), first.index() == 0 ? std::get<0>(first) : "timeout");
}

int main(int argc, char** argv) {
  asio::io_context context;
  muster::resolver names{context, muster::resolver_options{}};
  muster::target_stream targets;
  while (--argc > 0)
    targets.add_text(*++argv);
  const auto next = [&targets] {
    std::optional<muster::target> server{std::in_place};
    if (targets.next(*server) != muster::target_stream::pull::target) server.reset();
    return server;
  };
  const auto each = [&names](muster::target server) { return probe(names, server); };
  const muster::limits cap{.max_in_flight = 100, .rate = 50};  // of them at once, and a second
  asio::co_spawn(context, muster::for_each(next, cap, each), asio::detached);
  context.run();
}
