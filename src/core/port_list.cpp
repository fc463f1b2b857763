#include "core/port_list.hpp"

#include "core/whole_number.hpp"

#include <bitset>
#include <optional>

namespace muster {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  if (!read_whole(text, port) || port == 0) return std::nullopt;
  return port;
}

parse_error bad(std::string_view piece, std::string_view why) {
  return {"'" + excerpt(piece) + "' " + std::string{why} +
          "; ports are 1 to 65535, as in 22,80,8000-8010"};
}

}  // namespace

parsed<std::vector<std::uint16_t>> parse_port_list(std::string_view text) {
  std::vector<std::uint16_t> ports;
  std::bitset<65'536> seen;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string_view piece = text.substr(begin, comma - begin);
    begin = comma + 1;
    const std::size_t dash = piece.find('-');
    const auto first = parse_port(piece.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_port(piece.substr(dash + 1));
    if (!first || !last) return bad(piece, "is no port");
    if (*first > *last) return bad(piece, "is a range that runs backwards");
    for (unsigned port = *first; port <= *last; ++port) {
      if (!seen.test(port)) ports.push_back(static_cast<std::uint16_t>(port));
      seen.set(port);
    }
  }
  return ports;
}

}  // namespace muster
