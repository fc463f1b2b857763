#include "net/dns_config.hpp"

#include "core/zone.hpp"
#include "net/small_file.hpp"
#include "targets/host.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include <unistd.h>

namespace muster {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t servers_max = 16;
constexpr std::size_t config_bytes_max = 64 * 1024;
constexpr ip_address this_machine = ip_address::from_v4(0x7f00'0001);

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
  if (port.data() == nullptr) return dns_server_address{*address};
  const auto number = parse_port(port);
  if (!number) throw wrong();
  return dns_server_address{*address, *number};
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

/// What this machine's name has after its first dot; empty if nothing.
std::string own_domain() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  const std::string_view text{name.data()};
  const std::size_t dot = text.find('.');
  return dot == text.npos ? std::string{} : std::string{text.substr(dot + 1)};
}

dns_server_address server_of(const codec::resolv_conf::name_server& written) {
  dns_server_address server{written.address};
  // A zone that this machine doesn't have counts as none, as for glibc.
  if (written.zone.empty()) return server;
  if (const auto scope = resolve_zone(written.zone)) server.scope = *scope;
  return server;
}

}  // namespace

reason read_dns_config(const std::string& path, dns_channel_options& channel,
                       codec::resolv_conf& conf) {
  std::string text;
  const int error = read_regular_file(path, config_bytes_max, text);
  if (error == EMFILE || error == ENFILE) return reason::too_many_open_files;
  conf = codec::read_resolv_conf(error == 0 ? std::string_view{text} : std::string_view{});
  if (const char* domains = std::getenv("LOCALDOMAIN")) codec::set_search(domains, conf);
  if (const char* options = std::getenv("RES_OPTIONS")) codec::add_options(options, conf);
  if (!conf.has_search) codec::set_search(own_domain(), conf);
  channel.over_tcp = conf.use_tcp;
  channel.rotate = conf.rotate;
  if (!channel.servers.empty()) return reason::none;
  for (const auto& written : conf.servers)
    channel.servers.push_back(server_of(written));
  if (channel.servers.empty()) channel.servers.push_back({this_machine});
  return reason::none;
}

dns_channel_options channel_options(const resolver_options& options) {
  check(options);
  dns_channel_options channel;
  channel.query_timeout = options.query_timeout;
  channel.tries = options.tries;
  for (const auto& server : options.servers)
    channel.servers.push_back(parse_server(server));
  return channel;
}

}  // namespace muster
