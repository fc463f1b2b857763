#include "network.hpp"
#include "support/dns_server.hpp"

#include <cstdio>
#include <cstdlib>

#include <asio/io_context.hpp>

namespace muster::bench {

// Each name has an address of its own, as the limit on probes at one host would else be measured.
void serve_names(std::uint32_t count) {
  const auto names = targets::named(count);
  asio::io_context loop;
  test::dns_server server{loop, 53};
  for (std::uint32_t i = 0; i < count; ++i)
    server.on(names.text(i), {.addresses = {ip_address::from_v4(targets::names_address + i)}});
  std::puts("ready");
  std::fflush(stdout);
  loop.run();
  std::exit(0);
}

}  // namespace muster::bench
