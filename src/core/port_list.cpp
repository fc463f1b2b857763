#include "core/port_list.hpp"

#include "core/number_ranges.hpp"
#include "core/whole_number.hpp"

#include <bitset>
#include <optional>
#include <utility>

namespace muster {
namespace {

std::optional<std::pair<unsigned, unsigned>> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  if (!read_whole(text, port) || port == 0) return std::nullopt;
  return std::pair{unsigned{port}, unsigned{port}};
}

}  // namespace

parsed<port_list> parse_port_list(std::string_view text) {
  port_list list;
  std::bitset<65'536> seen;
  std::bitset<65'536> named;
  const auto wrong = read_ranges(text, "is no port", parse_port,
                                 [&](unsigned first, unsigned last, bool is_range) {
                                   for (unsigned port = first; port <= last; ++port) {
                                     if (!seen.test(port))
                                       list.ports.push_back(static_cast<std::uint16_t>(port));
                                     seen.set(port);
                                     if (!is_range) named.set(port);
                                   }
                                 });
  if (wrong) {
    return parse_error{"'" + excerpt(wrong->piece) + "' " + std::string{wrong->why} +
                       "; ports are 1 to 65535, as in 22,80,8000-8010"};
  }
  for (unsigned port = 1; port < seen.size(); ++port) {
    if (seen.test(port) && !named.test(port)) {
      list.of_ranges.push_back(static_cast<std::uint16_t>(port));
    }
  }
  return list;
}

}  // namespace muster
