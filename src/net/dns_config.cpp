#include "net/dns_config.hpp"

#include "core/host.hpp"

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace muster {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t servers_max = 16;

dns_server_address parse_server(const std::string& text) {
  std::string_view host = text;
  std::string_view port;
  const auto split_at = [&](std::size_t colon) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  };
  const auto wrong = [&] {
    return std::invalid_argument{"'" + excerpt(text) +
                                 "' is not a name server: give its address, as in 10.0.0.1, "
                                 "10.0.0.1:5353 or [2001:db8::53]:53"};
  };
  const bool bracketed = !host.empty() && host.front() == '[';
  const std::size_t colon = host.rfind(':');
  const bool has_port = bracketed ? host.back() != ']' : host.find(':') == colon;
  if (has_port && colon != std::string_view::npos) split_at(colon);
  if (bracketed) {
    if (host.size() < 2 || host.back() != ']') throw wrong();
    host = host.substr(1, host.size() - 2);
  }
  const auto address = ip_address::parse(host);
  if (!address || (bracketed && host.find(':') == std::string_view::npos)) throw wrong();
  if (port.data() == nullptr) return {*address};
  const auto number = parse_port(port);
  if (!number) throw wrong();
  return {*address, *number};
}

void check(const resolver_options& options) {
  if (options.query_timeout < 1ms || options.query_timeout > 1min) {
    throw std::invalid_argument{"a name server's timeout must be between 1 ms and 1 min"};
  }
  if (options.tries < 1 || options.tries > 10) {
    throw std::invalid_argument{"a name server can be asked 1 to 10 times"};
  }
  if (options.ttl_min < 0s || options.ttl_min > options.ttl_max) {
    throw std::invalid_argument{"the least TTL must be between 0 and the greatest TTL"};
  }
  if (options.servers.size() > servers_max) {
    throw std::invalid_argument{"more than 16 name servers"};
  }
}

}  // namespace

dns_channel_options channel_options(const resolver_options& options) {
  check(options);
  dns_channel_options channel{{}, options.query_timeout, options.tries};
  for (const auto& server : options.servers)
    channel.servers.push_back(parse_server(server));
  return channel;
}

}  // namespace muster
